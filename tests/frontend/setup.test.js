import assert from "node:assert/strict";
import { test } from "node:test";
import { alike, colours, modelTitle, opening, plainModel, setupOf, specsOf, twinOf } from "../../frontend/setup.js";
import { catalog } from "./catalog.js";

test("only what differs from the presets is posted", () => {
  const setup = { ...opening(catalog), training: { lr: 0.003 }, seed: 5 };
  const [rnn, lstm] = specsOf(catalog, setup);
  assert.deepEqual(rnn, { task: { name: "recall" }, cell: { name: "rnn" }, seed: 5 });
  assert.deepEqual(lstm?.training, { lr: 0.003 });
});

test("a set-up comes back from the resolved specs of its runs", () => {
  const setup = opening(catalog);
  setup.changed = { lag: 100 };
  setup.training = { steps: 300 };
  setup.models = [
    plainModel("rnn"),
    { ...plainModel("rnn"), changed: { init: "orthogonal" }, seed: 3 },
    plainModel("lstm"),
  ];
  /** What the server resolves: every option with its value. */
  const resolved = setup.models.map((model) => ({
    task: { name: "recall", lag: 100, fixed: false },
    cell: {
      name: model.cell,
      hidden: 32,
      ...(model.cell === "rnn" ? { init: "uniform" } : { forget_bias: "chrono" }),
      ...model.changed,
    },
    training: { steps: 300, lr: model.cell === "rnn" ? 0.003 : 0.01, clip: 1 },
    seed: model.seed ?? 0,
  }));
  assert.deepEqual(setupOf(catalog, resolved), setup);
});

test("every model has a colour of its own, and a cell keeps its colour when another leaves", () => {
  const both = colours(catalog, [plainModel("rnn"), plainModel("lstm")]);
  assert.deepEqual(colours(catalog, [plainModel("lstm")]), [both[1]]);
  const eight = colours(
    catalog,
    Array.from({ length: 8 }, (_, i) => plainModel(i % 2 ? "rnn" : "lstm")),
  );
  assert.equal(new Set(eight).size, 8);
});

test("a model is called by what sets it apart", () => {
  const setup = opening(catalog);
  const model = { ...plainModel("rnn"), changed: { init: "orthogonal", hidden: 8 }, seed: 2 };
  assert.equal(modelTitle(catalog, setup, model), "RNN, orthogonal, hidden 8, seed 2");
});

test("models of one cell are told apart by the start of their titles", () => {
  const setup = opening(catalog);
  setup.models = [0.1, 0.2, 0.3].map((lr) => ({ ...plainModel("lstm"), changed: { hidden: 8 }, training: { lr } }));
  assert.deepEqual(
    setup.models.map((model) => modelTitle(catalog, setup, model)),
    ["LSTM, lr 0.1, hidden 8", "LSTM, lr 0.2, hidden 8", "LSTM, lr 0.3, hidden 8"],
  );
});

test("another model of a cell differs in its size, not in its seed, so that it reads the same sequences", () => {
  const setup = opening(catalog);
  assert.deepEqual(twinOf(catalog, { ...setup, models: [] }, "rnn"), plainModel("rnn"));
  for (const hidden of [16, 8, 4, 2, 1]) {
    const twin = twinOf(catalog, setup, "rnn");
    assert.deepEqual(twin, { ...plainModel("rnn"), changed: { hidden } });
    setup.models.push(twin);
  }
  assert.deepEqual(twinOf(catalog, setup, "rnn"), plainModel("rnn"));
});

test("set-ups are alike when they start the same runs, whatever the order in which they were set", () => {
  const setup = opening(catalog);
  const one = { ...setup, changed: { lag: 12, fixed: true } };
  assert.ok(alike(catalog, one, { ...setup, changed: { fixed: true, lag: 12 } }));
  assert.ok(alike(catalog, setup, { ...setup, changed: { lag: 40 }, training: { steps: 1500 }, seed: 0 }), "defaults");
  assert.ok(!alike(catalog, one, { ...setup, changed: { fixed: true } }));
  assert.ok(!alike(catalog, one, { ...one, training: { clip: null } }));
  assert.ok(!alike(catalog, one, { ...one, models: one.models.toReversed() }));
  assert.ok(!alike(catalog, one, { ...one, textMissing: true }), "giving up the text is a change");
});

test("runs on a person's own text say that the text is missing", () => {
  const task = { name: "characters", text: null, text_length: 5000 };
  const read = setupOf(catalog, [{ task, cell: { name: "rnn" } }]);
  assert.equal(read.textMissing, true);
  assert.deepEqual(read.changed, {});
});
