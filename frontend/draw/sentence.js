/**
 * A picture in a sentence of its numbers, and a place in it in another.
 *
 * @import {Curves, Heatmap, Picture, Point} from "../types.js"
 */

import { lagText, number, plural, whole } from "../format.js";
import { axisOf, cellAt, readAt, rowsOf } from "./read.js";

/** Marked inputs that are told one by one. */
const MOST = 8;
/** Share of the answer's gradient that counts as little. */
const HUNDREDTH = 0.01;

/**
 * Where the gradient signal first falls below a hundredth, on its way back.
 *
 * @param {Point[]} points G over time, 1 at the answer
 * @param {number} answer
 * @returns {string}
 */
export function fallText(points, answer) {
  const earlier = points.filter(({ x }) => x < answer).toSorted((a, b) => b.x - a.x);
  const steps = plural(earlier.length, "earlier step");
  if (!earlier.length) return "there is no earlier step";
  if (earlier.every(({ y }) => y === 0)) return `is 0 at all ${steps}`;
  const finite = earlier.flatMap(({ x, y }) => (y === null ? [] : [{ x, y }]));
  if (finite.length < earlier.length) return "is not finite at every step";
  const most = finite.reduce((a, b) => (b.y > a.y ? b : a));
  const rises = most.y > 1 ? `rises to ${number(most.y)} ${plural(answer - most.x, "step")} back, and ` : "";
  const low = finite.find(({ y }) => y < HUNDREDTH);
  if (low) return `${rises}falls below one hundredth ${plural(answer - low.x, "step")} back`;
  const least = finite.reduce((a, b) => (b.y < a.y ? b : a));
  return `${rises}stays at ${number(least.y)} or more at all ${steps}`;
}

/**
 * @param {Heatmap} picture
 * @returns {string}
 */
function heatmapText(picture) {
  const rows = rowsOf(picture);
  const steps = picture.timeFirst ? picture.matrix.rows : picture.matrix.cols;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [least, most] = ["", ""];
  let odd = 0;
  for (let row = 0; row < rows; row++) {
    for (let t = 0; t < steps; t++) {
      const value = cellAt(picture, t, row);
      if (!Number.isFinite(value)) odd++;
      if (value < low) [low, least] = [value, `${picture.rowName(row)}, step ${t}`];
      if (value > high) [high, most] = [value, `${picture.rowName(row)}, step ${t}`];
    }
  }
  const size = `${plural(rows, "row")} over ${plural(steps, "step")}`;
  const lacking = odd ? `, ${plural(odd, "value")} not finite` : "";
  if (low > high) return `${size}${lacking}`;
  if (low === high) return `${size}, all ${number(low)}${lacking}`;
  return `${size}: from ${number(low)} (${least}) to ${number(high)} (${most})${lacking}`;
}

/**
 * @param {Curves} picture
 * @returns {string}
 */
function curvesText(picture) {
  const series = picture.series.find(({ style, points }) => style !== "band" && points.some(({ y }) => y !== null));
  if (!series) return "no values";
  const { name, place } = axisOf(picture);
  const points = series.points.flatMap(({ x, y }) => (y === null ? [] : [{ at: place(x), y }]));
  const told = /** @param {{at: number, y: number}} point */ ({ at, y }) => `${number(y)} at ${name} ${whole(at)}`;
  // Of training it is told how it went, of a sequence between what it lies.
  const training = picture.axis === "training";
  const from = points.reduce((a, b) => ((training ? b.at < a.at : b.y < a.y) ? b : a));
  const to = points.reduce((a, b) => ((training ? b.at > a.at : b.y > a.y) ? b : a));
  const same = points.every(({ y }) => y === from.y);
  return same ? `${series.name} is ${number(from.y)} everywhere` : `${series.name} from ${told(from)} to ${told(to)}`;
}

/**
 * A picture in a sentence.
 *
 * @param {Picture} picture
 * @returns {string} without its full stop
 */
export function sentenceOf(picture) {
  if (picture.kind === "heatmap") return heatmapText(picture);
  if (picture.kind === "curves") return picture.sentence ?? curvesText(picture);
  if (picture.kind === "bars") return picture.bars.map(({ name, text, told }) => `${name}: ${told ?? text}`).join("; ");
  if (picture.kind === "note") return picture.text;
  const marked = picture.tokens.flatMap(({ label, salient }, t) => (salient ? [`${label} at step ${t}`] : []));
  const more = marked.length > MOST ? ` and ${marked.length - MOST} more` : "";
  const size = plural(picture.tokens.length, "input");
  return marked.length ? `${size}, marked: ${marked.slice(0, MOST).join(", ")}${more}` : size;
}

/**
 * The value at a place of a picture.
 *
 * @param {Picture} picture
 * @param {number} t
 * @param {number} row of a heatmap
 * @param {{model: string, answer?: number | undefined}} brush
 * @returns {string}
 */
export function placeText(picture, t, row, { model, answer }) {
  const lag = answer === undefined ? "" : `, ${lagText(t, answer)}`;
  const place = `at step ${t}${lag}`;
  if (picture.kind === "heatmap") {
    const shown = Math.min(row, rowsOf(picture) - 1);
    const { symbol } = picture;
    const value = number(cellAt(picture, t, shown));
    // Some are called by their unit, which stands after the value.
    const told = symbol.includes(" ") ? `${value} ${symbol}` : `${symbol} is ${value}`;
    return `${model}, ${picture.rowName(shown)} ${place}: ${told}.`;
  }
  if (picture.kind === "curves") {
    const training = picture.axis === "training";
    const x = training ? picture.cursor : t;
    const values = picture.series.flatMap(({ name, style, points }) => {
      const point = style === "band" ? undefined : points.find((point) => point.x === x);
      return point ? [`${name} is ${number(point.y)}`] : [];
    });
    return `${model} ${training ? `at training step ${whole(x ?? 0)}` : place}: ${values.join(", ") || "no value"}.`;
  }
  return `${model} ${place}: ${readAt(picture, t, row)}.`;
}
