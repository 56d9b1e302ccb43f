/**
 * A slider of a figure.
 */

import { make } from "../elements/dom.js";

/**
 * @param {string} label
 * @param {{min: number, max: number, step: number}} stops
 * @param {(value: number) => void} then
 * @returns {HTMLInputElement}
 */
export const range = (label, { min, max, step }, then) =>
  make("input", {
    type: "range",
    "aria-label": label,
    min,
    max,
    step,
    oninput: (/** @type {Event} */ event) => then(Number(/** @type {HTMLInputElement} */ (event.target).value)),
  });
