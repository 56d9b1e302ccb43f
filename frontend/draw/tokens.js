/**
 * The input as a strip of cells: letters where they fit, bars for numbers, running text written out around a step.
 *
 * @import {Ink, Token, Tokens} from "../types.js"
 */

import { cividis, inkOn, NOT_FINITE, placing } from "../scales.js";
import { font, surface, writeWith } from "./surface.js";

/** A letter needs this much, in pixels. */
const LETTER = 6.5;
/** Letters above the strip keep this distance. */
const APART = 9;
const STRIP = 14;

/** Colours of a tint, each with what is read on it: more could not be told apart in a cell. */
const TINTS = Array.from({ length: 65 }, (_, i) => coloured(cividis(i / 64)));
const ODD = coloured(NOT_FINITE);

/** @param {[number, number, number]} rgb */
function coloured(rgb) {
  return { fill: `rgb(${rgb.join()})`, ink: inkOn(rgb) };
}

/**
 * The colours of the cells and of what is written in them; null where the tokens have their own.
 *
 * @param {Tokens} picture
 * @returns {((t: number) => {fill: string, ink: string}) | null}
 */
function tinted({ tint }) {
  if (!tint) return null;
  const place = placing(tint.domain, true);
  return (t) => TINTS[Math.round(64 * place(tint.values[t] ?? Number.NaN))] ?? ODD;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Tokens} picture
 * @param {{width: number, height: number}} size
 * @param {Ink} ink
 * @param {number | null} mark the marked step
 */
export function paintTokens(canvas, picture, size, ink, mark) {
  const c = surface(canvas, size.width, size.height);
  const cell = size.width / picture.tokens.length;
  c.textAlign = "center";
  c.textBaseline = "middle";
  const tint = tinted(picture);
  if (picture.bars) paintBars(c, picture.tokens, cell, size.height, ink, tint);
  else if (picture.text) paintText(c, picture, cell, size, ink, mark, tint);
  else paintStrip(c, picture.tokens, cell, size.height, ink, tint);
}

/**
 * @param {CanvasRenderingContext2D} c
 * @param {Token[]} tokens
 * @param {number} cell
 * @param {number} height
 * @param {Ink} ink
 * @param {ReturnType<typeof tinted>} tint
 */
function paintStrip(c, tokens, cell, height, ink, tint) {
  const top = height - STRIP;
  tokens.forEach(({ salient }, t) => {
    c.fillStyle = tint?.(t).fill ?? (salient ? ink.text : ink.faint);
    c.fillRect(t * cell + 0.5, top, Math.max(cell - 1, 1), STRIP);
  });
  let free = Number.NEGATIVE_INFINITY;
  tokens.forEach(({ label, salient }, t) => {
    const middle = (t + 0.5) * cell;
    if (!salient || middle < free) return;
    writeWith(c, font(13, "700"));
    c.fillStyle = ink.text;
    const half = c.measureText(label).width / 2;
    c.fillText(label, Math.min(Math.max(middle, half), tokens.length * cell - half), top - 9);
    free = middle + APART;
  });
  if (cell < LETTER) return;
  tokens.forEach(({ label, salient }, t) => {
    if (salient) return;
    writeWith(c, font(9));
    if (c.measureText(label).width > cell) return;
    c.fillStyle = tint?.(t).ink ?? ink.muted;
    c.fillText(label, (t + 0.5) * cell, top + STRIP / 2);
  });
}

/**
 * @param {CanvasRenderingContext2D} c
 * @param {Token[]} tokens
 * @param {number} cell
 * @param {number} height
 * @param {Ink} ink
 * @param {ReturnType<typeof tinted>} tint
 */
function paintBars(c, tokens, cell, height, ink, tint) {
  const top = 13;
  tokens.forEach(({ label, salient, level }, t) => {
    const tall = Math.max(1, level * (height - top));
    c.fillStyle = tint?.(t).fill ?? (salient ? ink.text : ink.line);
    c.fillRect(t * cell + 0.3, height - tall, Math.max(cell - 0.6, 1), tall);
    if (!salient) return;
    c.fillStyle = ink.text;
    writeWith(c, font(11, "700"));
    const half = c.measureText(label).width / 2;
    const middle = Math.min(Math.max((t + 0.5) * cell, half), tokens.length * cell - half);
    c.fillText(label, middle, 6);
  });
}

/**
 * @param {CanvasRenderingContext2D} c
 * @param {Tokens} picture
 * @param {number} cell
 * @param {{width: number, height: number}} size
 * @param {Ink} ink
 * @param {number | null} mark
 * @param {ReturnType<typeof tinted>} tint
 */
function paintText(c, { tokens, answers }, cell, { width, height }, ink, mark, tint) {
  const around = mark ?? answers.at(-1) ?? tokens.length - 1;
  const strip = 10;
  tokens.forEach(({ label }, t) => {
    const blank = label === "␣" || label === "⏎" || label === "⇥";
    c.fillStyle = tint?.(t).fill ?? (t === around ? ink.text : blank ? ink.faint : ink.line);
    c.fillRect(t * cell, 0, Math.max(cell - 0.5, 0.5), strip);
  });
  // The text itself, as much as fits, with the marked step kept in view.
  writeWith(c, '12px ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace');
  const wide = c.measureText("0").width;
  const fits = Math.floor(width / wide);
  const first = Math.min(Math.max(around - Math.floor((fits * 2) / 3), 0), Math.max(tokens.length - fits, 0));
  const middle = (height + strip) / 2 + 1;
  tokens.slice(first, first + fits).forEach(({ label }, i) => {
    const here = first + i === around;
    if (here) {
      c.fillStyle = ink.text;
      c.fillRect(i * wide - 0.5, strip + 3, wide + 1, height - strip - 3);
    }
    c.fillStyle = here ? ink.paper : ink.text;
    c.fillText(label === "␣" && !here ? " " : label, (i + 0.5) * wide, middle);
  });
}
