/**
 * The sentences of the page: what the numbers of a frame say, no more and no less.
 *
 * @import {Column, Facts, Frame, Task} from "./types.js"
 */

import { duration, longestOf, number, percent, plural, rangeText, whole } from "./format.js";
import { readsText } from "./setup.js";
import { THRESHOLD } from "./threshold.js";
import { secondsLeft } from "./timeline.js";

/** Reach and horizon are told apart when they differ by a quarter of the longer one, and by 3 steps at least. */
const APART = { share: 0.25, steps: 3 };

/** A loss within this share of the memoryless one is no better than it: held-out estimates wobble by so much. */
const NEAR = 0.95;

/** Answers are clearly better than guessing from this share of the way to perfect: far beyond luck on 128 sequences. */
const CLEAR = 0.25;

/**
 * Whether the answers as a whole are clearly better than guessing, whatever the lag.
 *
 * @param {Frame} frame
 * @param {Facts | null} facts
 * @returns {boolean}
 */
function skilled({ accuracy, loss }, facts) {
  const chance = facts?.chance.accuracy;
  if (accuracy !== null && typeof chance === "number") return accuracy - chance >= CLEAR * (1 - chance);
  const guess = facts?.memoryless_loss ?? facts?.chance.loss ?? null;
  return loss !== null && guess !== null && loss <= (1 - CLEAR) * guess;
}

/**
 * Where what a model does and what its gradient sees differ, and which of the two it is.
 *
 * @param {Frame} frame
 * @param {Facts | null} facts
 * @param {boolean} [onward] whether the run goes on from trained weights
 * @returns {string}
 */
export function compareText(frame, facts, onward = false) {
  const { reach, horizon, step, last } = frame;
  if (horizon.value === null) return "Its numbers have grown beyond all bounds: there is no gradient left to follow.";
  const text = frame.by_lag.measure === "added_loss";
  if (text && last && reach.value === 0 && frame.reason) return frame.reason;
  const seen = plural(horizon.value, "step");
  const apart = Math.max(APART.steps, APART.share * Math.max(reach.value, horizon.value));
  if (horizon.value - reach.value >= apart) {
    if (step === 0 && !onward)
      return `Its gradient reaches ${seen} back before any training: initialisation alone can do this.`;
    if (!text && skilled(frame, facts)) {
      const live = last ? "" : ", and from so few sequences it jumps";
      return `It answers far better than a guess, but reach asks that of nearly every lag${live}. Its gradient reaches ${seen} back.`;
    }
    const beyond = reach.value ? ` beyond ${reach.value}` : "";
    const used = text
      ? `context${beyond} does not clearly improve its predictions`
      : `its answers${beyond} are not clearly better than a guess`;
    return `Its gradient reaches ${seen} back, but ${used}: it sees further than the model remembers.`;
  }
  if (reach.value - horizon.value >= apart) {
    const does = text ? "It predicts better with what lies" : "It answers clearly better than a guess from";
    const little =
      horizon.threshold > THRESHOLD
        ? `below ${percent(horizon.threshold)} of its largest`
        : "all but gone: a slight change there hardly moves its answer";
    return `${does} ${plural(reach.value, "step")} back, though beyond ${horizon.value} its gradient is ${little}.`;
  }
  if (reach.value === 0 && horizon.value === 0)
    return "Neither its answers nor its gradient connect to any earlier step yet.";
  const gap = Math.abs(reach.value - horizon.value);
  return `What it remembers and what its gradient sees agree${gap ? ` within ${plural(gap, "step")}` : ""}.`;
}

/**
 * How well the reach is known.
 *
 * @param {Frame} frame
 * @returns {string}
 */
export function estimateText({ last, by_lag, reach }) {
  const counted = trialsText(by_lag);
  if (!last) return `live estimate, ${counted}`;
  return reach.spread ? `${counted}, 5–95 %: ${rangeText(reach.spread, longestOf(reach))}` : counted;
}

/** @param {Pick<Frame["by_lag"], "trials">} byLag */
export const trialsText = ({ trials }) => `${plural(trials, "trial")} a lag`;

/**
 * Between what the horizons of half of the sequences lie.
 *
 * @param {Pick<Frame, "horizon" | "answers">} frame
 * @returns {string} empty at another threshold than the server's, where it is not known
 */
export function halfText({ horizon: { spread }, answers }) {
  return spread ? `middle half ${rangeText(spread, answers.at(-1))}` : "";
}

/**
 * Whether the task is solved, or how far from guessing the model is.
 *
 * @param {Frame} frame
 * @param {Facts | null} facts
 * @param {boolean} [onward] whether the run goes on from trained weights
 * @returns {string}
 */
export function solvedText(frame, facts, onward = false) {
  if (frame.loss === null) return "its loss is not a number any more";
  if (frame.solved_at !== null && frame.solved_at <= frame.step) return `solved at step ${whole(frame.solved_at)}`;
  if (frame.step === 0 && !onward) return "untrained";
  const guess = facts?.memoryless_loss ?? facts?.chance.loss ?? null;
  if (guess !== null && frame.loss >= NEAR * guess && frame.reach.value === 0) return "like a memoryless guess";
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
  const { status, error, frames } = column;
  if (error) return error;
  if (column.lost && !over(column)) return "connection lost, trying again";
  if (!status) return column.run ? "waiting for the server" : "not trained yet";
  if (status.status === "queued") {
    return status.position ? `waiting, number ${status.position} in the queue` : "about to start";
  }
  if (status.status === "running") {
    const seconds = secondsLeft(column, now);
    const most = `training: at most ${plural(status.steps, "step")}`;
    return seconds === null ? most : `${most}, ${duration(seconds)} to go`;
  }
  if (status.status === "failed") return status.reason ?? "failed";
  if (status.status === "cancelled") return `cancelled at step ${frames.at(-1)?.step ?? status.step}`;
  const steps = plural(frames.at(-1)?.step ?? status.step, "step");
  return solved(column) ? `solved, done after ${steps}` : `not solved after ${steps}`;
}

/**
 * @param {Column} column
 * @returns {boolean} whether its run has ended
 */
const over = ({ status }) => status !== null && status.status !== "queued" && status.status !== "running";

/**
 * @param {Column} column
 * @returns {boolean} whether its run has solved the task
 */
const solved = ({ status, frames }) => (status?.result?.solved_at ?? frames.at(-1)?.solved_at ?? null) !== null;

/**
 * How a run's status is marked: to have come to the end is no success.
 *
 * @param {Column} column
 * @returns {"idle" | "queued" | "running" | "lost" | "solved" | "ended" | "failed" | "cancelled"}
 */
export function statusMark(column) {
  const { status, error, lost } = column;
  if (error) return "failed";
  if (lost && !over(column)) return "lost";
  if (status?.status === "done") return solved(column) ? "solved" : "ended";
  return status?.status ?? "idle";
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
export const lagWords = (task) => (readsText(task) ? "steps before the prediction" : "steps before the answer");
