/**
 * Numbers and times as people write them.
 *
 * @import {Frame, Reach} from "./types.js"
 */

/** Digits as superscripts, for powers of ten on an axis, and as subscripts. */
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const LOWERED = "₀₁₂₃₄₅₆₇₈₉";

/**
 * A number in at most three significant digits; very small and very large ones as a power of ten.
 *
 * @param {number | null | undefined} value
 * @returns {string}
 */
export function number(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "not finite";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) {
    const exponent = Math.floor(Math.log10(size) + 1e-9);
    const head = minus((value / 10 ** exponent).toFixed(1));
    return head === "1.0" ? power(exponent) : `${head} × ${power(exponent)}`;
  }
  return minus(size >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString());
}

/**
 * A number for the end of a narrow scale: two digits at most.
 *
 * @param {number} value
 * @returns {string}
 */
export const short = (value) =>
  number(Number(value.toPrecision(Math.abs(value) < 1e-3 ? 1 : 2))).replace(/(\.0)? × /, "·");

/**
 * Two digits, all alike: for numbers that are drawn beside each other.
 *
 * @param {number} value
 * @returns {string}
 */
export const two = (value) => minus(value.toFixed(2));

/**
 * By how much something is changed: with its sign, and ±0.00 where it is not.
 *
 * @param {number} value
 * @returns {string}
 */
export const change = (value) => `${value > 0 ? "+" : value < 0 ? "" : "±"}${two(value)}`;

/**
 * @param {string} text
 * @returns {string} with a real minus sign
 */
const minus = (text) => text.replace("-", "−");

/**
 * Ten to a whole power, written with superscripts.
 *
 * @param {number} exponent
 * @returns {string}
 */
export function power(exponent) {
  const digits = [...String(Math.abs(exponent))].map((digit) => RAISED[Number(digit)]).join("");
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}

/**
 * The number of a step or a place, below the line.
 *
 * @param {number} count whole, and not negative
 * @returns {string}
 */
export const lowered = (count) => [...String(count)].map((digit) => LOWERED[Number(digit)]).join("");

/**
 * A share, rounded to a tenth of a percent. What is less than all of it is never written as 100 %, but as 99.9 % at most.
 *
 * @param {number} part in 0..1
 * @returns {string}
 */
export function percent(part) {
  if (Number.isNaN(part)) return "not finite";
  const value = Math.round(part * 1000) / 10;
  return `${part < 1 ? Math.min(value, 99.9) : value} %`;
}

/**
 * @param {Reach} reach
 * @param {boolean} [known] false: an estimate from the few sequences of a live frame
 * @returns {string} "21", "≈ 21" for an estimate, or "≥ 40" where the longest lag tested was reached
 */
export function reachText(reach, known = true) {
  if (reach.at_least) return `≥ ${reach.value}`;
  return known ? String(reach.value) : `≈ ${reach.value}`;
}

/**
 * @param {Reach} reach
 * @returns {number | undefined} the longest lag that was tested, where that is as far as the model came
 */
export const longestOf = ({ value, at_least }) => (at_least ? value : undefined);

/**
 * A range in steps.
 *
 * @param {[number, number]} range quantiles, which may lie between two steps
 * @param {number} [longest] that can be told: it stands for all beyond
 * @returns {string} "19 to 23", "7", "30 to ≥ 40"
 */
export function rangeText([low, high], longest) {
  const [from, to] = [low, high].map((steps) =>
    longest && steps >= longest ? `≥ ${longest}` : String(Math.round(steps)),
  );
  return from === to ? String(from) : `${from} to ${to}`;
}

/**
 * @param {Pick<Frame, "horizon" | "answers">} frame
 * @returns {string} "at least" only where the sequence itself is no longer: a lag beyond could not be seen
 */
export function horizonText({ horizon: { value }, answers }) {
  if (value === null) return "not finite";
  const longest = answers.at(-1) ?? 0;
  return value >= longest && longest > 0 ? `≥ ${longest}` : String(value);
}

/** One for all: making it takes longer than anything else in a sentence. */
const grouped = new Intl.NumberFormat("en");

/**
 * @param {number} count
 * @returns {string} its thousands set apart; what has none is written without the formatter, which takes its time
 */
export const whole = (count) => (Math.abs(count) < 1000 ? String(count) : grouped.format(count));

/**
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 * @returns {string}
 */
export function plural(count, one, many = `${one}s`) {
  return `${whole(count)} ${count === 1 ? one : many}`;
}

/**
 * A time to wait, coarse on purpose: it is an estimate.
 *
 * @param {number} seconds
 * @returns {string}
 */
export function duration(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return `${Math.round(seconds / 60)} min`;
}

/**
 * A time step in words: where it is, and how far before the answer.
 *
 * @param {number} t
 * @param {number} answer
 * @returns {string}
 */
export function lagText(t, answer) {
  const lag = answer - t;
  if (lag === 0) return "at the answer";
  return lag > 0 ? `${plural(lag, "step")} before the answer` : `${plural(-lag, "step")} after the answer`;
}

/** Characters that leave no ink, and how they are written. */
const INVISIBLE = new Map([
  [" ", "␣"],
  ["\n", "⏎"],
  ["\r", "⏎"],
  ["\t", "⇥"],
]);

/**
 * @param {string} label
 * @returns {string}
 */
export const visible = (label) => INVISIBLE.get(label) ?? label;
