/**
 * A few numbers side by side on a canvas, each with its name under it.
 *
 * @import {Bar, Bars, Ink} from "../types.js"
 */

import { placing } from "../scales.js";
import { font, surface, writeWith } from "./surface.js";

const SMALL = 10;
/** Room for the names under the bars, in pixels. */
const FOOT = 13;
/** Room for the numbers above the bars, and for the words of a dividing line above those. */
const ABOVE = 14;
const WORDS = 12;
/** Of a bar's place, what the bar itself takes, and its most pixels. */
const SHARE = 0.72;
const WIDEST = 44;
/** Words may be so much wider than their place before they run into each other. */
const SPILL = 0.98;

/**
 * The scale of bars that stand above their names.
 *
 * @param {number} high
 * @param {number} height of the picture
 * @param {string} title
 * @param {{numbers?: boolean, divided?: boolean}} [over] what stands above the bars
 * @returns {Bars["y"]} zero lies above the names
 */
export function barAxis(high, height, title, { numbers = true, divided = false } = {}) {
  const above = (numbers ? ABOVE : 2) + (divided ? WORDS : 0);
  const pixel = high / (height - FOOT - above);
  return { low: -pixel * FOOT, high: high + pixel * above, log: false, ticks: [], title };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Bars} picture
 * @param {{width: number, height: number}} size
 * @param {Ink} ink
 * @param {string} colour the model's
 */
export function paintBars(canvas, { bars, y, lines, divide }, { width, height }, ink, colour) {
  const c = surface(canvas, width, height);
  const up = placing([y.low, y.high], false);
  const yOf = /** @param {number} value */ (value) => height * (1 - up(value));
  const place = width / bars.length;
  const wide = Math.min(SHARE * place, WIDEST);
  const floor = yOf(0);
  /** Pixels for each word, where not every bar has one. @param {(bar: Bar) => string} word */
  const written = (word) => width / Math.max(bars.filter(word).length, 1);
  c.textAlign = "center";
  c.textBaseline = "alphabetic";
  bars.forEach(({ name, under = name, value, beyond = [], error = 0, marks = [] }, at) => {
    const middle = (at + 0.5) * place;
    c.fillStyle = colour;
    const fill = /** @param {number} value @param {number} shade */ (value, shade) => {
      const top = yOf(Math.max(value, 0));
      c.globalAlpha = shade;
      c.fillRect(middle - wide / 2, Math.min(top, floor - 1), wide, Math.max(floor - top, 1));
      c.globalAlpha = 1;
    };
    for (const [more, larger] of beyond.toReversed().entries()) fill(larger, 0.16 * (more + 1));
    if (value !== null) {
      fill(value, 0.75);
      c.strokeStyle = ink.text;
      c.lineWidth = 1;
      if (error) line(c, middle, yOf(value - error), middle, yOf(value + error));
      marks.forEach((mark, kind) => {
        if (mark === null) return;
        c.lineWidth = 2;
        c.setLineDash(kind ? [2, 3] : []);
        line(c, middle - place / 2 + 1, yOf(mark), middle + place / 2 - 1, yOf(mark));
      });
      c.setLineDash([]);
    }
    writeWith(c, font(SMALL));
    c.fillStyle = ink.muted;
    within(c, under, middle, height - 2, { width, place: written(({ name, under = name }) => under) });
  });
  c.strokeStyle = ink.line;
  c.lineWidth = 1;
  line(c, 0, floor, width, floor);
  c.strokeStyle = ink.muted;
  c.setLineDash([3, 3]);
  for (const { at } of lines) line(c, 0, yOf(at), width, yOf(at));
  c.setLineDash([]);
  // Over the lines, which would strike them out.
  writeWith(c, font(SMALL, "600"));
  bars.forEach(({ value, text }, at) => {
    if (value === null) return;
    const above = Math.min(yOf(Math.max(value, 0)), floor) - 3;
    within(c, text, (at + 0.5) * place, above, { width, place: written((bar) => bar.text) }, ink);
  });
  if (divide) {
    const x = divide.before * place;
    c.strokeStyle = ink.muted;
    c.lineWidth = 1;
    c.setLineDash([3, 3]);
    line(c, x, 0, x, floor);
    c.setLineDash([]);
    writeWith(c, font(SMALL));
    c.fillStyle = ink.muted;
    const right = 2 * x > width;
    c.textAlign = right ? "right" : "left";
    if (c.measureText(divide.label).width + 4 <= (right ? x : width - x))
      c.fillText(divide.label, x + (right ? -4 : 4), 9);
  }
  c.setLineDash([]);
}

/**
 * A text around its bar, but not beyond the picture; where it would run into the next one it is left out.
 *
 * @param {CanvasRenderingContext2D} c
 * @param {string} text
 * @param {number} middle
 * @param {number} y
 * @param {{width: number, place: number}} room of the picture, and of a word
 * @param {Ink} [ink] where it may lie on a line
 */
function within(c, text, middle, y, { width, place }, ink) {
  const half = c.measureText(text).width / 2;
  if (2 * half > SPILL * place) return;
  const x = Math.min(Math.max(middle, half), width - half);
  if (ink) {
    c.lineWidth = 3;
    c.lineJoin = "round";
    c.strokeStyle = ink.paper;
    c.strokeText(text, x, y);
    c.fillStyle = ink.text;
  }
  c.fillText(text, x, y);
}

/**
 * @param {CanvasRenderingContext2D} c
 * @param {number} x
 * @param {number} y
 * @param {number} toX
 * @param {number} toY
 */
function line(c, x, y, toX, toY) {
  c.beginPath();
  c.moveTo(x, Math.round(y) + 0.5);
  c.lineTo(toX, Math.round(toY) + 0.5);
  c.stroke();
}
