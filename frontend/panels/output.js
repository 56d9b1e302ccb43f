/**
 * What the model answers, and what would be right.
 *
 * @import {Curves, Frame, Heatmap, Panel, Picture, Scene} from "../types.js"
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
function topAt({ output }, t) {
  let best = 0;
  for (let o = 1; o < output.cols; o++) if (valueAt(output, t, o) > valueAt(output, t, best)) best = o;
  return best;
}

/**
 * @param {Scene} scene
 * @returns {string} what the model says at the chosen answer
 */
function caption({ frame, facts, view, task }) {
  const { step } = answerOf(frame, view.row);
  const target = frame.y[step];
  if (target === null || target === undefined) return "";
  if (task.kind === "regression") return `says ${number(valueAt(frame.output, step, 0))}, right is ${number(target)}`;
  const name = /** @param {number} o */ (o) => visible(facts?.labels.y[o] ?? String(o));
  const top = topAt(frame, step);
  const chance = percent(valueAt(frame.output, step, target));
  return `says ${name(top)} ${top === target ? "✓" : "✗"}, right is ${name(target)}, which it gives ${chance}`;
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
      { name: "answer", points: steps.map((x) => ({ x, y: finite(valueAt(frame.output, x, 0)) })), style: "line" },
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
    y: target === null ? null : finite(valueAt(frame.output, x, target)),
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
 * @returns {Heatmap}
 */
function shares(scene) {
  const { frame, facts } = scene;
  return {
    kind: "heatmap",
    caption: caption(scene),
    symbol: "probability",
    matrix: frame.output,
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
  return scene.frame.output.cols > MANY ? rightShare(scene) : shares(scene);
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
