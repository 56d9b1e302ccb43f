import assert from "node:assert/strict";
import { test } from "node:test";
import { atText, horizonAt, parseThreshold, STOPS, seenAt } from "../../frontend/threshold.js";
import { random } from "./random.js";

/** @type {(rows: number[][], value?: number | null) => any} */
function frame(rows, value = 0) {
  const values = Float32Array.from(rows.flat());
  const profile = { rows: rows.length, cols: rows[0]?.length ?? 0, codes: null, values };
  return { step: 0, profile, horizon: { value, threshold: 0.01, at_start: null, spread: [1, 2] } };
}

test("the horizon is the largest lag of 1 or more whose share is at least the threshold", () => {
  const one = frame([[9, 1, 0.3, 0.0005, 0.02, 0.004]]);
  assert.equal(horizonAt(one, 0.01), 4);
  assert.equal(horizonAt(one, 0.1), 2);
  assert.equal(horizonAt(one, 0.004), 5, "at least, not more than");
  assert.equal(horizonAt(frame([[9, 0, 0, 0]]), 0.01), 0);
  assert.equal(horizonAt(frame([[9, 1, 0.3, Number.NaN]]), 0.01), 2, "before the first step there is nothing");
});

test("of several answers it is the median, rounded down", () => {
  const rows = [
    [1, 1, 0, 0, 0],
    [1, 1, 1, 1, 1],
    [1, 1, 1, 0, 0],
    [1, 1, 1, 1, 0],
  ];
  assert.equal(horizonAt(frame(rows), 0.01), 2);
  assert.equal(horizonAt(frame(rows.slice(0, 3)), 0.01), 2);
});

test("it is the definition, read slowly, at every threshold", () => {
  const draw = random(11);
  for (let round = 0; round < 200; round++) {
    const [K, T] = [1 + Math.floor(draw() * 4), 1 + Math.floor(draw() * 12)];
    const rows = Array.from({ length: K }, () => Array.from({ length: T }, () => Math.fround(10 ** (-4 * draw()))));
    for (const threshold of STOPS) {
      const each = rows.map((row) =>
        Math.max(0, ...row.flatMap((share, d) => (d > 0 && share >= threshold ? [d] : []))),
      );
      each.sort((a, b) => a - b);
      const middle = each.length / 2;
      const median = K % 2 ? Number(each[Math.floor(middle)]) : (Number(each[middle - 1]) + Number(each[middle])) / 2;
      assert.equal(horizonAt(frame(rows), threshold), Math.floor(median));
    }
  }
});

test("what is not finite has no horizon", () => {
  assert.equal(horizonAt(frame([[1, 1]], null), 0.05), null);
});

test("with the server's threshold its own numbers are shown, with another one those of the page, at step 0 too", () => {
  const first = frame([[1, 1, 0.2, 0.2]]);
  const later = { ...frame([[1, 1, 1, 0.02]], 3), step: 90 };
  assert.equal(seenAt(later, first, 0.01), later);
  const { horizon } = seenAt(later, first, 0.05);
  assert.deepEqual(horizon, { value: 2, threshold: 0.05, at_start: 3, spread: null });
  assert.equal(seenAt(later, { ...first, step: 10 }, 0.05).horizon.at_start, null);
});

test("a threshold of a link is a share in its range", () => {
  for (const text of ["0.05", "0.001", "0.5", ".02", "1e-2"]) assert.equal(parseThreshold(text), Number(text));
  for (const text of ["0", "0.0009", "0.51", "1", "-0.1", "5 %", "", "NaN", "0x1"])
    assert.throws(() => parseThreshold(text), /share from 0\.001 to 0\.5/);
});

test("the slider goes by about the same factor from 0.1 % to 50 %", () => {
  assert.deepEqual([STOPS[0], STOPS.at(-1)], [0.001, 0.5]);
  for (let i = 1; i < STOPS.length; i++) {
    const factor = Number(STOPS[i]) / Number(STOPS[i - 1]);
    assert.ok(factor > 1.2 && factor < 1.7, `${STOPS[i]}`);
  }
  assert.ok(STOPS.includes(0.01));
  assert.deepEqual([atText(0.01), atText(0.05)], ["", " at 5 %"]);
});
