import assert from "node:assert/strict";
import { test } from "node:test";
import { number, percent, power, reachText } from "../../frontend/format.js";
import { compareText, estimateText, solvedText } from "../../frontend/words.js";

/** @type {(part: object) => any} */
const frame = (part) => ({
  step: 500,
  last: false,
  loss: 1,
  accuracy: 0.5,
  solved_at: null,
  by_lag: { measure: "skill", lags: [], value: [], trials: 8 },
  reach: { value: 20, at_least: false, spread: null },
  horizon: { value: 20, threshold: 0.01, at_start: 9, spread: null },
  ...part,
});
const reach = /** @param {number} value */ (value) => ({ value, at_least: false, spread: null });

test("the comparison says which of the two goes further, and why", () => {
  assert.match(compareText(frame({ reach: reach(0) })), /sees further than the model remembers.*Initialisation/);
  assert.match(compareText(frame({ reach: reach(39) })), /39 steps back although .* beyond 20: the state has latched/);
  assert.match(compareText(frame({ reach: reach(21) })), /agree within 1 step\./);
  assert.match(compareText(frame({})), /agree\./);
});

test("no sentence says that a cell cannot", () => {
  for (let value = 0; value <= 40; value++) {
    for (let seen = 0; seen <= 40; seen++) {
      const text = compareText(
        frame({ reach: reach(value), horizon: { value: seen, threshold: 0.01, at_start: null, spread: null } }),
      );
      assert.doesNotMatch(text, /cannot|can't|unable|never/);
    }
  }
});

test("live numbers say that they are an estimate, results give their interval", () => {
  assert.equal(estimateText(frame({})), "live estimate, 8 sequences a lag");
  const last = frame({ last: true, by_lag: { trials: 200 }, reach: { value: 21, at_least: false, spread: [19, 23] } });
  assert.equal(estimateText(last), "200 sequences a lag, interval 19–23");
});

test("solved, memoryless, or in between", () => {
  const facts = /** @type {any} */ ({ chance: { loss: 2.08, accuracy: 0.125 }, memoryless_loss: null });
  assert.equal(solvedText(frame({ solved_at: 212 }), facts), "solved at step 212");
  assert.equal(solvedText(frame({ solved_at: 612 }), facts), "50 % right, guessing 12.5 %");
  assert.equal(solvedText(frame({ loss: 2.05, reach: reach(0) }), facts), "no better than a memoryless guess");
  assert.equal(solvedText(frame({ loss: null }), facts), "its loss is not a number any more");
  assert.equal(solvedText(frame({ accuracy: null, loss: 0.05 }), facts), "loss 0.05, guessing 2.08");
});

test("numbers as people write them", () => {
  assert.deepEqual([0, 0.5, -1.23456, 1234.5, 1e-10, 2.5e-7, null].map(number), [
    "0",
    "0.5",
    "−1.23",
    "1235",
    "10⁻¹⁰",
    "2.5 × 10⁻⁷",
    "not finite",
  ]);
  assert.deepEqual([1, 0.995, 0.99999, 0.125].map(percent), ["100 %", "99.5 %", "99.9 %", "12.5 %"]);
  assert.equal(power(-12), "10⁻¹²");
  assert.equal(reachText({ value: 40, at_least: true, spread: null }), "≥ 40");
});
