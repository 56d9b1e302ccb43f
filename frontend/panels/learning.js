/**
 * How training went, over its steps.
 *
 * @import {Curves, Frame, Panel, Scene, Series} from "../types.js"
 */

import { number, percent } from "../format.js";

const HEIGHT = 60;

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
    caption: solved === null ? caption : `${caption}, ◆ solved at step ${solved}`,
    axis: "training",
    length: steps,
    cursor: frame.step,
    series,
    y: { low: 0, high: 1, log: false, ticks: [] },
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
  // A loss far above guessing is drawn at the top, so that the part that matters keeps its room.
  const high = chance === null ? Math.max(extent.loss, 1e-6) : 1.35 * chance;
  const lines = [];
  if (chance !== null) lines.push({ at: chance, label: "guessing" });
  if (memoryless !== null && Math.abs(memoryless - (chance ?? 0)) > 0.02 * high)
    lines.push({ at: memoryless, label: "memoryless" });
  return {
    ...curves(scene, `loss ${number(frame.loss)}`, [
      { name: "training loss", points: frames.map((f) => ({ x: f.step, y: f.train_loss })), style: "faint" },
      { name: "held-out loss", points: frames.map((f) => ({ x: f.step, y: f.loss })), style: "line" },
    ]),
    y: {
      low: 0,
      high,
      log: false,
      ticks: [0, ...(chance === null ? [high] : [chance])].map((at) => ({ at, label: number(at) })),
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
    y: { low: 0, high: 1.08, log: false, ticks: [0, 1].map((at) => ({ at, label: `${100 * at} %` })) },
    lines: chance === null ? [] : [{ at: chance, label: "guessing" }],
  };
}

/** @type {Panel} */
export const learning = {
  id: "learning",
  measures: ["loss", "accuracy"],
  title: "Learning",
  plain: "loss and right answers over the training steps; click to go there",
  pictures: (scene) => [
    loss(scene),
    ...(scene.frame.accuracy === null ? [] : [accuracy(scene, (frame) => frame.accuracy)]),
  ],
};
