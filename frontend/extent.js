/**
 * The extremes of all frames so far: scales that all models share, so that a darker pixel is a smaller number and not
 * another scale.
 *
 * @import {Extent, Frame, Matrix} from "./types.js"
 */

import { roundUp } from "./scales.js";

/** Below this a gradient is gone in float32 whatever the task; showing more decades would only flatten the rest. */
export const FLOOR = 1e-12;
/** Above this it has exploded; one such model must not squeeze the others into a line. */
export const CEILING = 1e6;

/** Fewest and most decades of an axis. */
const LEAST = 3;
const DECADES = 14;

/** @returns {Extent} */
export const noExtent = () => ({
  signal: [1, 1],
  norm: [Number.POSITIVE_INFINITY, 0],
  connectivity: [Number.POSITIVE_INFINITY, 0],
  updates: [Number.POSITIVE_INFINITY, 0],
  gradient: 0,
  loss: 0,
  added: 0,
  lag: 1,
});

/**
 * @param {[number, number]} range changed in place
 * @param {Pick<Matrix, "low" | "high">} matrix a log-scaled one
 * @returns {boolean} whether its axis grew
 */
function widen(range, matrix) {
  if (!(matrix.high > 0) || !(matrix.low >= 0)) return false;
  const low = Math.max(Math.min(range[0], matrix.low), FLOOR);
  const high = Math.min(Math.max(range[1], matrix.high), CEILING);
  if (low >= range[0] && high <= range[1]) return false;
  // Axes are in whole decades: within one nothing is painted differently.
  const before = decades(range);
  [range[0], range[1]] = [low, high];
  const after = decades(range);
  return before.low !== after.low || before.high !== after.high;
}

/**
 * Takes a frame into account.
 *
 * @param {Extent} extent changed in place
 * @param {Frame} frame
 * @returns {boolean} whether a scale grew, so that everything must be painted again
 */
export function extend(extent, frame) {
  let grew = widen(extent.connectivity, frame.connectivity);
  const { norm = 0, clipped_norm: low = 0 } = frame.updates ?? {};
  if (Number.isFinite(norm)) grew = widen(extent.updates, { low, high: norm }) || grew;
  for (const layer of frame.layers) {
    grew = widen(extent.signal, layer.signal) || grew;
    grew = widen(extent.norm, layer.gradNorm) || grew;
    const gradient = Math.max(layer.gradH.high, layer.gradC?.high ?? 0);
    if (gradient > extent.gradient && gradient < CEILING) {
      grew = roundUp(gradient) > roundUp(extent.gradient) || extent.gradient === 0 || grew;
      extent.gradient = gradient;
    }
  }
  const added =
    frame.by_lag.measure === "added_loss" ? Math.max(0, ...frame.by_lag.value.map((value) => value ?? 0)) : 0;
  const values = { loss: frame.loss ?? 0, added, lag: Math.max(1, ...frame.by_lag.lags) };
  for (const key of /** @type {const} */ (["loss", "added", "lag"])) {
    if (values[key] > extent[key]) {
      extent[key] = values[key];
      grew = true;
    }
  }
  return grew;
}

/**
 * Whole decades around a range, with a few to write beside the axis.
 *
 * @param {[number, number]} range
 * @param {number} [most] decades to show at most; what lies below is drawn at the bottom
 * @returns {{low: number, high: number, exponents: number[]}}
 */
export function decades([low, high], most = DECADES) {
  if (!(high > 0)) [low, high] = [1e-3, 1];
  const top = Math.ceil(Math.log10(high) - 0.05);
  const bottom = Math.max(Math.min(Math.floor(Math.log10(low) + 0.05), top - LEAST), top - most);
  const every = Math.max(1, Math.ceil((top - bottom) / 3));
  const exponents = [];
  for (let exponent = top; exponent >= bottom; exponent -= every) exponents.push(exponent);
  return { low: 10 ** bottom, high: 10 ** top, exponents };
}
