/**
 * How the gradient that flows back through time changes while the model learns, and what clipping leaves of the updates.
 *
 * @import {Curves, Frame, Heatmap, Matrix, Panel, Scene} from "../types.js"
 */

import { valueAt } from "../decode.js";
import { decades } from "../extent.js";
import { number, percent } from "../format.js";
import { logAxis, note, room } from "./common.js";

const HEIGHT = 96;
const UPDATES = 60;
/** Pixels of the numbers under the last picture. */
const FOOT = 13;
/** Decades of the colour scale. */
const SHADES = 8;
const ELSEWHERE = "Its past is known on the held-out sequence only, which has another length.";
/** Rows that there is room for at first. */
const ROWS = 64;

/**
 * The rows so far, in one buffer that grows.
 *
 * @typedef {object} Rows
 * @property {Float32Array<ArrayBuffer>} values
 * @property {Frame[]} frames that the rows are of
 */

/** @type {WeakMap<Frame[], Map<string, Rows>>} by the run's frames, and by layer and view */
const kept = new WeakMap();

/**
 * The gradient's size at every time step, a row a frame. Rows that are there stay as they are.
 *
 * @param {Frame[]} frames
 * @param {number} layer counted from 0
 * @param {boolean} relative each row by its value at the answer
 * @returns {Matrix}
 */
export function historyOf(frames, layer, relative) {
  const cols = frames[0]?.length ?? 0;
  const found = kept.get(frames) ?? new Map();
  kept.set(frames, found);
  const key = `${layer} ${relative}`;
  let rows = /** @type {Rows | undefined} */ (found.get(key));
  // A frame that came late and belongs in between: all over again.
  const count = rows?.frames.length ?? 0;
  if (!rows || count > frames.length || rows.frames[count - 1] !== frames[count - 1])
    rows = { values: new Float32Array(ROWS * cols), frames: [] };
  if (frames.length * cols > rows.values.length) {
    const values = new Float32Array(Math.max(2 * rows.values.length, 2 * frames.length * cols));
    values.set(rows.values);
    rows.values = values;
  }
  for (const frame of frames.slice(rows.frames.length)) {
    append(rows.values, rows.frames.length * cols, frame, layer, relative);
    rows.frames.push(frame);
  }
  found.set(key, rows);
  const values = rows.values.subarray(0, frames.length * cols);
  const table = new Float32Array(0);
  return {
    rows: frames.length,
    cols,
    codes: null,
    values,
    table,
    log: true,
    signed: false,
    low: 0,
    high: 1,
    odd: false,
  };
}

/**
 * @param {Float32Array} values
 * @param {number} from
 * @param {Frame} frame
 * @param {number} layer
 * @param {boolean} relative
 */
function append(values, from, frame, layer, relative) {
  const norms = frame.layers[Math.min(layer, frame.layers.length - 1)]?.gradNorm;
  if (!norms) return;
  const base = relative ? valueAt(norms, 0, frame.answers.at(-1) ?? norms.cols - 1) : 1;
  for (let t = 0; t < norms.cols; t++) {
    const value = valueAt(norms, 0, t);
    // Where nothing is wrong at the answer there is nothing to flow back either.
    values[from + t] = base === 0 ? 0 : value / base;
  }
}

/**
 * @param {Scene} scene
 * @returns {Heatmap}
 */
function historyMap({ frame, frames, view, extent, layer }) {
  const relative = view.gradient === "relative";
  const { low, high } = decades(relative ? extent.signal : extent.norm, SHADES);
  const row = frames.findLastIndex(({ step }) => step <= frame.step);
  return {
    kind: "heatmap",
    caption: `a row each frame, ${relative ? "relative to the answer" : "absolute size"}`,
    symbol: relative ? "size, relative" : "size",
    matrix: historyOf(frames, layer, relative),
    timeFirst: false,
    palette: "magnitude",
    domain: [low, high],
    log: true,
    rowName: (at) => `training step ${frames[at]?.step ?? at}`,
    outlines: row < 0 ? [] : [{ row, from: 0, to: frame.length }],
    training: frames.map(({ step }) => step),
    height: HEIGHT,
  };
}

/**
 * The share of the updates that were clipped, since the frame before and since the start.
 *
 * @param {Frame[]} frames up to the one that is shown
 * @returns {{recent: number | null, overall: number | null}} null before the first update
 */
export function clippedShares(frames) {
  let [clipped, updates] = [0, 0];
  frames.forEach(({ step, updates: found }, at) => {
    const count = step - (frames[at - 1]?.step ?? 0);
    if (!found || count <= 0) return;
    clipped += found.clipped * count;
    updates += count;
  });
  return { recent: frames.at(-1)?.updates?.clipped ?? null, overall: updates ? clipped / updates : null };
}

/** A share in whole percent, which is all that a few updates can tell. @param {number} part */
const whole = (part) => percent(Math.round(100 * part) / 100);

/**
 * @param {Frame[]} frames up to the one that is shown
 * @param {number | null} clip
 * @returns {string}
 */
export function clippedText(frames, clip) {
  if (clip === null) return "gradient of the weights, never clipped";
  const { recent, overall } = clippedShares(frames);
  if (recent === null || overall === null) return `gradient of the weights, clipped beyond ${number(clip)}`;
  return `gradient of the weights, dashed where clipped: ${whole(recent)} of updates, ${whole(overall)} overall`;
}

/**
 * @param {Scene} scene
 * @returns {Curves}
 */
function updates({ frame, frames, extent, steps, clip }) {
  const told = frames.filter(({ updates: found }) => found);
  const known = extent.updates[1] > 0 ? extent.updates : /** @type {[number, number]} */ ([0.1, 1]);
  const [low, high] = clip === null ? known : [Math.min(known[0], clip), Math.max(known[1], clip)];
  return {
    kind: "curves",
    caption: clippedText(
      frames.filter(({ step }) => step <= frame.step),
      clip,
    ),
    axis: "training",
    length: steps,
    cursor: frame.step,
    series: [
      { name: "before clipping", points: told.map((f) => ({ x: f.step, y: f.updates?.norm ?? null })), style: "line" },
      {
        name: "after clipping",
        points: told.map((f) => ({ x: f.step, y: f.updates?.clipped_norm ?? null })),
        style: "dashed",
      },
    ],
    y: logAxis([low, high], "gradient norm of the weights"),
    lines: clip === null ? [] : [{ at: clip, label: `clip ${number(clip)}`, meaning: `clipped to ${number(clip)}` }],
    spans: [],
    ticks: [],
    height: UPDATES,
  };
}

/** @type {Panel} */
export const flow = {
  id: "flow",
  measures: ["grad_norm", "updates"],
  title: "Gradient through training",
  plain:
    "how the gradient that flows back dies, recovers or explodes while it learns, newest below; click a row to go there",
  switches: ["gradient"],
  history: true,
  room: room(HEIGHT, UPDATES + FOOT),
  pictures: (scene) => [
    // A sequence of one's own may have another length, and then another time axis.
    scene.frame.length === scene.frames[0]?.length ? historyMap(scene) : { ...note(ELSEWHERE), height: HEIGHT },
    updates(scene),
  ],
};
