import assert from "node:assert/strict";
import { test } from "node:test";
import { horizonText, number, percent, power, reachText, short } from "../../frontend/format.js";
import { compareText, estimateText, halfText, solvedText, statusMark, statusText } from "../../frontend/words.js";

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

const facts = /** @type {any} */ ({ chance: { loss: 2.08, accuracy: 0.125 }, memoryless_loss: null });
const seen = /** @param {number} value */ (value) => ({ value, threshold: 0.01, at_start: 9, spread: null });

test("the comparison says which of the two goes further, and why", () => {
  assert.match(compareText(frame({ reach: reach(0), accuracy: 0.13 }), facts), /sees further than the model remembers/);
  const few = "Its reach cannot be told: the held-out text is too short.";
  const text = { ...frame({ reach: reach(0) }), last: true, reason: few };
  const byLag = { ...text.by_lag, measure: /** @type {const} */ ("added_loss") };
  assert.equal(compareText({ ...text, by_lag: byLag }, facts), few);
  assert.match(compareText(frame({ reach: reach(21) }), facts), /agree within 1 step\./);
  assert.match(compareText(frame({}), facts), /agree\./);
  assert.match(compareText(frame({ step: 0, reach: reach(0) }), facts), /before any training: initialisation alone/);
  assert.doesNotMatch(compareText(frame({ step: 0, reach: reach(0) }), facts, true), /before any training/);
});

test("a model that is right from afar answers clearly better than a guess, which is not the same as correctly", () => {
  const text = compareText(frame({ reach: reach(39), accuracy: 0.77 }), facts);
  assert.match(text, /clearly better than a guess from 39 steps back, though beyond 20/);
  assert.doesNotMatch(text, /correct|latched/);
  const strict = compareText(frame({ reach: reach(39), horizon: { ...seen(20), threshold: 0.2 } }), facts);
  assert.match(strict, /beyond 20 its gradient is below 20 % of its largest/);
});

test("a model that is right far more often than a guess is not said to use nothing", () => {
  const skilled = frame({ reach: reach(0), accuracy: 0.742, horizon: seen(40) });
  assert.match(compareText(skilled, facts), /far better than a guess.*from so few sequences it jumps/);
  assert.doesNotMatch(compareText(skilled, facts), /not clearly|remembers|nitialisation/);
  assert.doesNotMatch(compareText({ ...skilled, last: true }, facts), /few sequences/);
});

test("initialisation is spoken of before training only", () => {
  const late = compareText(frame({ step: 3000, reach: reach(0), accuracy: 0.12, horizon: seen(40) }), facts);
  assert.doesNotMatch(late, /nitialisation/);
});

test("no sentence says that a cell cannot, and none needs more than three lines", () => {
  for (const last of [false, true]) {
    for (const accuracy of [0.12, 0.6, null]) {
      for (let value = 0; value <= 40; value++) {
        for (let back = 0; back <= 40; back++) {
          const text = compareText(frame({ last, accuracy, reach: reach(value), horizon: seen(back) }), facts);
          assert.doesNotMatch(text, /cannot|can't|unable|never/);
          assert.ok(text.length <= 160, text);
        }
      }
    }
  }
});

/** @type {(part: object) => any} */
const column = (part) => ({
  run: "a",
  status: { status: "done", step: 1500, steps: 1500, reason: null, result: null },
  error: null,
  lost: false,
  since: null,
  frames: [frame({ step: 1500 })],
  ...part,
});

test("to have come to the end is no success", () => {
  assert.equal(statusText(column({}), 0), "not solved after 1,500 steps");
  assert.equal(statusMark(column({})), "ended");
  const solved = column({ frames: [frame({ step: 190, solved_at: 130 })] });
  assert.equal(statusText(solved, 0), "solved, done after 190 steps");
  assert.equal(statusMark(solved), "solved");
});

test("a lost connection is told in place of a status that may be old", () => {
  const status = { status: "running", step: 300, steps: 1500 };
  const since = { time: 0, step: 0, before: null };
  assert.equal(statusText(column({ status, since }), 3000), "training: at most 1,500 steps, 12 s to go");
  assert.equal(statusText(column({ status, since, lost: true }), 3000), "connection lost, trying again");
  assert.equal(statusMark(column({ status, lost: true })), "lost");
  assert.equal(statusMark(column({ lost: true })), "ended", "what is over stays so");
});

test("at least is said of a horizon only where the sequence is no longer", () => {
  assert.equal(horizonText({ horizon: seen(40), answers: [40] }), "≥ 40");
  assert.equal(horizonText({ horizon: seen(20), answers: [20, 25, 29] }), "20");
  assert.equal(horizonText({ horizon: seen(24), answers: [20, 25, 29] }), "24");
  assert.equal(horizonText({ horizon: { ...seen(0), value: null }, answers: [40] }), "not finite");
});

test("a live reach is marked as an estimate", () => {
  assert.equal(reachText(reach(21)), "21");
  assert.equal(reachText(reach(21), false), "≈ 21");
  assert.equal(reachText({ ...reach(40), at_least: true }, false), "≥ 40");
});

test("live numbers say that they are an estimate, results give their interval", () => {
  assert.equal(estimateText(frame({})), "live estimate, 8 trials a lag");
  const last = frame({ last: true, by_lag: { trials: 200 }, reach: { value: 21, at_least: false, spread: [19, 23] } });
  assert.equal(estimateText(last), "200 trials a lag, 5–95 %: 19 to 23");
  const longest = { value: 40, at_least: true, spread: [33, 40] };
  assert.equal(estimateText({ ...last, reach: longest }), "200 trials a lag, 5–95 %: 33 to ≥ 40");
});

test("between what the horizons of half of the sequences lie", () => {
  const of = /** @param {[number, number] | null} spread */ (spread) =>
    halfText(frame({ answers: [40], horizon: { value: 9, threshold: 0.01, at_start: 1, spread } }));
  assert.equal(of([7, 12]), "middle half 7 to 12");
  assert.equal(of([8.75, 9]), "middle half 9");
  assert.equal(of([38, 40]), "middle half 38 to ≥ 40");
  assert.equal(of(null), "");
});

test("solved, memoryless, or in between", () => {
  assert.equal(solvedText(frame({ solved_at: 212 }), facts), "solved at step 212");
  assert.equal(solvedText(frame({ solved_at: 612 }), facts), "50 % right, guessing 12.5 %");
  assert.equal(solvedText(frame({ loss: 2.05, reach: reach(0) }), facts), "like a memoryless guess");
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
  const shares = [1, 0.995, 0.99784, 0.99999, 0.125];
  assert.deepEqual(shares.map(percent), ["100 %", "99.5 %", "99.8 %", "99.9 %", "12.5 %"]);
  assert.equal(power(-12), "10⁻¹²");
  assert.deepEqual([2e-7, 1e-9, -0.005, 50].map(short), ["2·10⁻⁷", "10⁻⁹", "−0.005", "50"]);
  assert.equal(reachText({ value: 40, at_least: true, spread: null }), "≥ 40");
});
