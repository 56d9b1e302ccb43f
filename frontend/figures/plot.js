/**
 * A plot in SVG: two axes, and lines and dots on them. The figures draw what they know; nothing here computes.
 */

import { draw, picture, write } from "./svg.js";

/** Room for the labels of the axes, in pixels. */
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 10, 10, 36];
/** From the y axis to its labels, in pixels: a handle that lies on the axis covers none of them. */
const LABEL = 11;
/** Half of the words at an axis' end, in pixels. */
const HALF_WORD = 38;

/** @typedef {{at: number, label: string}} Tick */

/**
 * @typedef {object} Axis
 * @property {number} low
 * @property {number} high
 * @property {Tick[]} ticks
 * @property {string} title
 */

/** @typedef {[number, number]} Point in the axes' own numbers */

export class Plot {
  /**
   * @param {number} width in pixels
   * @param {number} height
   * @param {Axis} x
   * @param {Axis} y
   */
  constructor(width, height, x, y) {
    this.width = width;
    this.height = height;
    this.x = x;
    this.y = y;
    this.right = width - RIGHT;
    this.bottom = height - BOTTOM;
  }

  /** Pixels of a place on the x axis; what lies beyond it is put on its end. @param {number} value */
  atX(value) {
    return LEFT + share(this.x, value) * (this.right - LEFT);
  }

  /** @param {number} value */
  atY(value) {
    return this.bottom - share(this.y, value) * (this.bottom - TOP);
  }

  /** The place on the x axis at some pixels, from 0 at its left end to 1. @param {number} pixels */
  shareOfX(pixels) {
    return between((pixels - LEFT) / (this.right - LEFT), 0, 1);
  }

  /** From 0 at the bottom to 1. @param {number} pixels */
  shareOfY(pixels) {
    return between((this.bottom - pixels) / (this.bottom - TOP), 0, 1);
  }

  /**
   * A line through points; where one is not finite it is broken.
   *
   * @param {Point[]} points
   * @param {Record<string, string | number>} [attributes]
   */
  line(points, attributes = {}) {
    let begun = false;
    const d = points.map(([x, y]) => {
      if (Number.isNaN(y)) {
        begun = false;
        return "";
      }
      const to = `${begun ? "L" : "M"}${this.atX(x).toFixed(1)} ${this.atY(y).toFixed(1)}`;
      begun = true;
      return to;
    });
    return draw("path", { d: d.join(""), fill: "none", ...attributes });
  }

  /**
   * A line that says where it lies beyond the ends of the y axis: there it is drawn along the end, in another way.
   *
   * @param {Point[]} points
   * @param {Record<string, string | number>} [attributes] of what lies between the ends
   */
  bounded(points, attributes = {}) {
    const group = draw("g", {});
    const told = new Set();
    for (const { side, points: piece } of piecesOf(points, this.y)) {
      group.append(this.line(piece, side ? { class: "beyond" } : attributes));
      if (!side || told.has(side)) continue;
      told.add(side);
      const end = side < 0 ? this.y.ticks[0] : this.y.ticks[this.y.ticks.length - 1];
      const middle = (this.atX(piece[0][0]) + this.atX(piece[piece.length - 1][0])) / 2;
      const x = between(middle, LEFT + HALF_WORD, this.right - HALF_WORD);
      const words = `${side < 0 ? "below" : "above"} ${end.label}`;
      group.append(write(x, this.atY(end.at) + side * 10, words, { class: "small" }));
    }
    return group;
  }

  /**
   * @param {Point[]} points
   * @param {number} radius
   * @param {Record<string, string | number>} [attributes]
   */
  dots(points, radius, attributes = {}) {
    const group = draw("g", attributes);
    for (const [x, y] of points) {
      group.append(draw("circle", { cx: this.atX(x).toFixed(1), cy: this.atY(y).toFixed(1), r: radius }));
    }
    return group;
  }

  /** A line across, with what it means. @param {number} y @param {string} [text] */
  across(y, text = "") {
    return draw(
      "g",
      { class: "across" },
      draw("line", { x1: LEFT, x2: this.right, y1: this.atY(y), y2: this.atY(y) }),
      text !== "" && write(this.right - 2, this.atY(y) - 8, text, { "text-anchor": "end", class: "small" }),
    );
  }

  /**
   * A line upwards, with what it means.
   *
   * @param {number} x
   * @param {string} text
   * @param {Record<string, string>} [attributes]
   * @param {boolean} [low] whether the words stand at the bottom
   */
  up(x, text, attributes = {}, low = false) {
    const late = share(this.x, x) > 0.72;
    const side = late ? { "text-anchor": "end" } : { "text-anchor": "start" };
    return draw(
      "g",
      { class: "up", ...attributes },
      draw("line", { x1: this.atX(x), x2: this.atX(x), y1: TOP, y2: this.bottom }),
      write(this.atX(x) + (late ? -4 : 4), low ? this.bottom - 9 : TOP + 7, text, { ...side, class: "small" }),
    );
  }

  /**
   * The whole picture.
   *
   * @param {string} label what is to be seen, in words
   * @param {...(SVGElement | null | false)} shapes
   */
  picture(label, ...shapes) {
    const axes = draw("g", { class: "axes" });
    for (const { at, label: text } of this.y.ticks) {
      axes.append(
        draw("line", { x1: LEFT, x2: this.right, y1: this.atY(at), y2: this.atY(at), class: "grid" }),
        write(LEFT - LABEL, this.atY(at), text, { "text-anchor": "end", class: "small" }),
      );
    }
    for (const { at, label: text } of this.x.ticks) {
      axes.append(
        draw("line", { x1: this.atX(at), x2: this.atX(at), y1: this.bottom, y2: this.bottom + 4, class: "grid" }),
        write(this.atX(at), this.bottom + 12, text, { class: "small" }),
      );
    }
    axes.append(write((LEFT + this.right) / 2, this.height - 8, this.x.title, { class: "small" }));
    const svg = picture(this.width, this.height, label, axes, ...shapes);
    svg.style.width = `${this.width}px`;
    return svg;
  }
}

/**
 * A line, cut where it passes an end of its axis.
 *
 * @param {Point[]} points
 * @param {Pick<Axis, "low" | "high">} axis the y axis
 * @returns {{side: -1 | 0 | 1, points: Point[]}[]} pieces below, within and above, each from the last point of the one before
 */
export function piecesOf(points, { low, high }) {
  const sideOf = /** @param {Point} point */ ([, y]) => (y < low ? -1 : y > high ? 1 : 0);
  /** @type {{side: -1 | 0 | 1, points: Point[]}[]} */
  const pieces = [];
  points.slice(1).forEach((point, i) => {
    const before = points[i];
    const side = sideOf(before) === sideOf(point) ? sideOf(point) : 0;
    const last = pieces[pieces.length - 1];
    if (last?.side === side) last.points.push(point);
    else pieces.push({ side, points: [before, point] });
  });
  return pieces;
}

/** @param {Axis} axis @param {number} value */
const share = ({ low, high }, value) => between((value - low) / (high - low), 0, 1);

/** @param {number} value @param {number} low @param {number} high */
const between = (value, low, high) => Math.min(Math.max(value, low), high);

/**
 * Whole numbers for the ticks of an axis, few enough to be read.
 *
 * @param {number} low
 * @param {number} high
 * @param {number} [most]
 * @returns {Tick[]}
 */
export function wholes(low, high, most = 6) {
  const by = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000].find((pace) => (high - low) / pace <= most) ?? high - low;
  const ticks = [];
  for (let at = Math.ceil(low / by) * by; at <= high; at += by) ticks.push({ at, label: String(at).replace("-", "−") });
  return ticks;
}
