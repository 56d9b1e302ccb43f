/**
 * A curve that the reader draws: with the pointer, or point by point with the arrow keys. Then the truth is laid over it.
 *
 * @import {Axes} from "../figures/axes.js"
 */

import { Plot } from "../figures/plot.js";
import { draw } from "../figures/svg.js";
import { make, setAttribute } from "./dom.js";

/** @typedef {number[]} Curve evenly spaced from left to right, each from 0 to 1 */

const HEIGHT = 210;
const WIDEST = 420;
/** Where the points stand at first. */
const START = 0.5;
/** How far a key moves a point. @type {Record<string, number>} */
const KEYS = {
  ArrowUp: 0.02,
  ArrowRight: 0.02,
  ArrowDown: -0.02,
  ArrowLeft: -0.02,
  PageUp: 0.1,
  PageDown: -0.1,
  Home: -1,
  End: 1,
};

export class Sketch {
  /** Whether something was drawn. */
  touched = false;
  /** @type {Curve} */
  values;
  element = make("div", { class: "sketch" });
  #place = make("div", { class: "pad" });
  #legend = make("p", { class: "legend", hidden: true });
  #asked;
  #axes;
  /** @type {Curve | null} */
  #truth = null;
  #closed = false;
  /** @type {Plot | null} */
  #plot = null;
  /** @type {SVGElement[]} */
  #points = [];
  /** @type {SVGElement | null} */
  #line = null;
  /** The point that the pointer was at last. @type {{i: number, value: number} | null} */
  #drawn = null;
  #wide = new ResizeObserver(() => this.#draw());

  /**
   * @param {{points: number, x: string, y: string, question: string}} asked
   * @param {Axes | null} axes
   */
  constructor(asked, axes) {
    this.#asked = asked;
    this.#axes = axes;
    this.values = Array.from({ length: asked.points }, () => START);
    this.element.append(
      make("p", { class: "plot-title" }, `upwards: ${asked.y}`),
      this.#place,
      make("p", { class: "hint" }, "Drag in the picture, or go to a point with Tab and move it with the arrow keys."),
      this.#legend,
    );
    this.#wide.observe(this.#place);
  }

  /** Nothing more is drawn. @param {Curve} values as they were drawn */
  close(values) {
    this.values = values;
    this.#closed = true;
    this.#draw();
  }

  /**
   * Lays the truth over it.
   *
   * @param {Curve} truth
   * @returns {string} what that says
   */
  lay(truth) {
    this.#truth = truth;
    this.#legend.replaceChildren(
      make("span", {}, make("i", { class: "drawn" }), "what you drew"),
      make("span", {}, make("i", { class: "true" }), "what it is"),
    );
    this.#legend.hidden = false;
    this.#draw();
    const last = this.values.length - 1;
    const [yours, right] = [this.values[last], truth[truth.length - 1]];
    const told = this.#axes?.up ?? ((value) => `${Math.round(100 * value)} % of the height`);
    return `At the right end you drew ${told(yours)}; it is ${told(right)}.`;
  }

  /** Where a point stands on the x axis, from 0 to 1. @param {number} i */
  #at = (i) => i / (this.values.length - 1);

  #draw() {
    const width = Math.min(this.#place.clientWidth, WIDEST);
    if (width === 0) return;
    const focused = this.#points.indexOf(/** @type {any} */ (document.activeElement));
    const plot = new Plot(
      width,
      HEIGHT,
      { low: 0, high: 1, ticks: this.#axes?.x ?? [], title: this.#asked.x },
      { low: 0, high: 1, ticks: this.#axes?.y ?? [], title: "" },
    );
    this.#plot = plot;
    this.#line = plot.line(this.#pairs(), { class: "thick drawn" });
    this.#points = this.values.map((_, i) => this.#point(i));
    const truth = this.#truth?.map((value, i, all) => /** @type {[number, number]} */ ([i / (all.length - 1), value]));
    const svg = plot.picture(
      `${this.#asked.y}, by ${this.#asked.x}.`,
      truth ? plot.line(truth, { class: "thick true" }) : null,
      this.#line,
    );
    // The points are sliders of their own, so the whole is no single picture.
    svg.append(...this.#points);
    setAttribute(svg, "role", "group");
    if (!this.#closed) {
      svg.addEventListener("pointerdown", (event) => this.#begin(svg, event));
      svg.addEventListener("pointermove", (event) => this.#drawn && this.#follow(svg, event));
      for (const end of ["pointerup", "pointercancel"]) {
        svg.addEventListener(end, () => {
          this.#drawn = null;
        });
      }
    }
    this.#place.replaceChildren(svg);
    this.#points[focused]?.focus();
    this.#move();
  }

  #pairs() {
    return this.values.map((value, i) => /** @type {[number, number]} */ ([this.#at(i), value]));
  }

  /** @param {number} i */
  #point(i) {
    const across = this.#axes?.across(this.#at(i)) ?? `${this.#asked.x}`;
    return draw("circle", {
      r: 8,
      class: "handle",
      role: "slider",
      tabindex: this.#closed ? null : 0,
      "aria-label": `Point ${i + 1} of ${this.values.length}: ${across}`,
      "aria-orientation": "vertical",
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      "aria-disabled": this.#closed ? "true" : null,
      "data-point": i,
    });
  }

  /** Puts line and points where the values are. */
  #move() {
    const plot = this.#plot;
    if (!plot || !this.#line) return;
    this.#line.setAttribute("d", plot.line(this.#pairs()).getAttribute("d") ?? "");
    for (const [i, point] of this.#points.entries()) {
      const value = this.values[i];
      setAttribute(point, "cx", plot.atX(this.#at(i)));
      setAttribute(point, "cy", plot.atY(value));
      setAttribute(point, "aria-valuenow", Math.round(100 * value));
      setAttribute(point, "aria-valuetext", this.#axes?.up(value) ?? `${Math.round(100 * value)} %`);
      point.onkeydown = (event) => this.#key(event, i);
    }
  }

  /** @param {KeyboardEvent} event @param {number} i */
  #key(event, i) {
    const by = KEYS[event.key];
    if (by === undefined || this.#closed || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#put(i, this.values[i] + by);
  }

  /** @param {SVGElement} svg @param {PointerEvent} event */
  #begin(svg, event) {
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    this.#drawn = null;
    this.#follow(svg, event);
  }

  /** The points that the pointer passed are where it was. @param {SVGElement} svg @param {PointerEvent} event */
  #follow(svg, event) {
    const plot = this.#plot;
    if (!plot) return;
    const box = svg.getBoundingClientRect();
    const scale = plot.width / box.width;
    const i = Math.round(plot.shareOfX((event.clientX - box.left) * scale) * (this.values.length - 1));
    const value = plot.shareOfY((event.clientY - box.top) * scale);
    const from = this.#drawn ?? { i, value };
    const pace = Math.sign(i - from.i);
    for (let j = from.i + pace; pace !== 0 && j !== i; j += pace) {
      this.#put(j, from.value + ((j - from.i) / (i - from.i)) * (value - from.value));
    }
    this.#put(i, value);
    this.#drawn = { i, value };
  }

  /** @param {number} i @param {number} value */
  #put(i, value) {
    this.touched = true;
    this.values[i] = Math.min(Math.max(value, 0), 1);
    this.#move();
  }
}
