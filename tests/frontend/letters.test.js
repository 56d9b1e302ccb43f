/** Accuracy by letters known: where a model is told to be better than what needs none. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { beatsBoth, letters, lettersText, rangesText } from "../../frontend/panels/letters.js";

/** @import {ByLetters} from "../../frontend/types.js" */

/** @param {number[]} top @param {number} [error] @returns {ByLetters} */
const shares = (top, error = 0.01) => ({
  letters: top.map((_, k) => k),
  steps: top.map(() => 100),
  top: [top, top.map((share) => share + 0.1), top.map((share) => share + 0.2)],
  error: [0, 1, 2].map(() => top.map(() => error)),
});
const baselines = { frequent: shares([0.1, 0.1, 0.1, 0.1]), beginning: shares([0.1, 0.3, 0.6, 0.9]) };

test("better means two standard errors above the better one of both", () => {
  assert.deepEqual(beatsBoth(shares([0.13, 0.31, 0.7, 0.89]), baselines), [true, false, true, false]);
  assert.deepEqual(beatsBoth(shares([0.13, 0.31, 0.7, 0.89], 0.05), baselines), [false, false, false, false]);
});

test("it is said where a model is better and where it is not", () => {
  assert.equal(
    lettersText(shares([0.2, 0.4, 0.6, 0.8]), baselines),
    "Clearly above both baselines with 0 to 1 letters known, not with 2 to 3.",
  );
  assert.equal(
    lettersText(shares([0.1, 0.4, 0.6, 0.8]), baselines),
    "Clearly above both baselines with 1 letter known, not with 0 and 2 to 3.",
  );
  assert.equal(lettersText(shares([0, 0, 0, 0]), baselines), "Nowhere clearly above both baselines.");
  assert.match(lettersText(shares([0.5, 0.5, 0.8, 0.95]), baselines), /however many/);
});

test("whole numbers are told as ranges", () => {
  assert.equal(rangesText([0, 1, 2, 4, 7, 8]), "0 to 2, 4 and 7 to 8");
  assert.equal(rangesText([3]), "3");
});

test("the chart has a bar for each number of letters, with its two baselines", () => {
  const frame = { by_letters: shares([0.2, 0.4, 0.6, 0.8]) };
  const facts = { baselines, out_of_vocabulary: { training: 0.08, held_out: 0.104 } };
  const [chart, said] = /** @type {any[]} */ (letters.pictures(/** @type {any} */ ({ frame, facts })));
  assert.match(said.text, /Not asked: the 10.4 % of words that the vocabulary lacks\.$/);
  assert.deepEqual(
    chart.bars.map((/** @type {any} */ bar) => [bar.name, bar.value, ...bar.marks]),
    [
      ["0", 0.2, 0.1, 0.1],
      ["1", 0.4, 0.3, 0.1],
      ["2", 0.6, 0.6, 0.1],
      ["3", 0.8, 0.9, 0.1],
    ],
  );
  assert.equal(chart.bars[0].error, 0.02);
  assert.match(chart.caption, /400 steps/);
});

test("a task without words has no such panel", () => {
  assert.equal(letters.has?.(/** @type {any} */ ({ by_letters: null })), false);
  assert.equal(letters.has?.(/** @type {any} */ ({ by_letters: shares([1]) })), true);
});
