/**
 * What the gradient does on its way back, in a few plain words.
 *
 * @import {Verdict} from "./types.js"
 */

import { number, plural } from "./format.js";

/** @param {number | null} steps */
const every = (steps) => (steps === null ? "" : `every ${number(steps)} ${steps === 1 ? "step" : "steps"} back`);

/**
 * @param {Verdict | undefined} verdict
 * @param {boolean} [finite] false: none of what it judges is
 * @returns {string}
 */
export function verdictText(verdict, finite = true) {
  if (!verdict) return "";
  if (!finite) return "no verdict: the gradient is not finite, or 0";
  const { value, half_life: half, doubling, left_out: left, D } = verdict;
  const words = {
    vanishing: `vanishing: halves ${every(half)}`,
    steady: "steady: stays within a factor of ten",
    exploding: `exploding: doubles ${every(doubling)}`,
  };
  const said = value === null ? "no verdict: too little of it is left" : words[value];
  return left ? `${said} (${left} of ${plural(D, "lag")} left out: too small)` : said;
}
