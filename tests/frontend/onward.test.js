/** Going on from a snapshot: what is asked of the server, what the link says, and what is told of it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { afresh, continues, onwardOf, originsOf } from "../../frontend/onward.js";
import { alike, modelTitle, opening, plainModel, setupOf, specsOf } from "../../frontend/setup.js";
import { readUrl, writeUrl } from "../../frontend/url.js";
import { plainView } from "../../frontend/view.js";
import { catalog } from "./catalog.js";

/** @import {Column, Setup} from "../../frontend/types.js" */

const ID = "abcdefgh2345";
/** @type {Setup} */
const kept = {
  ...opening(catalog),
  models: [plainModel("rnn"), { ...plainModel("lstm"), changed: { hidden: 8 } }, plainModel("lstm")],
};

test("every model goes on from its own weights, whatever else was set", () => {
  const setup = onwardOf({ ...kept, changed: { lag: 60 }, training: { lr: 0.003 } }, kept.models, ID);
  assert.deepEqual(
    setup.models.map(({ start }) => start),
    [0, 1, 2].map((run) => ({ snapshot: ID, run })),
  );
  const specs = specsOf(catalog, setup);
  assert.deepEqual([specs[1]?.start, specs[1]?.task.lag], [{ snapshot: ID, run: 1 }, 60]);
  assert.ok(continues(setup));
  assert.ok(!continues(afresh(setup)));
  assert.ok(!alike(catalog, setup, afresh(setup)));
});

test("a model that was changed, or is new, starts afresh, and the others keep their own", () => {
  const [rnn, small, plain] = kept.models;
  const models = [
    plainModel("gru"),
    { .../** @type {any} */ (small), changed: { hidden: 4 } },
    plain,
    { ...rnn, seed: 3 },
  ];
  const setup = onwardOf({ ...kept, models: /** @type {any} */ (models) }, kept.models, ID);
  assert.deepEqual(
    setup.models.map(({ start }) => start?.run),
    [undefined, undefined, 2, 0],
  );
  assert.equal(modelTitle(catalog, setup, /** @type {any} */ (setup.models[2])), "LSTM, continued");
  const all = onwardOf(kept, kept.models, ID);
  assert.equal(modelTitle(catalog, all, /** @type {any} */ (all.models[0])), "RNN", "where all do, it is said once");
});

test("the link keeps where each model comes from, and refuses what is none", () => {
  const setup = onwardOf(kept, kept.models, ID);
  const state = { setup, view: plainView() };
  const query = writeUrl(state, catalog);
  assert.match(query, /models=rnn~start:abcdefgh2345\.0,lstm~hidden:8~start:abcdefgh2345\.1/);
  assert.deepEqual(readUrl(query, catalog).setup, setup);
  for (const odd of ["", "abc.0", `${ID}`, `${ID}.8`, `${ID}.0.0`, `../${ID}.0`, `${ID}.-1`]) {
    const { refusals } = readUrl(`models=rnn~start:${odd}`, catalog);
    assert.deepEqual([refusals.length, refusals[0]?.stops], [1, true], odd);
    assert.match(refusals[0]?.message ?? "", /snapshot's id/);
  }
});

test("what the server says of a start goes back to it as it came", () => {
  const start = { snapshot: ID, run: 0, step: 40, updates: 90, sha256: "0".repeat(64), private: false };
  const setup = setupOf(catalog, [{ task: { name: "recall" }, cell: { name: "rnn" }, start }]);
  assert.deepEqual(specsOf(catalog, setup)[0]?.start, start);
});

test("where models come from is told by title and step", () => {
  const column = /** @type {(title: string, run?: number, step?: number) => Column} */ (
    (title, run, step) =>
      /** @type {any} */ ({ title, model: run === undefined ? {} : { start: { snapshot: ID, run, step } } })
  );
  const manifest = /** @type {any} */ ({ title: "Two", runs: [{ step: 40 }, { step: 60 }, { step: 40 }] });
  /** @type {(columns: Column[], known?: boolean) => string[]} */
  const told = (columns, known = true) =>
    originsOf(columns, known ? new Map([[ID, manifest]]) : new Map()).map(
      ({ before, title, after }) => `${before}${title}${after.split(".")[0]}`,
    );
  assert.deepEqual(told([column("RNN", 0), column("LSTM", 2)]), ["Continues from Two, step 40"]);
  assert.deepEqual(told([column("RNN", 0), column("LSTM", 1)]), [
    "Continues from Two (RNN at step 40, LSTM at step 60)",
  ]);
  assert.deepEqual(told([column("RNN, continued", 0), column("RNN")]), ["RNN, continued: from Two, step 40"]);
  assert.deepEqual(told([column("RNN", 0, 7)], false), ["Continues from null, step 7"]);
  assert.deepEqual(told([column("RNN", 0)], false), ["Continues from null"]);
  assert.deepEqual(told([column("RNN")]), []);
});
