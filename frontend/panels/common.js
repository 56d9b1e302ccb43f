/**
 * What several panels look up in a scene.
 *
 * @import {Frame, Heatmap, Layer, Matrix, Note, Panel, Scene, Tick} from "../types.js"
 */

import { valueAt } from "../decode.js";
import { decades } from "../extent.js";
import { power } from "../format.js";
import { perRow } from "../lags.js";
import { roundUp } from "../scales.js";

/** Pixels that a heatmap of units is high: two for each of the 32 units that a model has by default. */
export const STATE_HEIGHT = 64;

/**
 * @param {Frame} frame
 * @param {number} row the chosen row, -1 for the last
 * @returns {{row: number, step: number}} the answer that the lag is counted from
 */
export function answerOf(frame, row) {
  const last = frame.answers.length - 1;
  const chosen = row < 0 || row > last ? last : row;
  return { row: chosen, step: frame.answers[chosen] ?? frame.length - 1 };
}

/**
 * @param {Scene} scene
 * @returns {Layer}
 */
export function layerOf({ frame, layer }) {
  return /** @type {Layer} */ (frame.layers[Math.min(layer, frame.layers.length - 1)]);
}

/**
 * @param {Layer} layer
 * @returns {boolean} whether any of its gradient signal is a number
 */
export const isTold = ({ signal }) => pointsOf(signal).some(({ y }) => y !== null);

/** Decades of a colour scale: more of them could not be told apart. */
export const SHADES = 6;
/** Smallest share of its row's largest entry that is still told from nothing. */
const FAINTEST = 1e-4;

/**
 * Connectivity on the scale that is chosen.
 *
 * @param {Pick<Scene, "frame" | "view" | "extent">} scene
 * @returns {{matrix: Matrix, domain: [number, number]}}
 */
export function scaleOf({ frame, view, extent }) {
  if (view.scale === "row") return { matrix: perRow(frame.connectivity), domain: [FAINTEST, 1] };
  const { low, high } = decades(extent.connectivity, SHADES);
  return { matrix: frame.connectivity, domain: [low, high] };
}

/**
 * A row of a matrix as points over time.
 *
 * @param {Matrix} matrix
 * @param {number} [row]
 * @returns {{x: number, y: number | null}[]}
 */
export function pointsOf(matrix, row = 0) {
  return Array.from({ length: matrix.cols }, (_, x) => ({ x, y: finite(valueAt(matrix, row, x)) }));
}

/**
 * @param {number} value
 * @returns {number | null}
 */
export const finite = (value) => (Number.isFinite(value) ? value : null);

/**
 * A log axis in whole decades.
 *
 * @param {[number, number]} range
 * @param {string} title
 * @returns {{low: number, high: number, log: true, ticks: Tick[], title: string}}
 */
export function logAxis(range, title) {
  const { low, high, exponents } = decades(range);
  const ticks = exponents.map((exponent) => ({ at: 10 ** exponent, label: power(exponent) }));
  return { low, high, log: true, ticks, title };
}

/**
 * A heatmap of one number a unit and step, signed, zero in the middle.
 *
 * @param {Matrix} matrix
 * @param {string} symbol
 * @param {string} caption
 * @param {number} [limit] end of the scale; left out: a round number that holds all values, at least 1
 * @returns {Heatmap}
 */
export function unitMap(matrix, symbol, caption, limit) {
  const size = limit ?? Math.max(1, roundUp(Math.max(Math.abs(matrix.low), Math.abs(matrix.high))));
  return {
    kind: "heatmap",
    caption,
    symbol,
    matrix,
    timeFirst: true,
    palette: "diverging",
    domain: [-size, size],
    log: false,
    rowName: (row) => `unit ${row}`,
    outlines: [],
    height: STATE_HEIGHT,
  };
}

/** Pixels of the line above a picture, and between a picture and the next line. */
const CAPTION = 16;
const APART = 2;

/**
 * @param {...number} heights of pictures under each other, each with a caption
 * @returns {Panel["room"]}
 */
export const room = (...heights) => ({
  words: CAPTION * heights.length + APART * (heights.length - 1),
  pictures: heights.reduce((sum, height) => sum + height, 0),
});

/**
 * @param {string} text
 * @returns {Note}
 */
export const note = (text) => ({ kind: "note", caption: "", text, height: 40 });

/**
 * The part of the time axis that lies up to a number of steps before the answer.
 *
 * @param {number} answer
 * @param {number} steps
 * @param {string} label
 * @param {"solid" | "outline"} style
 */
export const back = (answer, steps, label, style) => ({ from: Math.max(answer - steps, 0), to: answer, label, style });
