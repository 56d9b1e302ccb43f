/**
 * What a class has answered: bars of the choices, or the band of the drawn curves. It takes the size of its place and the
 * size of its letters, on a phone as on a projector.
 *
 * @import {Standing} from "../classroom.js"
 *
 * @typedef {object} Asked a prediction as its lesson asks it
 * @property {string} name
 * @property {string} question
 * @property {"choice" | "draw"} kind
 * @property {string[]} choices
 * @property {number | null} right the choice that turns out right, if one does
 * @property {number} points
 * @property {string} x what the axes of a drawn curve are
 * @property {string} y
 *
 * @typedef {object} Beside what is shown beside the class's answers
 * @property {number | number[] | null} [mine] what this reader answered
 * @property {number | number[] | null} [truth] what turns out right
 */

import { percent } from "../format.js";
import { changed, make } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
/** Of the picture of curves, in its own units. */
const WIDE = 100;
const HIGH = 50;

export class FarbackTally extends HTMLElement {
  /**
   * @param {Asked} prediction
   * @param {Standing | null} standing null: nothing is known yet
   * @param {Beside} [beside]
   */
  show(prediction, standing, { mine = null, truth = null } = {}) {
    const parts = [prediction.name, JSON.stringify([standing?.counts, standing?.curve, mine, truth])];
    if (!changed(this, parts)) return;
    this.replaceChildren(
      prediction.kind === "choice"
        ? bars(prediction.choices, standing?.counts ?? null, mine, truth)
        : curves(prediction, standing?.curve ?? null, mine, truth),
    );
  }
}

/**
 * @param {string[]} choices
 * @param {number[] | null} counts null: they are not shown yet
 * @param {unknown} mine
 * @param {unknown} truth
 */
function bars(choices, counts, mine, truth) {
  const all = counts?.reduce((sum, count) => sum + count, 0) ?? 0;
  return make(
    "ol",
    { class: counts ? "bars" : "bars hidden" },
    ...choices.map((choice, at) => {
      const count = counts?.[at] ?? 0;
      const share = all ? count / all : 0;
      return make(
        "li",
        { class: at === truth ? "true" : "", "data-testid": "choice" },
        make(
          "span",
          { class: "choice" },
          choice,
          at === mine && make("em", {}, "your answer"),
          at === truth && make("em", { class: "truth" }, "✓ what happens"),
        ),
        make("span", { class: "bar", "aria-hidden": "true" }, make("i", { style: `width: ${100 * share}%` })),
        make("span", { class: "count" }, counts ? `${count} (${Math.round(100 * share)} %)` : ""),
      );
    }),
  );
}

/**
 * @param {Asked} prediction
 * @param {Standing["curve"]} curve
 * @param {unknown} mine
 * @param {unknown} truth
 */
function curves({ x, y }, curve, mine, truth) {
  const svg = drawn("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", "aria-hidden": "true" });
  for (const height of [0.25, 0.5, 0.75]) {
    svg.append(drawn("path", { class: "grid", d: `M0 ${HIGH * height}H${WIDE}` }));
  }
  if (curve) {
    const back = places(curve.low).toReversed();
    svg.append(drawn("path", { class: "band", d: `M${[...places(curve.high), ...back].join("L")}Z` }));
    svg.append(drawn("path", { class: "median", d: `M${places(curve.median).join("L")}` }));
  }
  for (const [name, line] of /** @type {const} */ ([
    ["mine", mine],
    ["true", truth],
  ])) {
    if (Array.isArray(line)) svg.append(drawn("path", { class: name, d: `M${places(line).join("L")}` }));
  }
  const key = /** @param {string} name @param {string} words */ (name, words) =>
    make("span", {}, make("i", { class: name }), words);
  return make(
    "div",
    { class: "curves", role: "group", "aria-label": spoken(curve, Array.isArray(truth) ? truth : null) },
    make("span", { class: "y" }, y),
    svg,
    make("span", { class: "x" }, x),
    make(
      "p",
      { class: "key" },
      curve && key("median", "median of the class"),
      curve && key("band", "the middle half"),
      Array.isArray(mine) && key("mine", "yours"),
      Array.isArray(truth) && key("true", "what happens"),
    ),
  );
}

/**
 * @param {number[]} heights from 0 to 1
 * @returns {string[]} places in the picture
 */
const places = (heights) =>
  heights.map((height, at) => `${(WIDE * at) / Math.max(heights.length - 1, 1)} ${HIGH * (1 - height)}`);

/**
 * The curves in one sentence.
 *
 * @param {Standing["curve"]} curve
 * @param {number[] | null} truth
 */
function spoken(curve, truth) {
  const at = /** @param {number[]} line */ (line) =>
    [0, Math.floor((line.length - 1) / 2), line.length - 1].map((place) => percent(line[place] ?? 0)).join(", ");
  const said = [
    curve ? `The class's median, at the beginning, in the middle and at the end: ${at(curve.median)}` : "",
    truth ? `What happens: ${at(truth)}` : "",
  ];
  return said.filter(Boolean).join(". ") || "Axes of the curve to be drawn";
}

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes
 */
function drawn(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

customElements.define("farback-tally", FarbackTally);
