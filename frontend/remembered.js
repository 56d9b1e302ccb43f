/**
 * The memory table's numbers in words.
 *
 * @import {MemoryRow, MemorySpread} from "./types.js"
 */

import { number, percent, whole } from "./format.js";

/**
 * Median over the seeds, and the range where they differ.
 *
 * @param {MemorySpread | null} spread
 * @param {(value: number) => string} write
 * @returns {{median: string, range: string}} the range empty where all seeds agree
 */
export function told(spread, write) {
  if (!spread) return { median: "–", range: "" };
  const [low, median, high] = [spread.low, spread.median, spread.high].map(write);
  return { median: median ?? "", range: low === high ? "" : `${low} to ${high}` };
}

/**
 * @param {number | null} longest that can be told: it stands for all beyond
 * @returns {(steps: number) => string}
 */
export const orMore = (longest) => (steps) =>
  longest !== null && longest > 0 && steps >= longest ? `≥ ${longest}` : whole(steps);

/**
 * How many seeds solved the task, in words.
 *
 * @param {MemoryRow} row
 * @returns {string}
 */
export function solvedText({ solved, seeds, exploded, solved_at }) {
  const others = exploded ? `, ${exploded} exploded` : "";
  if (!solved) return `not solved${others}`;
  const { median, range } = told(solved_at, whole);
  const who = solved === seeds ? "solved" : `solved by ${solved} of ${seeds}`;
  return `${who} at step ${median}${range && ` (${range})`}${others}`;
}

/**
 * The share of right answers, or the error where a task has no classes.
 *
 * @param {MemoryRow} row
 * @returns {{median: string, range: string}}
 */
export const scoreText = ({ accuracy, loss }) => (accuracy ? told(accuracy, percent) : told(loss, number));

/**
 * @param {number} seconds of processor time
 * @returns {string}
 */
export const secondsText = (seconds) => `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
