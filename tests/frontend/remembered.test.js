/** The memory table in words. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { orMore, scoreText, secondsText, solvedText, told } from "../../frontend/remembered.js";

/** @param {number} median @param {number} [low] @param {number} [high] */
const spread = (median, low = median, high = median) => ({ median, low, high });

/** @type {import("../../frontend/types.js").MemoryRow} */
const row = {
  ...{ task: "recall", cell: "lstm", parameters: 5000, seeds: 3, solved: 2, exploded: 0, at_least: 40, last_step: 40 },
  ...{ solved_at: spread(200, 100, 300), steps: null, seconds: spread(1), loss: spread(0.5, 0.4, 0.6) },
  ...{ accuracy: spread(0.9), reach: spread(40, 21, 40), horizon: null, horizon_at_start: null },
};

test("a range stands beside the median only where the seeds differ", () => {
  assert.deepEqual(told(spread(7), String), { median: "7", range: "" });
  assert.deepEqual(told(row.reach, orMore(40)), { median: "≥ 40", range: "21 to ≥ 40" });
  assert.deepEqual(told(null, String), { median: "–", range: "" });
});

test("what no seed reached is written as it is", () => {
  assert.equal(orMore(null)(40), "40");
  assert.equal(orMore(40)(39), "39");
});

test("how many seeds solved it, and when", () => {
  assert.equal(solvedText(row), "solved by 2 of 3 at step 200 (100 to 300)");
  assert.equal(solvedText({ ...row, solved: 3, solved_at: spread(1500) }), "solved at step 1,500");
  assert.equal(solvedText({ ...row, solved: 0, exploded: 2 }), "not solved, 2 exploded");
});

test("the share of right answers, or the error of a regression", () => {
  assert.deepEqual(scoreText(row), { median: "90 %", range: "" });
  assert.deepEqual(scoreText({ ...row, accuracy: null }), { median: "0.5", range: "0.4 to 0.6" });
});

test("seconds are told to a tenth while they are few", () => {
  assert.equal(secondsText(1.04), "1.0 s");
  assert.equal(secondsText(83.4), "83 s");
});
