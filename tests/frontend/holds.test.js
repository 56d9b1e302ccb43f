import assert from "node:assert/strict";
import { test } from "node:test";
import { fitting, holdText, holdWords, lookOf, parseHold, parseSequence, valvesOf } from "../../frontend/holds.js";
import { Instead } from "../../frontend/instead.js";
import { plainView } from "../../frontend/view.js";

/** @type {(name: string, gates: [string, number][], layers?: number) => any} */
const column = (name, gates, layers = 1) => ({
  title: name,
  cell: { gates: gates.map(([gate, low]) => ({ name: gate, plain: `${gate} gate`, range: [low, 1] })) },
  frame: { length: 13, layers: Array(layers).fill({}) },
});
const rnn = column("RNN", []);
const gru = column("GRU", [
  ["r", 0],
  ["z", 0],
  ["n", -1],
]);
const lstm = column(
  "LSTM",
  [
    ["i", 0],
    ["f", 0],
    ["g", -1],
  ],
  2,
);
/** @type {any} */
const recall = { name: "recall", kind: "classification", form: "labels" };

test("a hold is written and read the same", () => {
  for (const text of ["f:0:5-8", "z:1:0-0", "i:0:3-12:2"]) assert.equal(holdText(parseHold(text)), text);
  for (const text of ["", "f", "f:2:1-2", "f:0:1", "f:0:-1-2", "f:0:3-2", "f:0:1-2:0", "F:0:1-2"])
    assert.throws(() => parseHold(text), /[.]$/);
});

test("candidates are no valves", () => {
  const valves = valvesOf([rnn, gru, lstm]);
  assert.deepEqual(
    valves.map(({ name }) => name),
    ["r", "z", "i", "f"],
  );
  assert.deepEqual(valves[0]?.models, ["GRU"]);
});

test("a model is asked about its own gates only, in every layer that is meant", () => {
  const view = { ...plainView(), hold: [parseHold("f:0:5-8"), parseHold("z:1:2-2")] };
  assert.equal(lookOf(rnn, view, recall), null);
  assert.deepEqual(lookOf(gru, view, recall)?.inquiry.hold, [{ gate: "z", value: 1, start: 2, stop: 3, layer: 0 }]);
  const look = lookOf(lstm, view, recall);
  assert.deepEqual(look?.inquiry.hold, [
    { gate: "f", value: 0, start: 5, stop: 9, layer: 0 },
    { gate: "f", value: 0, start: 5, stop: 9, layer: 1 },
  ]);
  assert.equal(look?.badge, "f held shut at steps 5–8");
  const second = { ...plainView(), hold: [parseHold("z:1:2-2:2")] };
  assert.equal(lookOf(gru, second, recall), null);
});

test("a column shows what was asked for instead once it is there, and says what every question says of it", () => {
  /** @type {any} */
  let value = null;
  /** @type {any} */
  const asking = { want: () => ({ value, refusal: null }) };
  const instead = new Instead(asking);
  const view = { ...plainView(), hold: [parseHold("f:0:5-8")], sequence: "A ·1 ·1 ·1 ·1 ·1 ·1 ?" };
  const own = { ...lstm.frame, step: 4, last: true, horizon: { at_start: 3 } };
  const shown = { ...lstm, run: "a", index: 0, frame: own };
  instead.show([shown], view, recall);
  assert.deepEqual([shown.frame, shown.awaited, shown.instead], [own, true, null]);
  value = { frame: { step: 4, horizon: { at_start: null } } };
  const { frames } = instead.show([shown], view, recall);
  assert.deepEqual(shown.frame, { step: 4, horizon: { at_start: 3 } });
  assert.deepEqual([frames.length, shown.own, shown.awaited], [1, own, false]);
  const held = { gate: "f", value: 0, start: 5, stop: 9 };
  const hold = [0, 1].map((layer) => ({ ...held, layer }));
  assert.deepEqual(shown.instead, { hold, sequence: ["A", ...("·1".repeat(6).match(/../g) ?? []), "?"] });
  const free = { ...shown, frame: own };
  instead.show([free], plainView(), recall);
  assert.deepEqual([free.frame, free.awaited, free.instead, free.held], [own, false, null, null]);
});

test("beside a result, what a held gate does to the reach is tested like one", () => {
  const view = { ...plainView(), hold: [parseHold("f:0:5-8")] };
  const last = { ...lstm, frame: { ...lstm.frame, last: true } };
  assert.equal(lookOf(last, view, recall)?.inquiry.result, true);
  assert.equal(lookOf(lstm, view, recall)?.inquiry.result, undefined);
});

test("on a sequence that ends before it a hold holds nothing, and stays for the others", () => {
  const view = { ...plainView(), hold: ["f:0:1-1", "f:0:5-8"].map(parseHold), sequence: "A ·1 ?" };
  const look = lookOf(lstm, view, recall);
  const held = /** @type {{start: number}[]} */ (look?.inquiry.hold ?? []);
  assert.deepEqual(
    held.map(({ start }) => start),
    [1, 1],
  );
});

test("gates that are held alike are told together", () => {
  const words = holdWords(["i:0:5-8", "f:0:5-8", "z:1:3-3:2"].map(parseHold));
  assert.equal(words, "i and f held shut at steps 5–8; z held open at step 3 in layer 2");
});

test("a sequence of one's own is asked of every model", () => {
  const view = { ...plainView(), sequence: " A ·1  ? " };
  assert.deepEqual(lookOf(rnn, view, recall), {
    inquiry: { name: "look", sequence: ["A", "·1", "?"] },
    badge: "your sequence",
    gated: false,
  });
  /** @type {any} */
  const adding = { name: "adding", kind: "regression", form: "pairs" };
  assert.deepEqual(parseSequence("0.5,1 0,0", adding), [
    [0.5, 1],
    [0, 0],
  ]);
  for (const text of ["0.5", "2,1", "0.5,2", "a,1", "0.5,1,0"])
    assert.throws(() => parseSequence(text, adding), /value from 0 to 1/);
  const latch = /** @type {any} */ ({ form: "numbers" });
  assert.deepEqual(parseSequence("1 -0.5 −1", latch), [1, -0.5, -1]);
  assert.throws(() => parseSequence("1 one", latch), /“one” is none/);
  assert.equal(parseSequence(" a b", /** @type {any} */ ({ form: "text" })), " a b");
});

/** @type {[string, RegExp][]} */
const WRONG = [
  ["q:0:1-2", /No model here has a gate “q” that can be held; there are r, z, i, f/],
  ["g:0:1-2", /No model here has a gate “g”/],
  ["f:0:1-13", /the sequence ends at step 12/],
  ["f:0:1-2:3", /layer 3/],
];

for (const [text, sentence] of WRONG) {
  test(`what the models do not have is told: ${text}`, () => {
    const { kept, messages } = fitting([parseHold(text), parseHold("f:0:1-2")], [rnn, gru, lstm], 13);
    assert.equal(kept.length, 1);
    assert.match(messages[0] ?? "", sentence);
  });
}
