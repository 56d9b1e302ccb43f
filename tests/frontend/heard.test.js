import assert from "node:assert/strict";
import { test } from "node:test";
import { tableOf } from "../../frontend/draw/read.js";
import { fallText, sentenceOf } from "../../frontend/draw/sentence.js";
import { frequencyOf, heardText, scheduleOf, tonesOf } from "../../frontend/sound.js";

/** @type {(values: (number | null)[]) => {x: number, y: number | null}[]} */
const points = (values) => values.map((y, x) => ({ x, y }));

test("half an octave is a factor of ten, and what is left of nothing is silent", () => {
  assert.equal(frequencyOf(1), 880);
  for (const G of [1e-5, 0.003, 0.5, 7]) {
    const ratio = Number(frequencyOf(10 * G)) / Number(frequencyOf(G));
    assert.ok(Math.abs(ratio - Math.SQRT2) < 1e-12);
  }
  for (const G of [0, 9e-7, Number.NaN, Number.POSITIVE_INFINITY, null]) assert.equal(frequencyOf(G), null);
  assert.ok(Math.abs(Number(frequencyOf(1e-6)) - 110) < 1e-9);
  assert.equal(frequencyOf(1e9), frequencyOf(1e4));
});

test("tones go from the answer back, and wait for silence only so long", () => {
  const tones = tonesOf(points([...Array(20).fill(0), 0.01, 1, 0.5]), 21);
  assert.deepEqual(
    tones.map(({ t, lag }) => [t, lag]),
    [21, 20, 19, 18, 17, 16].map((t, lag) => [t, lag]),
  );
  assert.deepEqual(
    tones.map(({ hz }) => hz !== null),
    [true, true, false, false, false, false],
  );
  assert.equal(heardText({ title: "RNN", tones }), "RNN: starts at 880 Hz, ends at 440 Hz 1 step back, then silence.");
  assert.equal(heardText({ title: "RNN", tones: [] }), "RNN: silence, no gradient is left.");
});

test("no model sounds for longer than some seconds, and none over another", () => {
  const tones = tonesOf(points(Array(150).fill(1)), 149);
  const { beats, seconds } = scheduleOf([
    { title: "a", tones },
    { title: "b", tones: tones.slice(0, 3) },
  ]);
  assert.equal(beats.length, 153);
  for (let i = 1; i < beats.length; i++) assert.ok(Number(beats[i]?.at) > Number(beats[i - 1]?.at));
  assert.ok(Number(beats[149]?.at) <= 6);
  assert.ok(seconds < 9);
});

test("a sentence says where the gradient first falls below a hundredth", () => {
  assert.equal(fallText(points([0.5, 0.009, 0.2, 1]), 3), "falls below one hundredth 2 steps back");
  assert.equal(fallText(points([0.02, 0.05, 1]), 2), "stays at 0.02 or more at all 2 earlier steps");
  assert.equal(fallText(points([0, 0, 1]), 2), "is 0 at all 2 earlier steps");
  assert.equal(
    fallText(points([0, 40, 2, 1]), 3),
    "rises to 40 2 steps back, and falls below one hundredth 3 steps back",
  );
  assert.equal(fallText(points([null, 1]), 1), "is not finite at every step");
});

test("curves are a table with a row a place, and what was not measured is empty", () => {
  const series = [
    {
      name: "a",
      style: "line",
      points: [
        { x: 0, y: 1 },
        { x: 2, y: 3 },
      ],
    },
    { name: "b", style: "band", points: [{ x: 2, y: 1, to: 5 }] },
  ];
  const picture = /** @type {any} */ ({ kind: "curves", axis: "time", series });
  assert.deepEqual(tableOf(picture), {
    head: ["step", "a", "b (upper)", "b (lower)"],
    body: [
      [0, 1, null, null],
      [2, 3, 5, 1],
    ],
  });
  assert.equal(sentenceOf(picture), "a from 1 at step 0 to 3 at step 2");
  const lags = tableOf({ ...picture, lagFrom: 5 });
  assert.deepEqual(
    lags.body.map(([lag]) => lag),
    [3, 5],
  );
});
