/**
 * What the panels that ask have in common.
 *
 * @import {Note, Panel, Picture, Scene} from "../types.js"
 */

import { note } from "./common.js";

const ASKING = "Asking the model …";
/** Pixels of a caption in a column of a laptop, where it takes two lines. */
export const TWO_LINES = 31;

/**
 * Pictures of an answer: until it is there, its place; where there is none, the sentence that says why.
 *
 * @template T
 * @param {number | ((scene: Scene) => number)} height of the pictures to come
 * @param {(scene: Scene, value: T, peers: T[]) => Picture[]} draw
 * @returns {Panel["pictures"]}
 */
export const ofAnswer = (height, draw) => (scene) => {
  const { answer, peers = [] } = scene;
  if (answer?.refusal) return [note(answer.refusal)];
  if (!answer?.value) return [{ ...note(ASKING), height: typeof height === "number" ? height : height(scene) }];
  const others = peers.filter((peer) => peer !== null);
  return draw(scene, /** @type {T} */ (answer.value), /** @type {T[]} */ (others));
};

/**
 * @param {string} text
 * @param {number} lines that it takes in a column of a laptop
 * @returns {Note}
 */
export const words = (text, lines) => ({ ...note(text), height: 18 * lines });

/**
 * Whether a model hands a state from step to step: one that sees a window does not.
 *
 * @param {Pick<Scene, "cell">} scene
 */
export const hasState = ({ cell }) => !cell.options.some(({ name }) => name === "window");

const BELOW = "₀₁₂₃₄₅₆₇₈₉";

/**
 * A number as an index.
 *
 * @param {number} value
 * @returns {string}
 */
export const index = (value) => [...String(value)].map((digit) => BELOW[Number(digit)]).join("");

/**
 * The smallest and largest of some numbers, without those that a log axis has no place for.
 *
 * @param {Iterable<number | null>} values
 * @returns {[number, number]}
 */
export function rangeOf(values) {
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (const value of values) {
    if (value === null || !(value > 0) || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
