/**
 * How much a matrix stretches: in one step, and in the long run.
 *
 * @import {Rows} from "./nets.js"
 */

/** Times that a matrix is squared: its 2^40th power tells the radius to all digits. */
const SQUARINGS = 40;

/**
 * The size of the largest eigenvalue, complex ones included: the limit of ‖A^m‖^(1/m), with m doubled by each squaring.
 * Power iteration on a vector would turn round and round where that eigenvalue is complex.
 *
 * @param {Rows} matrix N rows of N
 * @returns {number}
 */
export function spectralRadius(matrix) {
  let power = matrix;
  let log = 0; // of what was divided out, per step of the matrix
  for (let m = 0, share = 1; m <= SQUARINGS; m++, share /= 2) {
    const size = Math.hypot(...power.flat());
    if (size === 0) return 0;
    if (!Number.isFinite(size)) return size;
    log += Math.log(size) * share;
    const unit = power.map((row) => row.map((value) => value / size));
    power = product(unit, unit);
  }
  return Math.exp(log);
}

/**
 * The largest singular value: the most that one step can stretch any vector.
 *
 * @param {Rows} matrix N rows of M
 * @returns {number}
 */
export const largestStretch = (matrix) =>
  Math.sqrt(spectralRadius(matrix.map((row) => matrix.map((other) => sum(row, (value, j) => value * other[j])))));

/**
 * @param {Rows} a
 * @param {Rows} b
 * @returns {Rows} a b
 */
const product = (a, b) => a.map((row) => b[0].map((_, j) => sum(row, (value, k) => value * b[k][j])));

/** @param {number[]} values @param {(value: number, i: number) => number} of */
const sum = (values, of) => values.reduce((total, value, i) => total + of(value, i), 0);
