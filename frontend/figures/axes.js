/**
 * Axes of the curves that a reader can draw before a figure shows them. A drawn value is a number from 0, the bottom of
 * the axis, to 1.
 *
 * @import {Tick} from "./plot.js"
 */

import { number, power } from "../format.js";
import { wholes } from "./plot.js";

/** Powers of ten between which a gradient is drawn: what lies beyond is drawn at the edge. */
export const LOW = -12;
export const HIGH = 6;

/**
 * @typedef {object} Axes
 * @property {Tick[]} x ticks from 0 to 1
 * @property {Tick[]} y
 * @property {(share: number) => string} across what a place on the x axis means
 * @property {(share: number) => string} up what a value means
 */

/** @param {number} log power of ten @returns {number} between 0 and 1 */
export const shareOf = (log) => Math.min(Math.max((log - LOW) / (HIGH - LOW), 0), 1);

/** The powers of ten that are written at the axis. */
export const DECADES = Array.from({ length: (HIGH - LOW) / 3 + 1 }, (_, i) => {
  const at = LOW + 3 * i;
  return { at, label: at === 0 ? "1" : power(at) };
});

/** A share of the gradient in words. @param {number} share */
function told(share) {
  const value = number(10 ** (LOW + share * (HIGH - LOW)));
  if (share <= 0) return `${value} or less`;
  return share >= 1 ? `${value} or more` : value;
}

/**
 * @param {{show: string, steps?: number}} setup of the figure that will show the truth
 * @returns {Axes | null} null where nothing is known of it
 */
export function axesOf({ show, steps = 0 }) {
  if (show !== "vanish") return null;
  const last = steps - 1;
  return {
    x: wholes(0, last).map(({ at, label }) => ({ at: at / last, label })),
    y: DECADES.map(({ at, label }) => ({ at: shareOf(at), label })),
    across: (share) => `${Math.round(share * last)} steps back`,
    up: told,
  };
}
