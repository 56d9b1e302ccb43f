/**
 * Drawing in SVG, which is sharp at every size and can be pointed at.
 */

import { diverging, inkOn } from "../scales.js";

const NAMESPACE = "http://www.w3.org/2000/svg";

/** @typedef {SVGElement | string | null | false | undefined} Child */

/**
 * A new element.
 *
 * @param {string} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes]
 * @param {...Child} children
 * @returns {SVGElement}
 */
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/**
 * A picture with a name for those who do not see it. What stands in it is none of theirs: browsers would read out every
 * number of it without its place, and the figure lists them in a table.
 *
 * @param {number} width of its own units
 * @param {number} height
 * @param {string} label
 * @param {...Child} children
 */
export function picture(width, height, label, ...children) {
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, ...children);
  for (const shape of svg.children) shape.setAttribute("aria-hidden", "true");
  return svg;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} text
 * @param {Record<string, string | number>} [attributes]
 */
export const write = (x, y, text, attributes = {}) =>
  draw("text", { x, y, "text-anchor": "middle", "dominant-baseline": "central", ...attributes }, text);

/**
 * The colour of a value between -1 and 1, blue and orange as everywhere on the page, and what is read on it.
 *
 * @param {number} value
 * @returns {{fill: string, ink: string}} for either theme
 */
export function tint(value) {
  const [light, dark] = [false, true].map((theme) => diverging(value, theme));
  return {
    fill: `light-dark(rgb(${light.join()}), rgb(${dark.join()}))`,
    ink: `light-dark(${inkOn(light)}, ${inkOn(dark)})`,
  };
}
