/** The text as a model reads it: colours, suggestions, and where the keys lead. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { noExtent } from "../../frontend/extent.js";
import { depthOf, endsOf, readingOf, shadeOf, spoken, whyNot, wordAway } from "../../frontend/reading.js";
import { plainView } from "../../frontend/view.js";
import { matrix } from "./lags.test.js";

/** @import {Extent, Facts, Frame} from "../../frontend/types.js" */

/** "at a", of which the last character depends on the second most. @returns {Frame} */
const frame = () =>
  /** @type {any} */ ({
    length: 4,
    rows: [0, 1, 2, 3],
    answers: [3],
    x: matrix([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [1, 0, 0],
    ]),
    y: [1, 2, null, 0],
    connectivity: matrix([
      [1, 0, 0, 0],
      [0.1, 1, 0, 0],
      [0, 0, 0, 0],
      [0.001, 10, 0.1, Number.NaN],
    ]),
    output: matrix([
      [0.2, 0.5, 0.3],
      [0.1, 0.2, 0.7],
      [0.6, 0.3, 0.1],
      [0.25, 0.35, 0.4],
    ]),
  });
const facts = /** @type {Facts} */ (/** @type {any} */ ({ labels: { x: ["a", "t", " "], y: ["a", "t", " "] } }));
/** @type {Extent} */
const extent = { ...noExtent(), connectivity: [1e-3, 10] };

test("the depth is the square of the place on a log scale", () => {
  assert.equal(depthOf(1e-3, [1e-3, 10]), 0);
  assert.equal(depthOf(1e-9, [1e-3, 10]), 0);
  assert.equal(depthOf(10, [1e-3, 10]), 1);
  assert.equal(depthOf(99, [1e-3, 10]), 1);
  assert.ok(Math.abs(depthOf(0.1, [1e-3, 10]) - 0.25) < 1e-12);
  assert.ok(Number.isNaN(depthOf(Number.NaN, [1e-3, 10])));
  assert.equal(shadeOf(Number.NaN, false), 0);
});

test("without a choice it is the answer that is looked at", () => {
  const { step, suggestions, right, chance } = readingOf(frame(), facts, plainView(), extent);
  assert.equal(step, 3);
  assert.deepEqual(
    suggestions.map(({ word, right: hit }) => [word, hit]),
    [
      ["␣", false],
      ["t", false],
      ["a", true],
    ],
  );
  assert.equal(right, "a");
  assert.ok(Math.abs(chance - 0.25) < 1e-6);
});

test("a character is coloured on the scale of all models, or of its row", () => {
  const shared = readingOf(frame(), facts, { ...plainView(), output: 1 }, extent).depth;
  const own = readingOf(frame(), facts, { ...plainView(), output: 1, scale: "row" }, extent).depth;
  assert.ok(Number(shared[1]) < 1, "others have larger ones");
  assert.equal(own[1], 1);
  assert.deepEqual([shared[2], own[2]], [0, 0], "what comes later moves nothing");
});

test("where nothing is known to be right, nothing is told to be", () => {
  const reading = readingOf(frame(), facts, { ...plainView(), output: 2 }, extent);
  assert.deepEqual(
    reading.suggestions.map(({ right }) => right),
    [false, false, false],
  );
  assert.equal(reading.right, null);
  assert.match(spoken(reading, ["a", "t", "␣", "a"]), /^step 2, after “at ”: suggests a 60 %, t 30 %, ␣ 10 %$/);
});

test("too many classes to tell of each come as the likeliest ones", () => {
  /** @type {any} */
  const wordy = { ...frame(), output: null };
  wordy.suggestions = {
    classes: [[2], [0], [0], [2, 0]],
    probability: matrix([
      [0.4, 0],
      [0.9, 0],
      [0, 0],
      [0.4, 0.3],
    ]),
    right: matrix([[0.1, 0.2, Number.NaN, 0.3]]),
  };
  const reading = readingOf(wordy, facts, plainView(), extent);
  assert.deepEqual(
    reading.suggestions.map(({ word, right }) => [word, right]),
    [
      ["␣", false],
      ["a", true],
    ],
  );
  assert.equal(
    spoken(reading, ["a", "t", "␣", "a"]),
    "step 3, after “at a”: suggests ␣ 40 %, a 30 %; right is a; before it, most on “t” 2 back",
  );
});

test("by word the keys go to where a word begins, and to the ends", () => {
  const letters = [..."to be, or not"];
  assert.equal(wordAway(letters, 0, 1), 2);
  assert.equal(wordAway(letters, 2, 1), 6);
  assert.equal(wordAway(letters, 9, 1), 12);
  assert.equal(wordAway(letters, 12, -1), 9);
  assert.equal(wordAway(letters, 2, -1), 0);
});

test("the scale is labelled with what its ends mean", () => {
  assert.deepEqual(endsOf(plainView(), extent, frame()), ["0.001", "10"]);
  assert.equal(endsOf({ ...plainView(), scale: "row" }, extent, frame())[1], "the largest");
});

/** @param {string} hex @returns {number[]} */
const rgb = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

/** Relative luminance, as WCAG 2 has it. @param {number[]} colour */
const luminance = (colour) => {
  const [r = 0, g = 0, b = 0] = colour.map((c) =>
    c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

test("text stands out from the deepest ground of every model, in the light and in the dark", () => {
  const css = readFileSync(new URL("../../frontend/style.css", import.meta.url), "utf8");
  const colours = new Map(
    [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, ...both]) => [
      name,
      both,
    ]),
  );
  for (const [theme, dark] of [false, true].entries()) {
    const of = /** @param {string} name */ (name) => rgb(colours.get(name)?.[theme] ?? "");
    for (let model = 0; model < 8; model++) {
      const share = shadeOf(1, dark);
      const paper = of("card");
      const ground = of(`model-${model}`).map((c, at) => share * c + (1 - share) * Number(paper[at]));
      const [low = 0, high = 0] = [luminance(ground), luminance(of("text"))].toSorted((a, b) => a - b);
      const ratio = (high + 0.05) / (low + 0.05);
      assert.ok(ratio >= 4.5, `model ${model}, ${dark ? "dark" : "light"}: ${ratio.toFixed(2)}`);
    }
  }
});

test("what the models cannot read is told before they are asked", () => {
  assert.equal(whyNot("at ta", facts), null);
  assert.equal(whyNot("AT", facts), null, "a model of lower case reads upper case as such");
  assert.match(whyNot("a", facts) ?? "", /two characters/);
  assert.match(whyNot("😀", facts) ?? "", /two characters/);
  assert.match(whyNot("at é", facts) ?? "", /never seen “é”/);
  assert.match(whyNot("at\u200b", facts) ?? "", /invisible character U\+200B/);
  assert.match(whyNot("a".repeat(401), facts) ?? "", /401 characters/);
  const rare = /** @type {Facts} */ (/** @type {any} */ ({ labels: { x: ["a", "other"], y: [] } }));
  assert.equal(whyNot("日本", rare), null, "rare ones share a symbol");
});
