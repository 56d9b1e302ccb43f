/**
 * One number with its name, as they stand below each other in a list of what is to be compared.
 */

import { make } from "../elements/dom.js";

/**
 * @param {string} name
 * @param {string} value
 * @param {Record<string, string | null>} [attributes]
 * @returns {HTMLElement} for a list of the class `compared`
 */
export const fact = (name, value, attributes = {}) =>
  make("div", attributes, make("dt", {}, name), make("dd", {}, value));
