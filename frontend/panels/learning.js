/**
 * How training went, over its steps.
 *
 * @import {Curves, Frame, Panel, Scene, Series} from "../types.js"
 */

import { number, percent, whole } from "../format.js";
import { room } from "./common.js";

const HEIGHT = 60;
/** Pixels of the numbers under the last picture. */
const FOOT = 13;

/**
 * @param {Scene} scene
 * @param {string} caption
 * @param {Series[]} series
 * @returns {Curves}
 */
function curves({ frame, frames, steps }, caption, series) {
  const solved = frames.at(-1)?.solved_at ?? null;
  return {
    kind: "curves",
    caption: solved === null ? caption : `${caption}, ◆ solved at ${whole(solved)}`,
    axis: "training",
    length: steps,
    cursor: frame.step,
    series,
    y: { low: 0, high: 1, log: false, ticks: [], title: "" },
    lines: [],
    spans: [],
    ticks: solved === null ? [] : [{ at: solved, label: "◆" }],
    height: HEIGHT,
  };
}

/**
 * @param {Scene} scene
 * @returns {Curves}
 */
function loss(scene) {
  const { frames, frame, facts, extent } = scene;
  const chance = facts?.chance.loss ?? null;
  const memoryless = facts?.memoryless_loss ?? null;
  const lines = [];
  if (chance !== null) lines.push({ at: chance, label: "guessing", meaning: `guessing: ${number(chance)}` });
  if (memoryless !== null && memoryless !== chance)
    lines.push({ at: memoryless, label: "no memory", meaning: `the best without memory: ${number(memoryless)}` });
  // A loss far above guessing is drawn at the top, so that the part that matters keeps its room.
  const high = lines.length ? 1.2 * Math.max(...lines.map(({ at }) => at)) : Math.max(extent.loss, 1e-6);
  return {
    ...curves(scene, `loss ${number(frame.loss)}`, [
      { name: "training loss", points: frames.map((f) => ({ x: f.step, y: f.train_loss })), style: "faint" },
      { name: "held-out loss", points: frames.map((f) => ({ x: f.step, y: f.loss })), style: "line" },
    ]),
    y: {
      low: 0,
      high,
      log: false,
      ticks: [0, ...(lines.length ? [] : [high])].map((at) => ({ at, label: number(at) })),
      title: "loss",
    },
    lines,
  };
}

/**
 * @param {Scene} scene
 * @param {(frame: Frame) => number | null} read
 * @returns {Curves}
 */
function accuracy(scene, read) {
  const { frames, frame, facts } = scene;
  const chance = facts?.chance.accuracy ?? null;
  const now = read(frame);
  return {
    ...curves(scene, `answers right: ${now === null ? "–" : percent(now)}`, [
      { name: "accuracy", points: frames.map((f) => ({ x: f.step, y: read(f) })), style: "line" },
    ]),
    y: {
      low: 0,
      high: 1.08,
      log: false,
      ticks: [0, 1].map((at) => ({ at, label: `${100 * at} %` })),
      title: "share of right answers",
    },
    lines: chance === null ? [] : [{ at: chance, label: "guessing", meaning: `guessing: ${percent(chance)}` }],
  };
}

/** @type {Panel} */
export const learning = {
  id: "learning",
  measures: ["loss", "accuracy", "train_loss", "memoryless_loss"],
  title: "Learning",
  plain: "loss and right answers over the training steps; click, or press an arrow key, to go there",
  room: room(HEIGHT, HEIGHT + FOOT),
  history: true,
  pictures: (scene) => [
    loss(scene),
    ...(scene.frame.accuracy === null ? [] : [accuracy(scene, (frame) => frame.accuracy)]),
  ],
};
