/**
 * Connectivity counted back from each output time: shares of a row, its profile over all rows, and the matrix with every
 * row on a scale of its own.
 *
 * @import {Frame, Matrix, View} from "./types.js"
 */

import { valueAt } from "./decode.js";

const CODES = 256;
const LAST = 254;
const NOT_FINITE = 255;

/**
 * Which output time is looked at: the one that is chosen, else the chosen answer, else the last.
 *
 * @param {Pick<Frame, "answers" | "rows" | "length">} frame
 * @param {Pick<View, "output" | "row">} view
 * @returns {{step: number, row: number, answer: number}} output time, its row of connectivity, and its place among the
 *   answers, -1 where nothing is asked
 */
export function outputOf({ answers, rows, length }, { output, row }) {
  const last = answers.length - 1;
  const asked = answers[row < 0 || row > last ? last : row] ?? length - 1;
  const wanted = output ?? asked;
  // A long sequence has a row for some output times only: the nearest one is meant.
  const nearest = rows.reduce(
    (best, step, at) => (Math.abs(step - wanted) < Math.abs((rows[best] ?? 0) - wanted) ? at : best),
    0,
  );
  const step = rows[nearest] ?? wanted;
  return { step, row: nearest, answer: answers.indexOf(step) };
}

/**
 * What the view becomes when an output time is chosen: an answer is chosen as such.
 *
 * @param {Pick<Frame, "answers">} frame
 * @param {number} output
 * @returns {Partial<View>}
 */
export function choose({ answers }, output) {
  const answer = answers.indexOf(output);
  if (answer < 0) return { output };
  return { output: null, row: answer === answers.length - 1 ? -1 : answer };
}

/**
 * Connectivity of an output time by lag, as a share of its largest entry at a lag of 1 or more.
 *
 * @param {Matrix} matrix
 * @param {number} row
 * @param {number} step output time k of the row
 * @returns {Float64Array} by lag, k + 1 of them; NaN throughout where the row is not finite, 0 where it is zero
 */
export function sharesOf(matrix, row, step) {
  const shares = new Float64Array(step + 1);
  let largest = 0;
  let finite = true;
  for (let lag = 0; lag <= step; lag++) {
    const value = valueAt(matrix, row, step - lag);
    shares[lag] = value;
    finite &&= Number.isFinite(value);
    if (lag > 0 && value > largest) largest = value;
  }
  if (!finite) return shares.fill(Number.NaN);
  if (largest === 0) return shares.fill(0);
  for (let lag = 0; lag <= step; lag++) shares[lag] = Number(shares[lag]) / largest;
  return shares;
}

/** @typedef {{median: number[], low: number[], high: number[]}} Profile by lag; low and high are the quartiles */

/** @type {WeakMap<Matrix, Profile>} */
const profiles = new WeakMap();

/**
 * Median and quartiles of the shares over all output times, lag by lag.
 *
 * @param {Matrix} matrix
 * @param {number[]} rows output time of each row
 * @returns {Profile} NaN at a lag that no finite row has
 */
export function lagProfile(matrix, rows) {
  const known = profiles.get(matrix);
  if (known) return known;
  const shares = rows.map((step, row) => sharesOf(matrix, row, step)).filter((row) => !Number.isNaN(row[0]));
  // Output time 0 has no lag to compare with.
  const able = shares.filter((row) => row.length > 1);
  const longest = Math.max(0, ...rows) + 1;
  const column = new Float64Array(able.length);
  /** @type {Profile} */
  const profile = { median: [], low: [], high: [] };
  for (let lag = 0; lag < longest; lag++) {
    let count = 0;
    for (const row of able) if (lag < row.length) column[count++] = Number(row[lag]);
    const sorted = column.subarray(0, count).sort();
    profile.median.push(quantile(sorted, 0.5));
    profile.low.push(quantile(sorted, 0.25));
    profile.high.push(quantile(sorted, 0.75));
  }
  profiles.set(matrix, profile);
  return profile;
}

/**
 * @param {ArrayLike<number>} sorted
 * @param {number} part
 * @returns {number} between neighbours in proportion; NaN of nothing
 */
export function quantile(sorted, part) {
  const place = part * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] ?? Number.NaN;
  return low + (place - below) * ((sorted[below + 1] ?? low) - low);
}

/** @type {WeakMap<Matrix, Matrix>} */
const scaled = new WeakMap();

/**
 * The matrix with every row divided by its own largest entry. Of a log scale's bytes that is a shift.
 *
 * @param {Matrix} matrix
 * @returns {Matrix}
 */
export function perRow(matrix) {
  let found = scaled.get(matrix);
  if (!found) {
    found = matrix.codes && matrix.log ? shifted(matrix, matrix.codes) : divided(matrix);
    scaled.set(matrix, found);
  }
  return found;
}

/**
 * @param {Matrix} matrix
 * @param {Uint8Array} codes
 * @returns {Matrix}
 */
function shifted(matrix, codes) {
  const { rows, cols, table } = matrix;
  const moved = new Uint8Array(codes.length);
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row * cols, (row + 1) * cols];
    let most = 0;
    for (let at = from; at < to; at++) {
      const code = /** @type {number} */ (codes[at]);
      if (code > most && code < NOT_FINITE) most = code;
    }
    for (let at = from; at < to; at++) {
      const code = /** @type {number} */ (codes[at]);
      moved[at] = code === 0 || code === NOT_FINITE ? code : code + LAST - most;
    }
  }
  // From one code to the next by the same factor.
  const factor = Number(table[2]) / Number(table[1]);
  const shares = Float32Array.from({ length: CODES }, (_, code) => factor ** (code - LAST));
  shares[0] = 0;
  shares[NOT_FINITE] = Number.NaN;
  return { ...matrix, codes: moved, table: shares, low: 0, high: 1 };
}

/**
 * @param {Matrix} matrix
 * @returns {Matrix}
 */
function divided(matrix) {
  const { rows, cols } = matrix;
  const values = new Float32Array(rows * cols);
  for (let row = 0; row < rows; row++) {
    let most = 0;
    for (let col = 0; col < cols; col++) {
      const value = valueAt(matrix, row, col);
      if (value > most && Number.isFinite(value)) most = value;
    }
    for (let col = 0; col < cols; col++) values[row * cols + col] = valueAt(matrix, row, col) / (most || 1);
  }
  return { ...matrix, codes: null, values, low: 0, high: 1 };
}
