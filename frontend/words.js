/**
 * The sentences of the page: what the numbers of a frame say, no more and no less.
 *
 * @import {Column, Facts, Frame, Task} from "./types.js"
 */

import { duration, number, percent, plural } from "./format.js";

/** Reach and horizon are told apart when they differ by a quarter of the longer one, and by 3 steps at least. */
const APART = { share: 0.25, steps: 3 };

/** A loss within this share of the memoryless one is no better than it: held-out estimates wobble by so much. */
const NEAR = 0.95;

/**
 * Where what a model does and what its gradient sees differ, and which of the two it is.
 *
 * @param {Frame} frame
 * @returns {string}
 */
export function compareText(frame) {
  const { reach, horizon, step } = frame;
  if (horizon.value === null) return "Its numbers have grown beyond all bounds: there is no gradient left to follow.";
  const apart = Math.max(APART.steps, APART.share * Math.max(reach.value, horizon.value));
  if (horizon.value - reach.value >= apart) {
    const start = step === 0 || reach.value === 0 ? " Initialisation alone can do this." : "";
    return `Its gradient reaches ${plural(horizon.value, "step")} back, but the model does not use that: the gradient sees further than the model remembers.${start}`;
  }
  if (reach.value - horizon.value >= apart) {
    return `It answers correctly from ${plural(reach.value, "step")} back although its gradient is all but gone beyond ${horizon.value}: the state has latched.`;
  }
  if (reach.value === 0 && horizon.value === 0)
    return "Neither the model nor its gradient connects to any earlier step yet.";
  const gap = Math.abs(reach.value - horizon.value);
  return `What it remembers and what its gradient sees agree${gap ? ` within ${plural(gap, "step")}` : ""}.`;
}

/**
 * How well the reach is known.
 *
 * @param {Frame} frame
 * @returns {string}
 */
export function estimateText({ last, by_lag: { trials }, reach: { spread } }) {
  const counted = `${plural(trials, "sequence")} a lag`;
  if (!last) return `live estimate, ${counted}`;
  return spread ? `${counted}, interval ${spread[0]}–${spread[1]}` : counted;
}

/**
 * Whether the task is solved, or how far from guessing the model is.
 *
 * @param {Frame} frame
 * @param {Facts | null} facts
 * @returns {string}
 */
export function solvedText(frame, facts) {
  if (frame.loss === null) return "its loss is not a number any more";
  if (frame.solved_at !== null && frame.solved_at <= frame.step) return `solved at step ${frame.solved_at}`;
  if (frame.step === 0) return "untrained";
  const guess = facts?.memoryless_loss ?? facts?.chance.loss ?? null;
  if (guess !== null && frame.loss >= NEAR * guess && frame.reach.value === 0)
    return "no better than a memoryless guess";
  if (frame.accuracy !== null) {
    const chance = facts?.chance.accuracy;
    const guessing = typeof chance === "number" ? `, guessing ${percent(chance)}` : "";
    return `${percent(frame.accuracy)} right${guessing}`;
  }
  return `loss ${number(frame.loss)}${guess === null ? "" : `, guessing ${number(guess)}`}`;
}

/**
 * Where a run stands.
 *
 * @param {Column} column
 * @param {number} now milliseconds, on the clock of `since`
 * @returns {string}
 */
export function statusText(column, now) {
  const { status, error, since, frames } = column;
  if (error) return error;
  if (!status) return column.run ? "waiting for the server" : "not trained yet";
  if (status.status === "queued") {
    return status.position ? `waiting, number ${status.position} in the queue` : "about to start";
  }
  if (status.status === "running") {
    const done = since ? status.step - since.step : 0;
    const seconds = since ? (now - since.time) / 1000 : 0;
    const most = `training: at most ${plural(status.steps, "step")}`;
    // A pace is worth telling once it rests on half a second.
    if (done < 1 || seconds < 0.5) return most;
    return `${most}, ${duration(((status.steps - status.step) * seconds) / done)} to go`;
  }
  if (status.status === "failed") return status.reason ?? "failed";
  if (status.status === "cancelled") return `cancelled at step ${frames.at(-1)?.step ?? status.step}`;
  return `done after ${plural(frames.at(-1)?.step ?? status.step, "step")}`;
}

/**
 * What a screen reader is told when a model has solved its task.
 *
 * @param {string} title
 * @param {Frame} frame
 * @returns {string}
 */
export function solvedNews(title, { solved_at, reach }) {
  return `${title} solved at step ${solved_at}, reach ${reach.at_least ? "at least " : ""}${reach.value}`;
}

/**
 * What happened to a run, for a screen reader.
 *
 * @param {string} title
 * @param {string} status
 * @param {string | null} reason
 * @returns {string}
 */
export function endNews(title, status, reason) {
  return status === "failed" ? `${title} ${reason ?? "failed"}` : `${title} ${status}`;
}

/**
 * @param {Task} task
 * @returns {string} what lag is counted from, for the axis
 */
export const lagWords = (task) =>
  task.name === "characters" ? "steps before the prediction" : "steps before the answer";
