/**
 * A small recurrent net drawn once for every time step: inputs below, hidden units above them, the answer on the right.
 * It only draws what it is told; what can be pointed at carries the name of its part.
 *
 * @import {Rows, Vector} from "../nets.js"
 */

import { number, percent, short, two } from "../format.js";
import { draw, picture, tint, write } from "./svg.js";

/** Distances in pixels; columns are as far apart as there is room for. */
const [NARROW, WIDE] = [48, 116];
const UNIT = 46;
const RADIUS = 17;
const TOP = 30;
const LEFT = 6;
const ANSWER = 112;
/** From a column to the answer at least: the arrow between them must be seen. */
const OUT = 68;
const INPUT = 30;
const BAR = 34;

/**
 * @typedef {object} Copies
 * @property {string} label what is to be seen, in words
 * @property {string[]} inputs T names of what is read
 * @property {Rows} h T rows of H: the states
 * @property {number} seen how many steps have run; what comes after them is empty
 * @property {number[] | null} grad T norms of the gradient at each state; null where it is not shown
 * @property {number} back the first step that the gradient has reached; T where it has not begun
 * @property {{names: string[], p: Vector, target: number, loss: number} | null} answer null: not asked yet
 * @property {(t: number) => string} colour of the weights at a step
 * @property {number} missing the first step for which there are no weights; T where there are some for each
 * @property {boolean} folded as a loop
 * @property {number | null} at the step that is pointed at
 * @property {{to: number, from: number, at?: number} | null} marked the recurrent weight that is looked at, on the way to
 *   one step or to each
 * @property {string} own name of the part that the whole is
 * @property {number} room pixels that there are
 */

/** @typedef {Copies & {apart: number}} Placed with the distance of two columns */

/**
 * @param {Copies} asked
 * @returns {SVGElement}
 */
export function drawCopies(asked) {
  const T = asked.folded ? 1 : asked.h.length;
  const H = asked.h[0]?.length ?? 0;
  const apart = apartIn(asked.room, T, asked.folded);
  const copies = { ...asked, apart };
  const out = LEFT + (copies.folded ? 1.7 * apart : (T - 1) * apart + Math.max(apart, OUT));
  const width = copies.folded ? LEFT + 2 * apart + ANSWER : out + ANSWER;
  const units = TOP + H * UNIT;
  const height = units + 76 + (copies.grad ? 44 : 0);
  const shapes = [];
  for (let t = 0; t < T; t++) shapes.push(column(copies, t, H, units));
  if (copies.folded) shapes.push(loop(copies, H));
  shapes.push(answer(copies, out, H, units));
  if (copies.grad && !copies.folded) shapes.push(gradients(copies, units + 74));
  const svg = picture(width, height, copies.label, ...shapes);
  svg.dataset.part = copies.own;
  svg.style.width = `${width}px`;
  return svg;
}

/**
 * Pixels between two columns.
 *
 * @param {number} room pixels that there are
 * @param {number} T columns
 * @param {boolean} folded
 */
function apartIn(room, T, folded) {
  const free = room - LEFT - ANSWER;
  if (folded) return Math.min(Math.max(free / 2, NARROW), WIDE);
  return Math.min(Math.max(Math.min(free / T, (free - OUT) / (T - 1)), NARROW), WIDE);
}

/**
 * Where a step of a net that is drawn out begins and ends; that of the last one takes in the answer.
 *
 * @param {number} room pixels that there are
 * @param {number} T steps
 * @param {number} t
 * @returns {[number, number]} in pixels of the drawing
 */
export function placeOf(room, T, t) {
  const apart = apartIn(room, T, false);
  const from = LEFT + t * apart;
  return [from, t < T - 1 ? from + apart : from + Math.max(apart, OUT) + ANSWER];
}

/** @param {Placed} copies @param {number} t */
const xOf = ({ apart }, t) => LEFT + t * apart + RADIUS + 8;
/** @param {number} unit */
const yOf = (unit) => TOP + unit * UNIT;

/**
 * @param {Placed} copies
 * @param {number} t
 * @param {number} H
 * @param {number} units where the units end
 */
function column(copies, t, H, units) {
  const missing = t >= copies.missing;
  const seen = t < copies.seen && !missing;
  const colour = copies.colour(t);
  const x = xOf(copies, t);
  const group = draw("g", { class: `copy${missing ? " missing" : ""}${copies.at === t ? " at" : ""}`, "data-step": t });
  if (t > 0 && !copies.folded) group.append(recurrent(copies, t, H, missing ? "var(--line)" : colour));
  const inputY = units + 18;
  group.append(
    draw("path", {
      d: `M${x} ${inputY - INPUT / 2} V${yOf(H - 1) + RADIUS + 3}`,
      class: "edge",
      "data-part": "w_ih",
      "marker-end": "url(#tip)",
      stroke: missing ? "var(--line)" : colour,
    }),
    draw(
      "g",
      { "data-part": "x", class: "input" },
      draw("rect", { x: x - INPUT / 2, y: inputY - INPUT / 2, width: INPUT, height: INPUT, rx: 5 }),
      write(x, inputY, copies.folded ? "x" : (copies.inputs[t] ?? "")),
    ),
    write(x, inputY + 30, copies.folded ? "each step" : `t = ${t}`, { class: "small" }),
  );
  const values = draw("g", { "data-part": "h" });
  for (let i = 0; i < H; i++) values.append(unit(x, yOf(i), seen ? (copies.h[t]?.[i] ?? null) : null));
  group.append(values);
  return group;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number | null} value
 */
function unit(x, y, value) {
  const { fill, ink } = tint(value ?? 0);
  return draw(
    "g",
    { class: value === null ? "unit empty" : "unit" },
    draw("circle", { cx: x, cy: y, r: RADIUS, style: value === null ? null : `fill: ${fill}` }),
    value !== null && write(x, y, two(value), { style: `fill: ${ink}`, class: "value" }),
  );
}

/**
 * The recurrent weights from the step before: a line for each.
 *
 * @param {Placed} copies
 * @param {number} t
 * @param {number} H
 * @param {string} colour
 */
function recurrent(copies, t, H, colour) {
  const lines = draw("g", { "data-part": "w_hh" });
  const [from, to] = [xOf(copies, t - 1) + RADIUS, xOf(copies, t) - RADIUS];
  for (let i = 0; i < H; i++) {
    for (let j = 0; j < H; j++) {
      const marked = isMarked(copies.marked, t, i, j);
      lines.append(
        draw("line", {
          x1: from,
          y1: yOf(j),
          x2: to,
          y2: yOf(i),
          class: marked ? "edge marked" : "edge faint",
          stroke: colour,
        }),
      );
    }
  }
  return lines;
}

/**
 * @param {Copies["marked"]} marked
 * @param {number} t
 * @param {number} to
 * @param {number} from
 */
const isMarked = (marked, t, to, from) =>
  marked?.to === to && marked.from === from && (marked.at === undefined || marked.at === t);

/** The arrow from the state back to itself. @param {Placed} copies @param {number} H */
function loop(copies, H) {
  const [x, top, bottom] = [xOf(copies, 0) + RADIUS, yOf(0), yOf(H - 1)];
  const middle = (top + bottom) / 2;
  return draw(
    "g",
    { "data-part": "loop" },
    draw("path", {
      d: `M${x + 2} ${top} C ${x + 74} ${top - 26}, ${x + 74} ${bottom + 26}, ${x + 5} ${bottom}`,
      class: "edge loop",
      "data-part": "w_hh",
      "marker-end": "url(#tip)",
    }),
    write(x + 62, middle, "again", { class: "small", "text-anchor": "start" }),
  );
}

/**
 * @param {Placed} copies
 * @param {number} x
 * @param {number} H
 * @param {number} units
 */
function answer(copies, x, H, units) {
  const group = draw("g", { "data-part": "y", class: "answer" });
  const last = xOf(copies, copies.folded ? 0 : copies.h.length - 1);
  const middle = (yOf(0) + yOf(H - 1)) / 2;
  const missing = copies.h.length > copies.missing;
  group.append(
    draw("path", {
      d: copies.folded
        ? `M${last} ${yOf(0) - RADIUS - 2} V${TOP - 24} H${x + 10} V${middle - 34}`
        : `M${last + RADIUS + 2} ${middle} H${x - 2}`,
      class: "edge",
      "data-part": "w_out",
      "marker-end": "url(#tip)",
      stroke: missing ? "var(--line)" : copies.colour(copies.h.length - 1),
    }),
  );
  if (missing) {
    group.append(write(x + 6, middle, "no answer", { class: "small", "text-anchor": "start" }));
    return group;
  }
  if (!copies.answer) {
    group.append(write(x + 6, middle, "answer", { class: "small", "text-anchor": "start" }));
    return group;
  }
  const { names, p, target, loss } = copies.answer;
  names.forEach((name, i) => {
    const y = middle + (i - (names.length - 1) / 2) * 30;
    const share = p[i] ?? 0;
    group.append(
      draw("rect", { x: x + 22, y: y - 9, width: 70, height: 18, rx: 3, class: "share" }),
      draw("rect", { x: x + 22, y: y - 9, width: Math.max(70 * share, 1), height: 18, rx: 3, class: "share full" }),
      write(x + 12, y, name, { class: i === target ? "right" : "" }),
      write(x + 57, y, percent(share), { class: "value" }),
    );
  });
  group.append(write(x + 54, units + 18, `loss ${number(loss)}`, { "data-part": "loss", class: "loss" }));
  return group;
}

/**
 * The gradient at each state, as a bar of its norm.
 *
 * @param {Placed} copies
 * @param {number} y
 */
function gradients(copies, y) {
  const norms = copies.grad ?? [];
  const most = Math.max(...norms, 1e-12);
  const group = draw("g", { "data-part": "grad" });
  norms.forEach((norm, t) => {
    if (t < copies.back) return;
    const size = BAR * (norm / most);
    group.append(
      draw("rect", { x: xOf(copies, t) - BAR / 2, y, width: BAR, height: 12, rx: 3, class: "share" }),
      draw("rect", {
        x: xOf(copies, t) - BAR / 2,
        y,
        width: Math.max(size, 1),
        height: 12,
        rx: 3,
        class: "grad",
        "data-back": norms.length - 1 - t,
      }),
      write(xOf(copies, t), y + 24, short(norm), { class: "small" }),
    );
    if (t > copies.back) {
      group.append(
        draw("path", {
          d: `M${xOf(copies, t) - BAR / 2 - 2} ${y + 6} H${xOf(copies, t - 1) + BAR / 2 + 3}`,
          class: "edge back",
          "marker-end": "url(#tip)",
        }),
      );
    }
  });
  return group;
}

/** The arrow head that all of a page's pictures use. */
export const tips = () =>
  draw(
    "svg",
    { width: 0, height: 0, class: "tips", "aria-hidden": "true" },
    draw(
      "defs",
      {},
      draw(
        "marker",
        { id: "tip", viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" },
        draw("path", { d: "M0 0 L8 4 L0 8 Z", fill: "context-stroke" }),
      ),
    ),
  );
