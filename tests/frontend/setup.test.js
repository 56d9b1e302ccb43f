import assert from "node:assert/strict";
import { test } from "node:test";
import { colours, modelTitle, opening, plainModel, setupOf, specsOf } from "../../frontend/setup.js";
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
