/**
 * What the model answers, and what would be right.
 *
 * @import {Curves, Frame, Heatmap, Matrix, Panel, Picture, Scene} from "../types.js"
 */

import { valueAt } from "../decode.js";
import { number, percent, visible } from "../format.js";
import { answerOf, finite, room } from "./common.js";

/** More answers than this are thinner than two pixels each: then only the right one's probability is drawn. */
const MANY = 24;
const HEIGHT = 48;

/**
 * @param {Frame} frame
 * @param {number} t
 * @returns {number} the answer that the model finds most likely
 */
function topAt({ output, suggestions }, t) {
  if (!output) return suggestions?.classes[t]?.[0] ?? 0;
  let best = 0;
  for (let o = 1; o < output.cols; o++) if (valueAt(output, t, o) > valueAt(output, t, best)) best = o;
  return best;
}

/**
 * @param {Frame} frame
 * @param {number} t
 * @param {number} target
 * @returns {number} the right answer's probability, or the predicted value
 */
const saidOf = ({ output, suggestions }, t, target) =>
  output ? valueAt(output, t, target) : suggestions ? valueAt(suggestions.right, 0, t) : Number.NaN;

/**
 * @param {Scene} scene
 * @returns {string} what the model says at the chosen answer
 */
function caption({ frame, facts, view, task }) {
  const { step } = answerOf(frame, view.row);
  const target = frame.y[step];
  if (target === null || target === undefined) return "";
  if (task.kind === "regression") return `says ${number(saidOf(frame, step, 0))}, right is ${number(target)}`;
  const name = /** @param {number} o */ (o) => visible(facts?.labels.y[o] ?? String(o));
  const top = topAt(frame, step);
  const chance = percent(saidOf(frame, step, target));
  return `says ${name(top)} ${top === target ? "✓" : "✗"}, right: ${name(target)} (${chance})`;
}

/**
 * @param {Scene} scene
 * @returns {Curves}
 */
function prediction(scene) {
  const { frame } = scene;
  const steps = Array.from({ length: frame.length }, (_, t) => t);
  const targets = steps.filter((t) => typeof frame.y[t] === "number").map((t) => ({ x: t, y: frame.y[t] ?? null }));
  const highest = Math.max(...targets.map((point) => point.y ?? 0), 0);
  const lowest = Math.min(...targets.map((point) => point.y ?? 0), 0);
  const room = 0.3 * (highest - lowest || 1);
  return {
    kind: "curves",
    caption: caption(scene),
    axis: "time",
    length: frame.length,
    cursor: null,
    series: [
      { name: "answer", points: steps.map((x) => ({ x, y: finite(saidOf(frame, x, 0)) })), style: "line" },
      { name: "right answer", points: targets, style: "dots" },
    ],
    y: {
      low: lowest - room / 3,
      high: highest + room,
      log: false,
      ticks: [lowest, highest].map((at) => ({ at, label: number(at) })),
      title: "answer",
    },
    lines: [],
    spans: [],
    ticks: [],
    height: HEIGHT,
  };
}

/**
 * @param {Scene} scene
 * @returns {Curves}
 */
function rightShare(scene) {
  const { frame } = scene;
  const points = frame.y.map((target, x) => ({
    x,
    y: target === null ? null : finite(saidOf(frame, x, target)),
  }));
  return {
    kind: "curves",
    caption: caption(scene),
    axis: "time",
    length: frame.length,
    cursor: null,
    series: [{ name: "probability of what comes next", points, style: "area" }],
    y: {
      low: 0,
      high: 1,
      log: false,
      ticks: [0, 1].map((at) => ({ at, label: `${100 * at} %` })),
      title: "probability of what comes next",
    },
    lines: [],
    spans: [],
    ticks: [],
    height: HEIGHT,
  };
}

/**
 * The right answers; the same one at neighbouring steps is one frame.
 *
 * @param {Frame} frame
 * @returns {Heatmap["outlines"]}
 */
function targets({ y }) {
  /** @type {Heatmap["outlines"]} */
  const outlines = [];
  y.forEach((row, t) => {
    const last = outlines.at(-1);
    if (row === null) return;
    if (last && last.row === row && last.to === t) last.to = t + 1;
    else outlines.push({ row, from: t, to: t + 1 });
  });
  return outlines;
}

/**
 * @param {Scene} scene
 * @param {Matrix} matrix
 * @returns {Heatmap}
 */
function shares(scene, matrix) {
  const { frame, facts } = scene;
  return {
    kind: "heatmap",
    caption: caption(scene),
    symbol: "probability",
    matrix,
    timeFirst: true,
    palette: "magnitude",
    domain: [0, 1],
    log: false,
    rowName: (row) => `answer ${visible(facts?.labels.y[row] ?? String(row))}`,
    outlines: targets(frame),
    height: HEIGHT,
  };
}

/**
 * @param {Scene} scene
 * @returns {Picture}
 */
function picture(scene) {
  if (scene.task.kind === "regression") return prediction(scene);
  const { output } = scene.frame;
  return output && output.cols <= MANY ? shares(scene, output) : rightShare(scene);
}

/** @type {Panel} */
export const output = {
  id: "output",
  measures: ["output"],
  title: "Answer",
  plain: "what it would say at each step; the frame marks what is right",
  room: room(HEIGHT),
  pictures: (scene) => [picture(scene)],
};
