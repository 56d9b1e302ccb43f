/**
 * A text as a model reads it: its characters, how strongly each of them moves the output that is looked at, and what
 * the model suggests there.
 *
 * @import {Extent, Facts, Frame, Matrix, View} from "./types.js"
 */

import { valueAt } from "./decode.js";
import { number, percent, visible } from "./format.js";
import { outputOf } from "./lags.js";
import { scaleOf } from "./panels/common.js";
import { symbolAt } from "./panels/input.js";

/** Suggestions that are told. */
export const TOLD = 3;
/** Share of the model's colour behind what moves the output most, in the light and in the dark: with more of it text would
 * stand out by less than 4.5 : 1 from the ground of some model. */
const DEEPEST = { light: 0.62, dark: 0.42 };

/**
 * @typedef {object} Suggestion
 * @property {string} word
 * @property {number} chance
 * @property {boolean} right
 */

/**
 * @typedef {object} Reading
 * @property {number} step output time k
 * @property {number[]} depth colour of each character, from 0 to 1; NaN where the number is not finite
 * @property {Suggestion[]} suggestions the likeliest first
 * @property {string | null} right what comes, where that is known
 * @property {number} chance that the model gives it
 */

/** @type {WeakMap<Matrix, string[]>} by the input, which all frames of a run share */
const kept = new WeakMap();

/**
 * @param {Frame} frame
 * @param {Facts} facts
 * @returns {string[]} its characters, those without ink made visible
 */
export function lettersOf(frame, facts) {
  let letters = kept.get(frame.x);
  if (!letters) {
    const { x } = facts.labels;
    letters = Array.from({ length: frame.length }, (_, t) => x[symbolAt(frame, t)] ?? "");
    kept.set(frame.x, letters);
  }
  return letters;
}

/**
 * @param {Frame} frame
 * @param {Facts} facts
 * @param {View} view
 * @param {Extent} extent
 * @returns {Reading}
 */
export function readingOf(frame, facts, view, extent) {
  const { step, row } = outputOf(frame, view);
  const { matrix, domain } = scaleOf({ frame, view, extent });
  const depth = Array.from({ length: frame.length }, (_, t) => depthOf(valueAt(matrix, row, t), domain));
  const target = frame.y[step] ?? null;
  return {
    ...{ step, depth, suggestions: suggestionsOf(frame, facts, step, target) },
    right: target === null ? null : wordOf(facts, target),
    chance: target === null ? Number.NaN : rightChance(frame, step, target),
  };
}

/**
 * Place on a log scale, squared: so that what hardly counts is hardly seen.
 *
 * @param {number} value
 * @param {[number, number]} domain
 * @returns {number}
 */
export function depthOf(value, [low, high]) {
  if (!Number.isFinite(value)) return Number.NaN;
  if (value <= low) return 0;
  return Math.min(Math.log(value / low) / Math.log(high / low), 1) ** 2;
}

/** @param {boolean} dark */
export const deepest = (dark) => (dark ? DEEPEST.dark : DEEPEST.light);

/**
 * @param {number} depth
 * @param {boolean} dark
 * @returns {number} share of the model's colour in the ground behind a character
 */
export const shadeOf = (depth, dark) => (Number.isNaN(depth) ? 0 : Math.round(100 * deepest(dark) * depth) / 100);

/**
 * @param {number} chance
 * @returns {string} never none of what there is
 */
export const chanceText = (chance) => (chance > 0 && chance < 5e-4 ? "< 0.1 %" : percent(chance));

/**
 * @param {Facts} facts
 * @param {number} place
 */
const wordOf = ({ labels }, place) => visible(labels.y[place] ?? String(place));

/**
 * @param {Frame} frame
 * @param {Facts} facts
 * @param {number} step
 * @param {number | null} target null: what is right is not known, as in a word that may go on
 * @returns {Suggestion[]}
 */
function suggestionsOf({ output, suggestions }, facts, step, target) {
  const told = /** @param {number} place @param {number} chance */ (place, chance) => ({
    ...{ word: wordOf(facts, place), chance, right: place === target },
  });
  if (suggestions)
    return (suggestions.classes[step] ?? []).map((place, at) =>
      told(place, valueAt(suggestions.probability, step, at)),
    );
  if (!output) return [];
  const all = Array.from({ length: output.cols }, (_, place) => told(place, valueAt(output, step, place)));
  return all.toSorted((a, b) => b.chance - a.chance).slice(0, TOLD);
}

/**
 * @param {Frame} frame
 * @param {number} step
 * @param {number} target
 */
const rightChance = ({ output, suggestions }, step, target) =>
  suggestions ? valueAt(suggestions.right, 0, step) : output ? valueAt(output, step, target) : Number.NaN;

/**
 * What a screen reader says of the place that is looked at.
 *
 * @param {Reading} reading
 * @param {string[]} letters
 * @returns {string}
 */
export function spoken({ step, depth, suggestions, right }, letters) {
  const said = suggestions.map(({ word, chance }) => `${word} ${chanceText(chance)}`).join(", ");
  const read = plainText(letters.slice(Math.max(0, step - 20), step + 1));
  const before = depth.slice(0, step);
  const most = before.reduce((best, value, t) => (value > (before[best] ?? 0) ? t : best), 0);
  const rests =
    (before[most] ?? 0) > 0 ? `; before it, most on “${plainText([letters[most] ?? ""])}” ${step - most} back` : "";
  return `step ${step}, after “${read}”: suggests ${said}${right === null ? "" : `; right is ${right}`}${rests}`;
}

/** The characters that are shown by a sign. */
const SIGNS = new Map(["\n", "\t", " "].map((letter) => [visible(letter), letter]));

/**
 * @param {string[]} letters as they are shown
 * @returns {string} as they were written
 */
export const plainText = (letters) => letters.map((letter) => SIGNS.get(letter) ?? letter).join("");

/** Fewest and most characters of a sentence, as on the server. */
const [FEWEST, MOST] = [2, 400];

/**
 * Why the models cannot read a sentence, told before they are asked.
 *
 * @param {string} text
 * @param {Facts} facts
 * @returns {string | null} null: nothing speaks against it
 */
export function whyNot(text, { labels }) {
  const letters = [...text.normalize("NFC")];
  if (letters.length < FEWEST) return "Write at least two characters: one has nothing before it.";
  if (letters.length > MOST) return `The sentence has ${letters.length} characters, at most ${MOST} are read.`;
  const known = new Set(labels.x.map((letter) => SIGNS.get(letter) ?? letter));
  if (known.has("other")) return null;
  // Some tasks read upper case as lower: the server knows, and says so beside the field.
  const lower = labels.x.every((letter) => letter === letter.toLowerCase());
  const odd = letters.find(
    (letter) => !known.has(letter) && !(lower && [...letter.toLowerCase()].every((l) => known.has(l))),
  );
  return odd === undefined ? null : `The models have never seen ${nameOf(odd)} in training: leave it out.`;
}

/** @param {string} letter */
function nameOf(letter) {
  const code = `U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  return /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(letter) ? `“${letter}”` : `the invisible character ${code}`;
}

/**
 * Where the words begin that the keys go to: after what is no letter.
 *
 * @param {string[]} letters
 * @param {number} step
 * @param {1 | -1} way
 * @returns {number} the next place before a word, that way; the end of the text where there is none
 */
export function wordAway(letters, step, way) {
  const letter = /** @param {number} at */ (at) => /[\p{L}\p{M}]/u.test(letters[at] ?? "");
  for (let at = step + way; at > 0 && at < letters.length - 1; at += way) if (!letter(at) && letter(at + 1)) return at;
  return way < 0 ? 0 : letters.length - 1;
}

/**
 * The ends of the colour scale in words.
 *
 * @param {View} view
 * @param {Extent} extent
 * @param {Frame} frame
 * @returns {[string, string]}
 */
export function endsOf(view, extent, frame) {
  const { domain } = scaleOf({ frame, view, extent });
  if (view.scale === "row") return [percent(domain[0]), "the largest"];
  return [number(domain[0]), number(domain[1])];
}
