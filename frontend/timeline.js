/**
 * Training steps as places on a line: early steps get room, because that is where most changes happen.
 *
 * @import {Column, Frame, RunStatus, Since} from "./types.js"
 */

/** Steps up to which the scale is nearly even; beyond, every doubling takes about the same room. */
const KNEE = 30;

/** Up to this step frames are taken so often that a run's pace says little about the rest. */
const OFTEN = 200;
/** A pace is worth telling once it rests on so many steps and seconds, or on many seconds alone where steps are slow. */
const PACE = { steps: 100, seconds: 1.5, slow: 10 };

/**
 * Frames that a slider of training steps goes on by when a key is pressed.
 *
 * @type {Record<string, number>}
 */
export const SLIDER_KEYS = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -10,
  PageUp: 10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/**
 * @param {number} step
 * @param {number} last the last step of the line
 * @returns {number} 0..1
 */
export function positionOf(step, last) {
  if (last <= 0) return 0;
  return Math.log1p(Math.min(Math.max(step, 0), last) / KNEE) / Math.log1p(last / KNEE);
}

/**
 * @param {number} position 0..1
 * @param {number} last
 * @returns {number} a step, not rounded
 */
export function stepAt(position, last) {
  return KNEE * Math.expm1(Math.min(Math.max(position, 0), 1) * Math.log1p(last / KNEE));
}

/**
 * Round steps to write under the line, as many as there is room for.
 *
 * @param {number} last
 * @param {number} [apart] least distance between two, as a share of the line
 * @returns {number[]}
 */
export function stepTicks(last, apart = 0.08) {
  const round = [];
  for (let decade = 10; decade < last; decade *= 10) {
    for (const factor of [1, 2, 5]) if (factor * decade < last) round.push(factor * decade);
  }
  if (last === 0) return [0];
  /** Both ends are named; from the last one backwards, what keeps clear of the one before and of zero. */
  const kept = [last];
  for (const tick of round.toReversed()) {
    const place = positionOf(tick, last);
    if (place >= apart && positionOf(/** @type {number} */ (kept.at(-1)), last) - place >= apart) kept.push(tick);
  }
  return [0, ...kept.toReversed()];
}

/**
 * The frame that shows a model at a training step: the newest one that is not later.
 *
 * @param {Frame[]} frames in order of steps
 * @param {number | null} step null: the newest
 * @returns {Frame | null}
 */
export function frameAt(frames, step) {
  if (step === null) return frames.at(-1) ?? null;
  let [low, high] = [0, frames.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (/** @type {Frame} */ (frames[middle]).step <= step) low = middle + 1;
    else high = middle;
  }
  return frames[low - 1] ?? frames[0] ?? null;
}

/**
 * Puts a frame in its place by its number; one that is there already is left alone.
 *
 * @param {Frame[]} frames in order of seq, changed in place
 * @param {Frame} frame
 * @returns {boolean} whether it was new
 */
export function insert(frames, frame) {
  let place = frames.length;
  while (place > 0 && /** @type {Frame} */ (frames[place - 1]).seq > frame.seq) place--;
  if (frames[place - 1]?.seq === frame.seq) return false;
  frames.splice(place, 0, frame);
  return true;
}

/**
 * Every training step at which some model has a frame, in order.
 *
 * @param {Column[]} columns
 * @returns {number[]}
 */
export function stepsOf(columns) {
  const steps = new Set(columns.flatMap((column) => column.frames.map((frame) => frame.step)));
  return [...steps].sort((a, b) => a - b);
}

/**
 * The newest training step at which some model has a frame.
 *
 * @param {Column[]} columns
 * @returns {number}
 */
export const newestStep = (columns) => Math.max(0, ...columns.map(({ frames }) => frames.at(-1)?.step ?? 0));

/**
 * The last step of the line: where a finished run ended, where an unfinished one will end at the latest.
 *
 * @param {Column[]} columns
 * @returns {number}
 */
export function lastStep(columns) {
  const ends = columns.map(({ frames, status }) => {
    const seen = frames.at(-1)?.step ?? 0;
    const unfinished = status?.status === "queued" || status?.status === "running";
    return unfinished ? Math.max(seen, status.steps || 0) : seen;
  });
  return Math.max(0, ...ends);
}

/**
 * The step that lies a number of frames further, kept within the line.
 *
 * @param {number[]} steps
 * @param {number} from
 * @param {number} count
 * @returns {number}
 */
export function advance(steps, from, count) {
  let place = steps.findLastIndex((step) => step <= from);
  place = Math.min(Math.max(place + count, 0), steps.length - 1);
  return steps[place] ?? 0;
}

/**
 * Where a run's pace is counted from: its first step, so that its start is left out, and again the step from which frames
 * are rare; the former one holds until the new one has something to say.
 *
 * @param {Since | null} since
 * @param {Pick<RunStatus, "status" | "step">} status
 * @param {number} now milliseconds
 * @returns {Since | null}
 */
export function paceFrom(since, { status, step }, now) {
  if (status !== "running") return status === "queued" ? null : since;
  const here = { time: now, step, before: null };
  if (!since || (since.step === 0 && step > 0)) return here;
  return since.step < OFTEN && step >= OFTEN ? { ...here, before: since } : since;
}

/**
 * Seconds until a run has ended at the latest, from its pace so far; null while nothing can be said.
 *
 * @param {Pick<Column, "status" | "since">} column
 * @param {number} now milliseconds, on the clock of `since`
 * @returns {number | null}
 */
export function secondsLeft({ status, since }, now) {
  if (status?.status !== "running") return null;
  for (let from = since; from; from = from.before) {
    const done = status.step - from.step;
    const seconds = (now - from.time) / 1000;
    const known = (done >= PACE.steps && seconds >= PACE.seconds) || (done > 0 && seconds >= PACE.slow);
    if (known) return ((status.steps - status.step) * seconds) / done;
  }
  return null;
}

/**
 * Seconds until all runs have ended at the latest; null while nothing can be said.
 *
 * @param {Column[]} columns
 * @param {number} now milliseconds, on the clock of `since`
 * @returns {number | null}
 */
export function secondsToGo(columns, now) {
  const known = columns.flatMap((column) => secondsLeft(column, now) ?? []);
  return known.length ? Math.max(...known) : null;
}
