/**
 * How often the right word is suggested, by how many of its letters are known, beside what scores without a model.
 *
 * @import {Bars, ByLetters, Facts, Panel, Picture, Scene} from "../types.js"
 */

import { barAxis } from "../draw/bars.js";
import { percent, plural, whole } from "../format.js";
import { words } from "./asked.js";
import { note, room } from "./common.js";

const HEIGHT = 84;
const LINES = 3;
/** Standard errors by which a share must be larger than another to be called so. */
const CLEARLY = 2;
const TICKS = [0, 0.5, 1].map((at) => ({ at, label: `${100 * at} %` }));

/**
 * @param {ByLetters} own
 * @param {NonNullable<Facts["baselines"]>} baselines
 * @returns {boolean[]} by letters known: whether the first suggestion is clearly more often right than either baseline
 */
export const beatsBoth = (own, { frequent, beginning }) =>
  own.letters.map((_, k) => {
    const best = Math.max(frequent.top[0]?.[k] ?? 0, beginning.top[0]?.[k] ?? 0);
    return (own.top[0]?.[k] ?? 0) - CLEARLY * (own.error[0]?.[k] ?? 0) > best;
  });

/**
 * Whole numbers as ranges: "0 to 3 and 5".
 *
 * @param {number[]} numbers ascending
 * @returns {string}
 */
export function rangesText(numbers) {
  /** @type {[number, number][]} */
  const ranges = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  const told = ranges.map(([from, to]) => (from === to ? String(from) : `${from} to ${to}`));
  return [told.slice(0, -1).join(", "), told.at(-1)].filter(Boolean).join(" and ");
}

/**
 * @param {ByLetters} own
 * @param {NonNullable<Facts["baselines"]>} baselines
 * @returns {string} where the model is better than the most frequent word and the most frequent with the same beginning
 */
export function lettersText(own, baselines) {
  const better = beatsBoth(own, baselines);
  const those = own.letters.filter((_, k) => better[k]);
  const others = own.letters.filter((_, k) => !better[k]);
  if (!those.length) return "Nowhere clearly above both baselines.";
  const known = /** @param {number[]} list */ (list) =>
    `${rangesText(list)} ${list.length === 1 && list[0] === 1 ? "letter" : "letters"}`;
  if (!others.length) return "Clearly above both baselines however many letters are known.";
  return `Clearly above both baselines with ${known(those)} known, not with ${rangesText(others)}.`;
}

/**
 * @param {ByLetters} own
 * @param {NonNullable<Facts["baselines"]>} baselines
 * @returns {Bars}
 */
function bars(own, { frequent, beginning }) {
  const [first = [], second = [], third = []] = own.top;
  const asked = own.steps.reduce((sum, steps) => sum + steps, 0);
  return {
    kind: "bars",
    caption: `right, by letters known (${plural(asked, "step")})`,
    bars: own.letters.map((letter, k) => {
      const [one = 0, two = 0, three = 0] = [first[k], second[k], third[k]];
      const baseline = [beginning.top[0]?.[k] ?? null, frequent.top[0]?.[k] ?? null];
      const [start = 0, word = 0] = baseline;
      return {
        ...{ name: String(letter), value: one, text: "", beyond: [two, three], marks: baseline },
        error: CLEARLY * (own.error[0]?.[k] ?? 0),
        told: `first ${percent(one)}, first two ${percent(two)}, first three ${percent(three)}; most frequent with this beginning ${percent(start ?? 0)}, most frequent ${percent(word ?? 0)}; ${whole(own.steps[k] ?? 0)} steps`,
      };
    }),
    y: { ...barAxis(1, HEIGHT, "share of right words", { numbers: false }), ticks: TICKS },
    lines: [],
    divide: null,
    height: HEIGHT,
  };
}

/**
 * @param {Scene} scene
 * @returns {Picture[]}
 */
function pictures({ frame, facts }) {
  const { by_letters: own } = frame;
  const baselines = facts?.baselines;
  if (!own || !baselines) return [note("Not told: its outputs are not finite.")];
  if (!own.letters.length) return [note("Not told: the held-out part of this text is too short.")];
  const unknown = facts.out_of_vocabulary?.held_out ?? 0;
  const lacking = unknown ? ` Not asked: the ${percent(unknown)} of words that the vocabulary lacks.` : "";
  return [bars(own, baselines), words(`${lettersText(own, baselines)}${lacking}`, LINES)];
}

/** @type {Panel} */
export const letters = {
  id: "letters",
  measures: ["by_letters"],
  title: "Accuracy by letters known",
  plain:
    "dark: first suggestion right; lighter: among two, three; line: most frequent word with this beginning; dots: most frequent",
  has: ({ by_letters: own }) => Boolean(own),
  room: room(HEIGHT, 18 * LINES),
  pictures,
};
