import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_MODELS, opening, refusal } from "../../frontend/setup.js";
import { readUrl, writeUrl } from "../../frontend/url.js";
import { misfits, plainView } from "../../frontend/view.js";
import { catalog } from "./catalog.js";
import { pick, random } from "./random.js";

/** @import {Hold, Option, Setup, Value, Values, View} from "../../frontend/types.js" */

/**
 * A value that an option can have and that is not its default.
 *
 * @param {() => number} draw
 * @param {Option} option
 * @returns {Value}
 */
function otherValue(draw, option) {
  if (option.type === "bool") return !option.default;
  if (option.nullable && draw() < 0.3) return null;
  if (option.choices && (typeof option.min !== "number" || draw() < 0.3)) return pick(draw, option.choices);
  const value = (option.min ?? 0) + draw() * Math.min((option.max ?? 1) - (option.min ?? 0), 300);
  return option.type === "int" ? Math.floor(value) : value || 1;
}

/**
 * @param {() => number} draw
 * @param {Option[]} options
 * @returns {Values}
 */
function someValues(draw, options) {
  const chosen = options.filter((option) => option.type !== "text" && draw() < 0.5);
  return Object.fromEntries(chosen.map((option) => [option.name, otherValue(draw, option)]));
}

/**
 * @param {() => number} draw
 * @returns {Setup}
 */
function someSetup(draw) {
  const task = pick(draw, catalog.tasks);
  const models = Array.from({ length: 1 + Math.floor(draw() * MAX_MODELS) }, () => {
    const cell = pick(draw, catalog.cells);
    return {
      cell: cell.name,
      changed: someValues(draw, cell.options),
      training: draw() < 0.3 ? someValues(draw, catalog.training.options) : {},
      seed: draw() < 0.3 ? Math.floor(draw() * 1000) : null,
    };
  });
  return {
    task: task.name,
    changed: someValues(draw, task.options),
    models,
    training: someValues(draw, catalog.training.options),
    seed: draw() < 0.5 ? Math.floor(draw() * 2 ** 31) : null,
  };
}

/**
 * @param {() => number} draw
 * @returns {Hold}
 */
function someHold(draw) {
  const from = Math.floor(draw() * 20);
  return {
    gate: pick(draw, ["f", "z"]),
    value: pick(draw, [0, 1]),
    from,
    to: from + Math.floor(draw() * 20),
    layer: draw() < 0.5 ? null : 2,
  };
}

/**
 * @param {() => number} draw
 * @returns {View}
 */
function someView(draw) {
  return {
    step: draw() < 0.5 ? null : Math.floor(draw() * 1500),
    mark: draw() < 0.5 ? null : Math.floor(draw() * 40),
    row: draw() < 0.5 ? -1 : Math.floor(draw() * 10),
    output: draw() < 0.5 ? null : Math.floor(draw() * 40),
    of: pick(draw, ["inputs", "states"]),
    scale: pick(draw, ["shared", "row"]),
    threshold: pick(draw, [0.01, 0.001, 0.05, 0.0123, 0.5]),
    seeds: pick(draw, [0, 5]),
    layers: draw() < 0.5 ? [] : [1, 0, 3],
    gradient: pick(draw, ["relative", "absolute"]),
    state: pick(draw, ["h", "c"]),
    folded: draw() < 0.5 ? [] : ["gates", "cell"],
    open: draw() < 0.5 ? [] : ["chain", "jacobians"],
    factors: Math.floor(draw() * 40),
    tested: [],
    hold: draw() < 0.5 ? [] : [someHold(draw), someHold(draw)],
    sequence: null,
    hide: draw() < 0.5 ? [] : ["timeline", "skill"],
    show: draw() < 0.5 ? [] : ["connectivity", "reach"],
    theme: pick(draw, ["auto", "light", "dark"]),
    runs: draw() < 0.5 ? [] : ["abc-_9", "Z"],
  };
}

test("a link read gives the set-up and view that were written, whatever they are", () => {
  const draw = random(7);
  for (let round = 0; round < 500; round++) {
    const state = { setup: someSetup(draw), view: someView(draw) };
    const query = writeUrl(state, catalog);
    const read = readUrl(query, catalog);
    assert.deepEqual(read.refusals, [], query);
    assert.deepEqual(read.setup, state.setup, query);
    assert.deepEqual(read.view, state.view, query);
  }
});

test("an empty link is the opening comparison", () => {
  const read = readUrl("", catalog);
  assert.deepEqual(read.setup, opening(catalog));
  assert.deepEqual(read.view, plainView());
});

/** @type {[string, RegExp][]} */
const REFUSED = [
  ["task=sums", /no task called “sums”.*recall, characters/],
  ["lag=400", /from 1 to 399, not 400/],
  ["lag=2.5", /whole number/],
  ["lag=0x10", /whole number.*“0x10”/],
  ["lag=NaN", /whole number/],
  ["lag=", /whole number/],
  ["length=9", /has no option “length”/],
  ["fixed=1", /on or off/],
  ["task=characters&text=hello", /does not travel in a link/],
  ["models=rnn,elman", /no model called “elman”/],
  ["models=rnn~init", /name:value/],
  ["models=rnn~init:zero", /one of uniform, orthogonal/],
  ["models=lstm~forget_bias:11", /chrono or a number from -10 to 10/],
  [`models=${Array(9).fill("rnn").join()}`, /at most 8 models/],
  ["training.lr=0", /above 0/],
  ["training.lr=none", /must be a number/],
  ["seed=-1", /from 0/],
  ["seed=true", /whole number/],
  ["step=-1", /training step/],
  ["mark=a", /marked step/],
  ["gradient=huge", /relative, absolute/],
  ["of=gates", /inputs, states/],
  ["theme=blue", /auto, light, dark/],
  ["runs=../x", /not a run's id/],
  ["folded=%3Cscript%3E", /A folded panel must be one of letters, input, .*“<script>”/],
  ["folded=gates,zzz", /A folded panel must be one of letters, input, .*“zzz”/],
  ["folded=jacobians", /A folded panel must be one of letters, input, .*“jacobians”/],
  ["open=gates", /An unfolded panel must be one of jacobians, .*“gates”/],
  ["hold=f:2:5-8", /f:0:5-8 .*“f:2:5-8”/],
  ["hold=f:0:8-5", /from 8 to 5/],
  ["factors=x", /number of factors/],
  ["row=x", /answer's row must be a whole number/],
  ["row=kx", /output's step must be a whole number/],
  ["connectivity=log", /shared, row/],
  ["threshold=0", /share from 0\.001 to 0\.5 .*not “0”/],
  ["threshold=0.6", /0\.1 % to 50 %.*not “0\.6”/],
  ["threshold=5%25", /not “5%”/],
  ["seeds=20", /from 2 to 5/],
  ["lang=de", /“Recall” has no option “lang”; there are lag, fixed/],
  ["seed=1&seed=2", /given twice/],
];

for (const [query, sentence] of REFUSED) {
  test(`refused with a sentence: ${query}`, () => {
    const { refusals } = readUrl(query, catalog);
    assert.equal(refusals.length, 1);
    assert.match(refusals[0]?.message ?? "", sentence);
  });
}

test("an open bound refuses its own value, a closed one does not", () => {
  const lr = /** @type {Option} */ (catalog.training.options.find((option) => option.name === "lr"));
  assert.ok(refusal(lr, 0));
  assert.equal(refusal(lr, 1e-9), null);
  assert.equal(refusal(catalog.seed, 0), null);
});

test("where a path names the runs, the link holds the view alone", () => {
  const state = { setup: opening(catalog), view: { ...plainView(), step: 40, runs: [] } };
  assert.equal(writeUrl(state, catalog, false), "step=40");
});

test("what only follows a link is ignored and told, and the rest is read", () => {
  const { refusals, ignored, setup } = readUrl("?utm_source=moodle&lag=12&fbclid=x&gclid=y&utm_source=z", catalog);
  assert.deepEqual(refusals, []);
  assert.deepEqual(ignored, ["utm_source", "fbclid", "gclid"]);
  assert.deepEqual(setup.changed, { lag: 12 });
});

test("a fault of the view does not stop the training, one of the set-up or the runs does", () => {
  const stops = /** @param {string} query */ (query) =>
    readUrl(query, catalog).refusals.map((refusal) => refusal.stops);
  assert.deepEqual(stops("theme=blue&folded=zzz"), [false, false]);
  assert.deepEqual(stops("lag=400&runs=../x&seed=-1&lang=de").filter(Boolean).length, 4);
});

/**
 * @param {{layers?: number, status?: string, step?: number, newest?: number}} part
 * @returns {any}
 */
function column({ layers = 1, status = "done", step = 340, newest = step }) {
  const frame = { step: newest, length: 41, answers: [40], layers: Array(layers).fill({}) };
  return { run: "a", title: "RNN", frame, frames: [frame], status: { status, step, steps: 1500 } };
}

test("a mark beyond the sequence is refused with a sentence", () => {
  const { part, messages } = misfits({ ...plainView(), mark: 41, row: 1 }, [column({})]);
  assert.deepEqual(part, { mark: null, row: -1 });
  assert.equal(messages.length, 2);
  assert.deepEqual(misfits({ ...plainView(), mark: 40, row: 0 }, [column({})]), { part: {}, messages: [] });
});

test("links that name an answer by its number still do", () => {
  const { view, refusals } = readUrl("row=3", catalog);
  assert.deepEqual(refusals, []);
  assert.deepEqual([view.row, view.output], [3, null]);
  const state = readUrl("row=3,k17", catalog);
  assert.deepEqual([state.view.row, state.view.output], [3, 17]);
});

test("an output beyond the sequence is refused with a sentence", () => {
  const { part, messages } = misfits({ ...plainView(), output: 41 }, [column({})]);
  assert.deepEqual(part, { output: null });
  assert.match(messages[0] ?? "", /no output at step 41: the sequence ends at step 40/);
});

test("a training step that no run gets to is refused once that is known", () => {
  const view = { ...plainView(), step: 1400 };
  assert.deepEqual(misfits(view, [column({ status: "running" })]).part, {});
  assert.deepEqual(misfits(view, [{ ...column({}), status: null }]).part, {});
  const { part, messages } = misfits({ ...view, step: 99999 }, [column({}), column({ step: 1500 })]);
  assert.deepEqual(part, { step: null });
  assert.match(messages[0] ?? "", /no training step 99,999: the last one is 1,500/);
  assert.deepEqual(misfits({ ...view, step: 340 }, [column({})]).part, {});
});

test("a layer that a model lacks is refused with a sentence", () => {
  const { part, messages } = misfits({ ...plainView(), layers: [2, 7, 1] }, [column({ layers: 2 }), column({})]);
  assert.deepEqual(part, { layers: [2, 0, 0] });
  assert.match(messages[0] ?? "", /RNN has no layer 7: it has 1 layer\./);
  assert.match(messages[1] ?? "", /model 3, but there are 2 models/);
  assert.deepEqual(misfits({ ...plainView(), layers: [2, 1] }, [column({ layers: 2 }), column({})]).messages, []);
});
