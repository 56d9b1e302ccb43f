/**
 * The gradient horizon at another threshold: read off the profile of a frame, as the server reads it.
 *
 * @import {Frame} from "./types.js"
 */

import { valueAt } from "./decode.js";
import { percent } from "./format.js";

/** What counts as seen unless a person says otherwise, as a share of the largest entry. */
export const THRESHOLD = 0.01;
/** Smallest and largest share that can be asked for. */
const [LEAST, MOST] = [0.001, 0.5];

/** Where the slider stops: about the same factor apart, and numbers that people say. */
export const STOPS = [
  ...[0.001, 0.0015, 0.002, 0.003, 0.005, 0.007, 0.01, 0.015, 0.02, 0.03, 0.05, 0.07],
  ...[0.1, 0.15, 0.2, 0.3, 0.5],
];

/**
 * @param {string} text of a link
 * @returns {number}
 * @throws {Error} a sentence
 */
export function parseThreshold(text) {
  const value = Number(text);
  if (/^\d?\.?\d+(e-\d)?$/i.test(text) && value >= LEAST && value <= MOST) return value;
  throw new Error(
    `The threshold of the gradient horizon must be a share from ${LEAST} to ${MOST} (0.1 % to 50 %), not “${text.slice(0, 40)}”.`,
  );
}

/**
 * @param {(number | null)[]} shares by lag
 * @param {number} threshold
 * @returns {number} the largest lag of 1 or more that still counts as seen, 0 if there is none
 */
export const lastAbove = (shares, threshold) =>
  Math.max(
    0,
    shares.findLastIndex((share, lag) => lag > 0 && share !== null && share >= threshold),
  );

/**
 * The gradient horizon of a frame: the median of its answers' values, rounded down.
 *
 * @param {Pick<Frame, "profile" | "horizon">} frame
 * @param {number} threshold
 * @returns {number | null} null where the gradient is not finite
 */
export function horizonAt({ profile, horizon }, threshold) {
  if (horizon.value === null) return null;
  const values = [];
  for (let row = 0; row < profile.rows; row++) {
    let lag = profile.cols - 1;
    // NaN, where the lag is before the first step, counts as nothing.
    while (lag > 0 && !(valueAt(profile, row, lag) >= threshold)) lag--;
    values.push(lag);
  }
  values.sort((a, b) => a - b);
  const [below, above] = [values[(values.length - 1) >> 1] ?? 0, values[values.length >> 1] ?? 0];
  return Math.floor((below + above) / 2);
}

/**
 * A frame as it is at a threshold. With the server's own, its numbers are the server's.
 *
 * @param {Frame} frame
 * @param {Frame | undefined} first of the same run, at training step 0
 * @param {number} threshold
 * @returns {Frame}
 */
export function seenAt(frame, first, threshold) {
  if (threshold === frame.horizon.threshold) return frame;
  const value = horizonAt(frame, threshold);
  const at_start = first?.step === 0 ? horizonAt(first, threshold) : null;
  return { ...frame, horizon: { value, threshold, at_start, spread: null } };
}

/**
 * What is added to a horizon where it is not the usual one.
 *
 * @param {number} threshold
 * @returns {string}
 */
export const atText = (threshold) => (threshold === THRESHOLD ? "" : ` at ${percent(threshold)}`);
