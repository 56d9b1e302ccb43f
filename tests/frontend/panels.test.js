import assert from "node:assert/strict";
import { test } from "node:test";
import { scaleLabels } from "../../frontend/draw/curves.js";
import { figureOf } from "../../frontend/draw/figure.js";
import { csvOf } from "../../frontend/draw/read.js";
import { connectivity } from "../../frontend/panels/connectivity.js";
import { gradient, signal } from "../../frontend/panels/gradient.js";
import { input } from "../../frontend/panels/input.js";
import { learning } from "../../frontend/panels/learning.js";
import { skill } from "../../frontend/panels/skill.js";
import { verdictText } from "../../frontend/verdict.js";
import { plainView } from "../../frontend/view.js";

/** @import {Curves, Matrix} from "../../frontend/types.js" */

/** @type {(rows: number[][]) => Matrix} */
function matrix(rows) {
  const values = Float32Array.from(rows.flat());
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const cols = rows[0]?.length ?? 0;
  const table = new Float32Array(256);
  return { rows: rows.length, cols, codes: null, values, table, log: false, signed: false, low, high, odd: false };
}

/** The frame of a model that recalls over 3 steps, and is asked at the last of 4. */
const frame = /** @type {any} */ ({
  step: 20,
  last: false,
  length: 4,
  x: matrix([
    [1, 0],
    [0, 1],
    [0, 1],
    [0, 1],
  ]),
  y: [null, null, null, 0],
  loss: 0.5,
  accuracy: 0.75,
  solved_at: null,
  train_loss: 0.6,
  answers: [3],
  rows: [0, 1, 2, 3],
  connectivity: matrix([
    [1, 0, 0, 0],
    [1, 1, 0, 0],
    [1, 1, 1, 0],
    [1, 1, 1, 1],
  ]),
  profile: matrix([[1, 1, 0.5, 0.001]]),
  by_lag: { measure: "skill", lags: [1, 2, 3], value: [1, 0.6, 0.2], trials: 8 },
  reach: { value: 2, at_least: false, spread: null },
  horizon: { value: 2, threshold: 0.01, at_start: 1, spread: null },
  layers: [
    {
      h: matrix([[0], [0], [0], [0]]),
      c: null,
      gates: {},
      gradH: matrix([[0], [0], [0], [0.5]]),
      gradC: matrix([[0.1], [0.1], [0.1], [0.2]]),
      gradNorm: matrix([[0, 0, 0, 1]]),
      signal: matrix([[0, 0, 0, 1]]),
    },
  ],
});

const view = { ...plainView(), row: -1 };

/** @type {(part?: object) => any} */
const scene = (part = {}) => ({
  frame,
  frames: [frame],
  facts: { chance: { loss: 0.69, accuracy: 0.125 }, memoryless_loss: 1.131 },
  task: { name: "copying", kind: "classification", form: "labels" },
  cell: { states: ["h", "c"] },
  view,
  clip: 1,
  extent: {
    signal: [1e-6, 1],
    norm: [1e-6, 1],
    updates: [0.1, 10],
    connectivity: [1e-3, 1],
    gradient: 1,
    loss: 2,
    added: 0,
    lag: 3,
  },
  layer: 0,
  steps: 1500,
  ...part,
});

const ink = /** @type {any} */ ({ dark: false, text: "#000", muted: "#666", faint: "#eee", paper: "#fff" });

/**
 * @param {{pictures: (scene: any) => any[]}} panel
 * @param {number} [at]
 * @returns {Curves}
 */
const curvesOf = (panel, at = 0) => panel.pictures(scene())[at];

/** @param {Curves} picture */
function figure(picture) {
  const whole = figureOf(picture, "title", ink, "#00f");
  assert.ok(whole);
  return { trace: /** @type {any} */ (whole.data[0]), data: whole.data, layout: whole.layout };
}

test("skill by lag is counted in lags where it is enlarged and saved, each once", () => {
  const picture = curvesOf(skill);
  assert.equal(csvOf(picture), "series,lag,value\r\nskill,1,1\r\nskill,2,0.6\r\nskill,3,0.2");
  const { trace, data, layout } = figure(picture);
  assert.equal(data.length, 1);
  assert.deepEqual(trace.x, [3, 2, 1]);
  assert.match(layout.xaxis.title.text, /lag/);
  assert.equal(layout.xaxis.autorange, "reversed");
  assert.match(layout.yaxis.title.text, /skill/);
  assert.ok(layout.annotations.some((/** @type {any} */ { text }) => text === "reach ≈ 2"));
});

test("a strip of inputs and bars are figures as well, and what stands in them is no markup", () => {
  const tokens = ["A", "<b>", "·1"].map((label, t) => ({ label, salient: t === 0, level: t / 2 }));
  const strip = { kind: "tokens", caption: "", tokens, text: false, bars: false, answers: [], tint: null, height: 30 };
  const cells = figureOf(/** @type {any} */ (strip), "a < b", ink, "#00f");
  assert.ok(cells);
  const [trace] = /** @type {any[]} */ (cells.data);
  assert.deepEqual(trace.z, [[1, 0, 0]]);
  assert.deepEqual(trace.text, [["A", "&lt;b>", "·1"]]);
  assert.equal(cells.layout.title.text, "a &lt; b");
  assert.equal(cells.layout.xaxis.title.text, "time step t");
  const numbers = figureOf(/** @type {any} */ ({ ...strip, bars: true }), "", ink, "#00f");
  assert.deepEqual(/** @type {any} */ (numbers).data[0].y, [0, 0.5, 1]);
  const bars = [
    { name: "0", value: 0.25, text: "25 %", error: 0.1 },
    { name: "0", value: null, text: "" },
  ];
  const y = { low: 0, high: 1, log: false, ticks: [], title: "share" };
  const lines = [{ at: 0.5, label: "", meaning: "half" }];
  const picture = /** @type {any} */ ({ kind: "bars", caption: "", bars, y, lines, divide: null, height: 60 });
  const drawn = figureOf(picture, "", ink, "#00f");
  assert.deepEqual(/** @type {any} */ (drawn).data[0].y, [0.25, null]);
  assert.deepEqual(drawn?.layout.xaxis.ticktext, ["0", "0"]);
  assert.equal(drawn?.layout.annotations[0].text, "half");
  assert.equal(csvOf(picture), "name,value,half of its interval\r\n0,0.25,0.1\r\n0,,");
});

test("the profile tells its horizon and threshold where it is enlarged", () => {
  const picture = curvesOf(connectivity, 2);
  const { layout } = figure(picture);
  const words = layout.annotations.map((/** @type {any} */ { text }) => text);
  assert.deepEqual(words, ["what counts as seen", "gradient horizon 2"]);
  assert.deepEqual(layout.yaxis.ticktext, ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"]);
  assert.equal(layout.shapes.at(-1).x0, 2);
});

test("of several answers each has its own horizon, which is where its curve ends", () => {
  const several = {
    ...frame,
    answers: [2, 3],
    rows: [2, 3],
    profile: matrix([
      [1, 1, 1, 0],
      [1, 1, 0.001, 0],
    ]),
  };
  const spans = /** @type {number[]} */ ([0, 1]).map((row) => {
    const picture = connectivity.pictures(scene({ frame: several, view: { ...view, row } }))[2];
    return /** @type {Curves} */ (picture).spans.map(({ from, to }) => to - from);
  });
  assert.deepEqual(spans, [[2], [1]]);
});

test("a gradient of zero lies on the edge of a log axis and says so", () => {
  const picture = curvesOf(signal);
  assert.match(picture.caption, /nothing flows back/);
  const { trace } = figure(picture);
  assert.ok(trace.y.every((/** @type {number} */ y) => y > 0));
  assert.match(trace.text[0], /G: 0$/);
});

test("training steps lie where they lie in the panel", () => {
  const { trace, layout } = figure(curvesOf(learning));
  assert.ok(trace.x[0] > 0 && trace.x[0] < 0.5);
  assert.equal(layout.xaxis.ticktext.at(-1), "1,500");
  assert.equal(layout.xaxis.tickvals.at(-1), 1);
});

test("every dashed line lies on its axis, whichever is higher", () => {
  const picture = curvesOf(learning);
  assert.deepEqual(
    picture.lines.map(({ label }) => label),
    ["guessing", "no memory"],
  );
  for (const { at } of picture.lines) assert.ok(at > picture.y.low && at < picture.y.high);
});

test("words beside a scale keep clear of each other", () => {
  const y = { low: 0, high: 1, log: false, title: "", ticks: [0, 0.5, 1].map((at) => ({ at, label: String(at) })) };
  const lines = [0.5, 0.52].map((at) => ({ at, label: `line ${at}`, meaning: "" }));
  const labels = scaleLabels({ y, lines, height: 60 }).toSorted((a, b) => a.down - b.down);
  assert.deepEqual(
    labels.map(({ label }) => label),
    ["1", "line 0.52", "line 0.5", "0"],
  );
  for (let i = 1; i < labels.length; i++) {
    assert.ok(((labels[i]?.down ?? 0) - (labels[i - 1]?.down ?? 0)) * 60 >= 11 - 1e-9);
  }
});

test("the gradient is that of the memory where a model has one", () => {
  const [first] = gradient.pictures(scene());
  assert.match(first?.caption ?? "", /^of memory c/);
  const [shown] = gradient.pictures(scene({ view: { ...view, state: "h" } }));
  assert.match(shown?.caption ?? "", /^of shown state h/);
  const layer = { ...frame.layers[0], gradC: null };
  const [other] = gradient.pictures(scene({ frame: { ...frame, layers: [layer] }, cell: { states: ["h"] } }));
  assert.match(other?.caption ?? "", /^of hidden state h/);
});

test("an output time that is not asked for is looked at in the sequence shown, and has no horizon", () => {
  const picture = /** @type {Curves} */ (connectivity.pictures(scene({ view: { ...view, output: 2 } }))[2]);
  assert.match(picture.caption, /^output at 2: sees 2 steps back$/);
  assert.deepEqual(picture.spans, []);
  assert.deepEqual(
    picture.series[0]?.points.map(({ x, y }) => [x, y]),
    [
      [0, 1],
      [1, 1],
      [2, 1],
    ],
  );
});

test("the states' connectivity is asked for where it is chosen, on a scale that all models share", () => {
  const states = { ...view, of: "states" };
  const recurrent = { options: [] };
  assert.equal(connectivity.asks?.(view), false);
  assert.equal(connectivity.asks?.(/** @type {any} */ (states)), true);
  assert.deepEqual(connectivity.inquiry?.(scene({ cell: recurrent, layer: 1 })), { name: "states", layer: 1 });
  const value = {
    layer: 0,
    rows: [0, 3],
    connectivity: matrix([
      [0.5, 0, 0, 0],
      [0.001, 0.1, 1, 2],
    ]),
  };
  const other = { ...value, connectivity: matrix([[300, 0, 0, 0]]) };
  const shown = {
    cell: recurrent,
    view: states,
    answer: { value, fresh: true, refusal: null },
    peers: [value, other, null],
  };
  const [tokens, map, row] = /** @type {any[]} */ (connectivity.pictures(scene(shown)));
  assert.deepEqual(map.domain, [1e-3, 1e3]);
  assert.match(map.caption, /logits per unit of state$/);
  assert.deepEqual(map.outlines, [{ row: 1, from: 0, to: 4 }]);
  assert.equal(map.rowName(1), "output at step 3");
  assert.equal(tokens.tint.values[3], 2);
  // The median over sequences, and the horizon, are those of the inputs.
  assert.match(row.caption, /^output at 3: sees states 2 back$/);
  assert.deepEqual([row.spans, row.series.length], [[], 1]);
  const each = /** @type {any[]} */ (connectivity.pictures(scene({ ...shown, view: { ...states, scale: "row" } })));
  assert.deepEqual(each[1].domain, [1e-4, 1]);
  const regression = { name: "adding", kind: "regression", form: "pairs" };
  const sums = /** @type {any[]} */ (connectivity.pictures(scene({ ...shown, task: regression })));
  assert.match(sums[1].caption, /output per unit of state$/);
});

test("a model without states says so, is not asked, and keeps its inputs' connectivity", () => {
  const windowed = { options: [{ name: "window" }] };
  assert.equal(connectivity.inquiry?.(scene({ cell: windowed })), null);
  const [said] = /** @type {any[]} */ (
    connectivity.pictures(scene({ cell: windowed, view: { ...view, of: "states" } }))
  );
  assert.match(said.text, /^No states/);
  assert.equal(connectivity.pictures(scene({ cell: windowed })).length, 4);
});

test("the row that is looked at is framed in the matrix and colours the input", () => {
  const [tokens, map] = /** @type {any[]} */ (connectivity.pictures(scene({ view: { ...view, output: 1 } })));
  assert.deepEqual(map.outlines, [{ row: 1, from: 0, to: 4 }]);
  assert.equal(map.outputs.chosen, 1);
  assert.deepEqual(tokens.tint.values, [1, 1, 0, 0]);
  const [plain] = /** @type {any[]} */ (input.pictures(scene()));
  assert.equal(plain.tint, null);
  const [chosen] = /** @type {any[]} */ (input.pictures(scene({ view: { ...view, output: 0 } })));
  assert.deepEqual(chosen.tint.values, [1, 0, 0, 0]);
});

test("skill is drawn with two standard errors to both sides, which are saved with it", () => {
  const by_lag = { ...frame.by_lag, error: [0, 0.05, null] };
  const [picture] = /** @type {Curves[]} */ (skill.pictures(scene({ frame: { ...frame, by_lag } })));
  const band = picture?.series.find(({ style }) => style === "band");
  assert.deepEqual(
    band?.points.map(({ x, y, to }) => [x, y, to]),
    [
      [1, 0.5, 0.7],
      [2, 1, 1],
    ],
  );
  assert.match(csvOf(/** @type {Curves} */ (picture)), /two standard errors \(upper\),2,0\.7/);
});

test("the verdict is told in plain words", () => {
  const verdict = { value: "vanishing", slope: -0.094, half_life: 3.2, doubling: null, left_out: 0, D: 40 };
  const told = /** @param {object} part */ (part) => verdictText(/** @type {any} */ ({ ...verdict, ...part }));
  assert.equal(told({}), "vanishing: halves every 3.2 steps back");
  assert.equal(told({ left_out: 12 }), "vanishing: halves every 3.2 steps back (12 of 40 lags left out: too small)");
  assert.match(told({ value: "steady" }), /^steady/);
  assert.equal(told({ value: "exploding", doubling: 2.1 }), "exploding: doubles every 2.1 steps back");
  assert.match(told({ value: null }), /no verdict: too little/);
  assert.match(verdictText(/** @type {any} */ ({ ...verdict, value: null, left_out: 40 }), false), /not finite, or 0$/);
});

test("where training was truncated, the gradient says how far back it was followed", () => {
  const facts = { chance: { loss: 0.69, accuracy: 0.125 }, memoryless_loss: 1.131, truncate: 2 };
  const [picture] = /** @type {Curves[]} */ (signal.pictures(scene({ facts })));
  assert.deepEqual(picture?.spans, [
    { from: 2, to: 3, label: "training follows it no further back", style: "outline" },
  ]);
  assert.deepEqual(picture?.ticks[0], { at: 2, label: "trained to here" });
  assert.deepEqual(curvesOf(signal).spans, []);
});
