/**
 * Curves on a canvas. A time axis has a cell a step, so that a curve lies exactly under the heatmaps of its column.
 *
 * @import {Bars, Curves, Ink, Series} from "../types.js"
 */

import { placing } from "../scales.js";
import { positionOf } from "../timeline.js";
import { font, surface, writeWith } from "./surface.js";

const SMALL = 10;
/** Room at the top and bottom, so that a line at the end of a scale is not cut in half. */
const PAD = 2;
/** Dots further apart than this, in pixels, are drawn; closer ones would be a second line. */
const DOTS = 4;
/** Pixels from the middle of a ring to its line, so that a dot within it stays seen. */
const RING = 4.5;

/**
 * Where a value of the horizontal axis lies, 0..1.
 *
 * @param {Curves} picture
 * @param {number} x
 * @returns {number}
 */
export const across = ({ axis, length }, x) => (axis === "time" ? (x + 0.5) / length : positionOf(x, length));

/** Pixels that a word beside the scale is high. */
const WORD = 11;

/**
 * What stands beside the scale and how far down, 0..1: the dashed lines' words, each clear of the one above, and the
 * numbers that have room besides.
 *
 * @param {Pick<Curves | Bars, "y" | "lines" | "height">} picture
 * @returns {{label: string, down: number}[]}
 */
export function scaleLabels({ y: { low, high, log, ticks }, lines, height }) {
  const least = WORD / height;
  const up = placing([low, high], log);
  const placed = /** @param {{at: number, label: string}} entry */ ({ at, label }) => ({
    label,
    down: 1 - up(at),
  });
  /** @type {{label: string, down: number}[]} */
  const labels = [];
  for (const { label, down } of lines.map(placed).toSorted((a, b) => a.down - b.down)) {
    if (label) labels.push({ label, down: Math.max(down, (labels.at(-1)?.down ?? -1) + least) });
  }
  for (const tick of ticks.map(placed)) {
    if (labels.every(({ down }) => Math.abs(down - tick.down) >= least)) labels.push(tick);
  }
  return labels;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Curves} picture
 * @param {{width: number, height: number}} size
 * @param {Ink} ink
 * @param {string} colour the model's
 */
export function paintCurves(canvas, picture, { width, height }, ink, colour) {
  const c = surface(canvas, width, height);
  const xOf = /** @param {number} x */ (x) => across(picture, x) * width;
  const { low, high, log } = picture.y;
  const room = height - 2 * PAD;
  const up = placing([low, high], log);
  const yOf = /** @param {number} y */ (y) => PAD + room * (1 - up(y));
  c.strokeStyle = ink.faint;
  c.lineWidth = 1;
  for (const { at } of picture.y.ticks) horizontal(c, yOf(at), width);
  for (const span of picture.spans) paintSpan(c, span, picture, { width, height }, colour);
  for (const series of picture.series) paintSeries(c, series, xOf, yOf, { width, height, log }, colour);
  c.strokeStyle = ink.muted;
  c.fillStyle = ink.muted;
  c.setLineDash([3, 3]);
  for (const { at } of picture.lines) horizontal(c, yOf(at), width);
  c.setLineDash([]);
  for (const { at, label } of picture.ticks) paintFlag(c, xOf(at), label, { width, height }, ink);
  if (picture.cursor !== null) {
    c.fillStyle = ink.text;
    c.fillRect(Math.min(Math.max(xOf(picture.cursor) - 0.75, 0), width - 1.5), 0, 1.5, height);
  }
}

/**
 * @param {CanvasRenderingContext2D} c
 * @param {string} label
 * @param {number} x
 * @param {number} y
 * @param {Ink} ink
 */
function write(c, label, x, y, ink) {
  if (!label) return;
  writeWith(c, font(SMALL));
  c.lineWidth = 3;
  c.strokeStyle = ink.paper;
  c.lineJoin = "round";
  c.strokeText(label, x, y);
  c.fillText(label, x, y);
}

/**
 * @param {CanvasRenderingContext2D} c
 * @param {number} y
 * @param {number} width
 */
function horizontal(c, y, width) {
  const sharp = Math.round(y) + 0.5;
  c.beginPath();
  c.moveTo(0, sharp);
  c.lineTo(width, sharp);
  c.stroke();
}

/**
 * @param {CanvasRenderingContext2D} c
 * @param {Series} series
 * @param {(x: number) => number} xOf
 * @param {(y: number) => number} yOf
 * @param {{width: number, height: number, log: boolean}} box
 * @param {string} colour
 */
function paintSeries(c, { points, style, dots }, xOf, yOf, { width, height, log }, colour) {
  c.strokeStyle = colour;
  c.fillStyle = colour;
  if (style === "dots" || dots) {
    const room = points.length < 2 || width / points.length >= DOTS;
    for (const { x, y } of room ? points : []) {
      if (y === null) continue;
      c.beginPath();
      c.arc(xOf(x), yOf(y), points.length > 12 ? 1.8 : 3, 0, 2 * Math.PI);
      c.fill();
    }
    if (style === "dots") return;
  }
  if (style === "rings") {
    c.lineWidth = 1.5;
    for (const { x, y } of points) {
      if (y === null) continue;
      c.beginPath();
      c.arc(xOf(x), yOf(y), RING, 0, 2 * Math.PI);
      c.stroke();
    }
    return;
  }
  if (style === "band") {
    paintBand(c, points, xOf, yOf);
    return;
  }
  const base = log ? height - PAD : Math.min(yOf(0), height - PAD);
  if (style === "bars" || style === "ghosts") {
    // A time axis has a cell a step, and a bar most of its cell.
    const wide = Math.max(0.7 * (xOf(1) - xOf(0)), 1);
    c.globalAlpha = style === "bars" ? 0.8 : 0.22;
    for (const { x, y } of points) {
      if (y !== null) c.fillRect(xOf(x) - wide / 2, Math.min(yOf(y), base - 1), wide, Math.max(base - yOf(y), 1));
    }
    c.globalAlpha = 1;
    return;
  }
  if (style === "dashed") c.setLineDash([5, 3]);
  c.lineWidth = style === "faint" ? 1 : 1.75;
  c.globalAlpha = style === "faint" ? 0.4 : 1;
  for (const run of unbroken(points)) {
    const line = new Path2D();
    for (const { x, y } of run) line.lineTo(xOf(x), yOf(y)); // the first one moves there
    if (style === "area") {
      const area = new Path2D(line);
      area.lineTo(xOf(run.at(-1)?.x ?? 0), base);
      area.lineTo(xOf(run[0]?.x ?? 0), base);
      c.globalAlpha = 0.22;
      c.fill(area);
      c.globalAlpha = 1;
    }
    c.stroke(line);
  }
  c.setLineDash([]);
  c.globalAlpha = 1;
}

/**
 * What lies between two curves.
 *
 * @param {CanvasRenderingContext2D} c
 * @param {Series["points"]} points
 * @param {(x: number) => number} xOf
 * @param {(y: number) => number} yOf
 */
function paintBand(c, points, xOf, yOf) {
  const known = points.filter(({ y, to }) => y !== null && to !== undefined);
  const area = new Path2D();
  for (const { x, to = 0 } of known) area.lineTo(xOf(x), yOf(to));
  for (const { x, y } of known.toReversed()) area.lineTo(xOf(x), yOf(y ?? 0));
  area.closePath();
  c.globalAlpha = 0.3;
  c.fill(area);
  c.globalAlpha = 1;
}

/**
 * The stretches of a curve between its gaps.
 *
 * @param {Series["points"]} points
 * @returns {{x: number, y: number}[][]}
 */
function unbroken(points) {
  /** @type {{x: number, y: number}[][]} */
  const runs = [[]];
  for (const { x, y } of points) {
    if (y === null) runs.push([]);
    else runs.at(-1)?.push({ x, y });
  }
  return runs.filter((run) => run.length);
}

/**
 * A stretch of lags before the answer: filled for what the model does, an outline for what its gradient sees.
 *
 * @param {CanvasRenderingContext2D} c
 * @param {Curves["spans"][number]} span
 * @param {Curves} picture
 * @param {{width: number, height: number}} size
 * @param {string} colour
 */
function paintSpan(c, { from, to, style }, { length }, { width, height }, colour) {
  const left = (from / length) * width;
  const right = (to / length) * width;
  c.strokeStyle = colour;
  c.fillStyle = colour;
  if (style === "solid") {
    c.fillRect(left, height - 4, right - left, 4);
  } else {
    c.lineWidth = 1.25;
    c.strokeRect(left + 0.6, height - 5, Math.max(right - left - 1.2, 1), 4.4);
  }
}

/**
 * An upright line with a sign at its foot.
 *
 * @param {CanvasRenderingContext2D} c
 * @param {number} x
 * @param {string} label
 * @param {{width: number, height: number}} size
 * @param {Ink} ink
 */
function paintFlag(c, x, label, { width, height }, ink) {
  c.fillStyle = ink.muted;
  c.fillRect(Math.min(Math.round(x), width - 1), 0, 1, height);
  c.fillStyle = ink.text;
  if (!label) return;
  c.textAlign = "center";
  writeWith(c, font(SMALL));
  // At an end of the axis it keeps within the picture.
  const half = c.measureText(label).width / 2 + 1;
  write(c, label, Math.min(Math.max(x + 0.5, half), width - half), height - 1, ink);
  c.textAlign = "left";
}
