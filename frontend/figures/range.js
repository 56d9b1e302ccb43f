/**
 * A slider of a figure, whose value is told in words with its unit.
 */

import { make, setAttribute } from "../elements/dom.js";

/** @type {WeakMap<HTMLInputElement, (value: number) => string>} */
const words = new WeakMap();

/**
 * @param {string} label
 * @param {{min: number, max: number, step: number}} stops
 * @param {(value: number) => string} said a value in words, for those who do not see it
 * @param {(value: number) => void} then
 * @returns {HTMLInputElement}
 */
export function range(label, { min, max, step }, said, then) {
  const slider = make("input", {
    type: "range",
    "aria-label": label,
    min,
    max,
    step,
    oninput: () => {
      put(slider, Number(slider.value));
      then(Number(slider.value));
    },
  });
  words.set(slider, said);
  return slider;
}

/**
 * Puts a slider somewhere.
 *
 * @param {HTMLInputElement} slider
 * @param {number} value
 */
export function put(slider, value) {
  slider.value = String(value);
  setAttribute(slider, "aria-valuetext", words.get(slider)?.(Number(slider.value)) ?? null);
}
