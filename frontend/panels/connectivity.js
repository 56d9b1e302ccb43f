/**
 * Which inputs, or which states, each output depends on: the whole matrix, the row that is looked at, and all rows by
 * lag. A frame carries the matrix of the inputs; that of the states is asked for.
 *
 * @import {Curves, Heatmap, Panel, Picture, Scene, StatesAnswer} from "../types.js"
 */

import { valueAt } from "../decode.js";
import { CEILING, FLOOR } from "../extent.js";
import { horizonText, percent, plural } from "../format.js";
import { lagProfile, outputOf, sharesOf } from "../lags.js";
import { atText, lastAbove, seenAt } from "../threshold.js";
import { hasState, ofAnswer, rangeOf } from "./asked.js";
import { answerOf, back, finite, note, room, scaleOf } from "./common.js";
import { strip, tintOf } from "./input.js";

/** Fewest pixels of the whole matrix and its most; in between three for each output time. */
const [LEAST, MOST] = [60, 132];
/** Shares of the largest gradient beside the scale, which ends a decade below the smallest threshold. */
const SHARES = [1e-4, 1e-2, 1];
const HEIGHT = 56;
const STRIP = 30;
/** Marks of distance back from an output that the column's axis does not count from. */
const DISTANCES = [1, 2, 5, 10, 20, 50, 100];
const MARKS = 5;
/** Pixels that all pictures together take as a rule. */
const WHOLE = STRIP + 123 + 2 * HEIGHT;

const NO_STATE =
  "No states to depend on: this model hands nothing from step to step, and reads every input in its window anew.";

/** A scale of shares. */
const Y = {
  low: 1e-4,
  high: 1,
  log: true,
  ticks: SHARES.map((at) => ({ at, label: `${100 * at} %` })),
  title: "share of the largest gradient",
};

/**
 * The part of a scene at the threshold that a person chose.
 *
 * @param {Scene} scene
 */
const at = ({ frame, frames, view }) => seenAt(frame, frames[0], view.threshold);

/** @param {Scene} scene */
const unitOf = ({ task, view }) =>
  `${task.kind === "regression" ? "output" : "logits"} per unit of ${view.of === "states" ? "state" : "input"}`;

/**
 * @param {Scene} scene
 * @returns {Heatmap}
 */
function matrixOf(scene) {
  const { frame, view } = scene;
  const { row } = outputOf(frame, view);
  const { matrix, domain } = scaleOf(scene);
  const each = view.scale === "row";
  return {
    kind: "heatmap",
    caption: `rows: outputs, ${each ? "each by its largest" : unitOf(scene)}`,
    symbol: each ? "share" : unitOf(scene),
    matrix,
    timeFirst: false,
    palette: "magnitude",
    domain,
    log: true,
    rowName: (place) => `output at step ${frame.rows[place] ?? place}`,
    outlines: [{ row, from: 0, to: frame.length }],
    outputs: { steps: frame.rows, chosen: row },
    height: Math.min(Math.max(3 * matrix.rows, LEAST), MOST),
  };
}

/**
 * The threshold as a dashed line.
 *
 * @param {number} threshold
 * @returns {Curves["lines"]}
 */
const line = (threshold) => [{ at: threshold, label: percent(threshold), meaning: "what counts as seen" }];

/**
 * Where the column's axis counts from another step: lags from this output, as marks at the foot.
 *
 * @param {number} step
 * @returns {Curves["ticks"]}
 */
function marksFrom(step) {
  const apart = DISTANCES.find((distance) => step / distance < MARKS) ?? step;
  const lags = Array.from({ length: Math.floor(step / Math.max(apart, 1)) + 1 }, (_, i) => i * apart);
  return lags.map((lag) => ({ at: step - lag, label: lag ? String(lag) : "" }));
}

/**
 * The row that is looked at, by lag. Of an answer's inputs it is the median over many sequences, from which the horizon
 * is read; of another output time, and of states, it is the one of the sequence shown.
 *
 * @param {Scene} scene
 * @returns {Curves}
 */
function rowOf(scene) {
  const { view } = scene;
  const frame = at(scene);
  const { step, row, answer } = outputOf(frame, view);
  const { horizon, profile, answers } = frame;
  const { threshold } = horizon;
  const here = Array.from(sharesOf(frame.connectivity, row, step), finite);
  const states = view.of === "states";
  const asked = answer >= 0 && !states;
  const lags = here.map((_, lag) => lag);
  const shares = asked ? lags.map((lag) => finite(valueAt(profile, answer, lag))) : here;
  // Of several answers each has its own horizon; the model's is their median.
  const single = asked && answers.length === 1;
  const own = single ? (horizon.value ?? 0) : lastAbove(shares, threshold);
  const seen = single ? horizonText(frame) : String(own);
  const words = atText(threshold);
  const points = /** @param {(number | null)[]} values */ (values) =>
    lags.toReversed().map((lag) => ({ x: step - lag, y: values[lag] ?? null }));
  let caption = `output at ${step}: sees ${plural(own, "step")} back${words}`;
  if (states) caption = `output at ${step}: sees states ${own} back${words}`;
  else if (single) caption = `share of the largest; horizon ${seen}${words}`;
  else if (asked) caption = `horizon of this answer ${seen}${words}, of all ${horizonText(frame)}`;
  return {
    kind: "curves",
    caption,
    axis: "time",
    length: frame.length,
    cursor: null,
    lagFrom: step,
    series: [
      { name: "share", points: points(shares), style: "area" },
      ...(asked ? [{ name: "this sequence", points: points(here), style: /** @type {const} */ ("faint") }] : []),
    ],
    y: Y,
    lines: line(threshold),
    spans: asked && own ? [back(step, own, `gradient horizon ${seen}${words}`, "outline")] : [],
    ticks: step === answerOf(frame, view.row).step ? [] : marksFrom(step),
    height: HEIGHT,
  };
}

/**
 * All output times together, by lag.
 *
 * @param {Scene} scene
 * @returns {Curves}
 */
function allRows({ frame, view }) {
  const { median, low, high } = lagProfile(frame.connectivity, frame.rows);
  const { step } = answerOf(frame, view.row);
  const lags = Array.from({ length: Math.min(step + 1, median.length) }, (_, lag) => lag).reverse();
  return {
    kind: "curves",
    caption: "all outputs: median, middle half shaded",
    axis: "time",
    length: frame.length,
    cursor: null,
    lagFrom: step,
    series: [
      { name: "median", points: lags.map((lag) => ({ x: step - lag, y: finite(median[lag] ?? 0) })), style: "line" },
      {
        name: "quartile",
        points: lags.map((lag) => ({ x: step - lag, y: finite(low[lag] ?? 0), to: high[lag] ?? 0 })),
        style: "band",
      },
    ],
    y: Y,
    lines: line(view.threshold),
    spans: [],
    ticks: [],
    height: HEIGHT,
  };
}

/**
 * @param {Scene} scene
 * @returns {Picture[]}
 */
const matrixAndRows = (scene) => [strip(scene, tintOf(scene)), matrixOf(scene), rowOf(scene), allRows(scene)];

/** The same of the states, on a scale that all models share. */
const ofStates = ofAnswer(WHOLE, (scene, /** @type {StatesAnswer} */ { connectivity, rows }, all) => {
  const [low, high] = rangeOf(all.flatMap((answer) => [...(answer.connectivity.values ?? [])]));
  const extent = {
    ...scene.extent,
    connectivity: /** @type {[number, number]} */ ([Math.max(low, FLOOR), Math.min(high, CEILING)]),
  };
  return matrixAndRows({ ...scene, extent, frame: { ...scene.frame, connectivity, rows } });
});

/** @type {Panel} */
export const connectivity = {
  id: "connectivity",
  measures: ["connectivity", "state_connectivity", "profile", "horizon"],
  title: "Connectivity",
  plain: "how strongly each input, or each state, moves each output; choose a row",
  switches: ["of", "scale", "row"],
  room: room(STRIP - 16, 123, HEIGHT, HEIGHT), // of the opening comparison; the strip has no caption
  asks: ({ of }) => of === "states",
  inquiry: (scene) => (hasState(scene) ? { name: "states", layer: scene.layer } : null),
  also: ({ view }) => `${view.of} ${view.output} ${view.scale} ${view.threshold}`,
  pictures: (scene) =>
    scene.view.of === "inputs" ? matrixAndRows(scene) : hasState(scene) ? ofStates(scene) : [note(NO_STATE)],
};
