/**
 * The sequence that goes in.
 *
 * @import {Facts, Frame, Matrix, Panel, Scene, Token, Tokens} from "../types.js"
 */

import { valueAt } from "../decode.js";
import { number, visible } from "../format.js";
import { outputOf } from "../lags.js";
import { readsText } from "../setup.js";
import { scaleOf } from "./common.js";

/** Tasks name what only fills the time with a dot. */
const FILLER = "·";
const HEIGHT = 30;

/**
 * The input line that is on at a step: inputs that are symbols switch on exactly one.
 *
 * @param {Frame} frame
 * @param {number} t
 * @returns {number}
 */
export function symbolAt({ x }, t) {
  let best = 0;
  for (let line = 1; line < x.cols; line++) if (valueAt(x, t, line) > valueAt(x, t, best)) best = line;
  return best;
}

/** @type {WeakMap<Matrix, {facts: Facts | null, tokens: Token[]}>} by the input, which all frames of a run share */
const kept = new WeakMap();

/**
 * @param {Scene} scene
 * @returns {Token[]}
 */
function tokensOf(scene) {
  const { frame, facts } = scene;
  let found = kept.get(frame.x);
  if (found?.facts !== facts) {
    found = { facts, tokens: readTokens(scene) };
    kept.set(frame.x, found);
  }
  return found.tokens;
}

/**
 * @param {Scene} scene
 * @returns {Token[]}
 */
function readTokens({ frame, facts, task }) {
  const steps = Array.from({ length: frame.length }, (_, t) => t);
  if (task.form === "pairs" || task.form === "numbers") {
    const top = Math.max(...steps.map((t) => Math.abs(valueAt(frame.x, t, 0))), 1e-9);
    return steps.map((t) => {
      const value = valueAt(frame.x, t, 0);
      const marked = task.form === "pairs" && valueAt(frame.x, t, 1) > 0.5;
      return { label: number(value), salient: marked, level: Math.abs(value) / top };
    });
  }
  const labels = facts?.labels;
  const asked = new Set(facts?.salient ?? labels?.y);
  const text = readsText(task);
  return steps.map((t) => {
    const label = labels?.x[symbolAt(frame, t)] ?? "";
    // What the answer may be is what must be remembered; the last step is the cue.
    const salient = !text && !label.startsWith(FILLER) && (asked.has(label) || frame.answers.includes(t));
    return { label: visible(label), salient, level: 1 };
  });
}

/**
 * The input as a strip of tokens.
 *
 * @param {Scene} scene
 * @param {Tokens["tint"]} [tint]
 * @returns {Tokens}
 */
export const strip = (scene, tint = null) => ({
  kind: "tokens",
  caption: "",
  tokens: tokensOf(scene),
  text: readsText(scene.task),
  bars: scene.task.form === "pairs" || scene.task.form === "numbers",
  answers: scene.frame.answers,
  tint,
  height: HEIGHT,
});

/**
 * How strongly each input moves the output that is looked at, on the scale of the matrix.
 *
 * @param {Scene} scene
 * @returns {Tokens["tint"]}
 */
export function tintOf(scene) {
  const { row } = outputOf(scene.frame, scene.view);
  const { matrix, domain } = scaleOf(scene);
  return { values: Array.from({ length: matrix.cols }, (_, t) => valueAt(matrix, row, t)), domain };
}

/** @type {Panel} */
export const input = {
  id: "input",
  measures: ["x"],
  title: "Input",
  plain: "what the model reads, one step at a time",
  source: (frame) => frame.x,
  // It changes with training only where it is coloured by an output that was chosen.
  also: ({ view, frame }) => (view.output === null ? null : `${frame.run} ${frame.step} ${view.output} ${view.scale}`),
  room: { words: 0, pictures: HEIGHT },
  pictures: (scene) => [strip(scene, scene.view.output === null ? null : tintOf(scene))],
};
