/**
 * The inside of an LSTM and of a GRU as one unit sees it at one step: what it holds, its gates, and how they are joined.
 * It only draws what it is told; what can be pointed at carries the name of its part.
 */

import { make } from "../elements/dom.js";
import { number, two } from "../format.js";
import { cividis, inkOn } from "../scales.js";
import { draw, picture, tint, write } from "./svg.js";

/** Of the picture's own units, which are pixels on a phone. */
const [WIDTH, HEIGHT] = [344, 236];
const [BOX, WIDE, TALL] = [50, 59, 38];
const [ROAD, MEET, GATES, BUS, FOOT] = [24, 72, 118, 168, 214];
const RADIUS = 10;

/**
 * @typedef {object} Inside of one unit at one step
 * @property {string} unit its name
 * @property {number} t
 * @property {string} x name of what is read
 * @property {{before: number, now: number}} h
 * @property {{before: number, now: number} | null} c null in a GRU
 * @property {Record<string, number>} gates
 * @property {Record<string, number>} held gates that stand still at this step
 * @property {number} most value that has the full colour: one for cell state, hidden state and candidate
 */

/**
 * @param {Inside} inside
 * @returns {SVGElement}
 */
export function drawInside(inside) {
  const shapes = inside.c ? lstm(inside, inside.c) : gru(inside);
  const kind = inside.c ? "LSTM" : "GRU";
  const gates = Object.entries(inside.gates).map(([name, value]) => `${name} ${two(value)}`);
  const label = `${inside.unit} of the ${kind} at step ${inside.t}: ${gates.join(", ")}.`;
  const svg = picture(WIDTH, HEIGHT, label, ...shapes);
  svg.classList.add("inside");
  return svg;
}

/** @param {Inside} inside @param {{before: number, now: number}} c */
function lstm(inside, c) {
  const [f, i, g, o] = [98, 152, 211, 272];
  const [left, right, add] = [36, 306, 186];
  return [
    road(left + WIDE / 2, right - WIDE / 2),
    line(`M${left + 30} ${BUS} H${o}`, "h"),
    line(`M${left + 30} ${FOOT} H82 V${BUS}`, "x"),
    ...[f, i, g, o].map((x) => line(`M${x} ${BUS} V${GATES + TALL / 2 + 3}`, "h x", true)),
    line(`M${f} ${GATES - TALL / 2} V${ROAD + RADIUS + 2}`, "f", true),
    line(`M${i} ${GATES - TALL / 2} V${MEET} H${add - RADIUS - 2}`, "i", true),
    line(`M${g} ${GATES - TALL / 2} V${MEET} H${add + RADIUS + 2}`, "g", true),
    line(`M${add} ${MEET - RADIUS} V${ROAD + RADIUS + 2}`, "i g", true),
    line(`M${right} ${ROAD + TALL / 2} V${MEET - RADIUS - 2}`, "c h", true),
    line(`M${o} ${GATES - TALL / 2} V${MEET} H${right - RADIUS - 2}`, "o", true),
    line(`M${right} ${MEET + RADIUS} V${BUS - TALL / 2 - 3}`, "h", true),
    sign(f, ROAD, "×", "f road"),
    sign(add, MEET, "×", "i g"),
    sign(add, ROAD, "+", "road"),
    sign(right, MEET, "×", "o h"),
    write(right + 5, (ROAD + MEET) / 2 + 5, "tanh", { class: "small", "text-anchor": "start" }),
    state(left, ROAD, "c before", c.before, "c", inside.most),
    state(right, ROAD, `c at ${inside.t}`, c.now, "c", inside.most),
    state(left, BUS, "h before", inside.h.before, "h", inside.most),
    state(right, BUS, `h at ${inside.t}`, inside.h.now, "h", inside.most),
    read(left, inside),
    gate(f, "f", "forget", inside),
    gate(i, "i", "input", inside),
    gate(g, "g", "candidate", inside),
    gate(o, "o", "output", inside),
  ];
}

/** @param {Inside} inside */
function gru(inside) {
  const [z, r, n] = [96, 162, 232];
  const [left, right] = [36, 306];
  return [
    road(left + WIDE / 2, right - WIDE / 2),
    line(`M${left} ${ROAD + TALL / 2} V${BUS} H${r - RADIUS - 2}`, "h", true),
    line(`M${r + RADIUS} ${BUS} H${n} V${GATES + TALL / 2 + 3}`, "r h", true),
    line(`M${z} ${BUS} V${GATES + TALL / 2 + 3}`, "h x", true),
    line(`M${r - 14} ${BUS} V${GATES + TALL / 2 + 3}`, "h x", true),
    line(`M${r} ${GATES + TALL / 2} V${BUS - RADIUS - 2}`, "r", true),
    line(`M${left + 30} ${FOOT} H${n + 14} V${GATES + TALL / 2 + 3}`, "x", true),
    line(`M${z + 14} ${FOOT} V${GATES + TALL / 2 + 3}`, "x", true),
    line(`M${r + 18} ${FOOT} V${GATES + TALL / 2 + 3}`, "x", true),
    line(`M${z} ${GATES - TALL / 2} V${ROAD + RADIUS + 2}`, "z", true),
    line(`M${z} ${MEET} H${n - RADIUS - 2}`, "z", true),
    line(`M${n} ${GATES - TALL / 2} V${MEET + RADIUS + 2}`, "n", true),
    line(`M${n} ${MEET - RADIUS} V${ROAD + RADIUS + 2}`, "n", true),
    sign(z, ROAD, "×", "z road"),
    sign(n, MEET, "×", "n z"),
    sign(n, ROAD, "+", "road"),
    sign(r, BUS, "×", "r"),
    write((z + n) / 2, MEET - 9, "1 − z", { class: "small" }),
    state(left, ROAD, "h before", inside.h.before, "h", inside.most),
    state(right, ROAD, `h at ${inside.t}`, inside.h.now, "h", inside.most),
    read(left, inside),
    gate(z, "z", "update", inside),
    gate(r, "r", "reset", inside),
    gate(n, "n", "candidate", inside),
  ];
}

/** The way of the memory through the step. @param {number} from @param {number} to */
const road = (from, to) =>
  draw(
    "g",
    { class: "road", "data-part": "road" },
    draw("path", { d: `M${from} ${ROAD} H${to - 10}` }),
    draw("path", { d: `M${to - 12} ${ROAD - 8} L${to} ${ROAD} L${to - 12} ${ROAD + 8} Z`, class: "tip" }),
  );

/** @param {string} d @param {string} part @param {boolean} [arrow] */
const line = (d, part, arrow = false) =>
  draw("path", { d, class: "wire", "data-part": part, "marker-end": arrow && "url(#tip)" });

/** @param {number} x @param {number} y @param {string} text @param {string} part */
const sign = (x, y, text, part) =>
  draw(
    "g",
    { class: "sign", "data-part": part },
    draw("circle", { cx: x, cy: y, r: RADIUS }),
    write(x, y, text, { class: "op" }),
  );

/**
 * @param {number} x
 * @param {number} y
 * @param {string} name
 * @param {number} value
 * @param {string} part
 * @param {number} most
 */
function state(x, y, name, value, part, most) {
  const { fill, ink } = tint(value / most);
  return box(x, y, WIDE, name, two(value), { part, fill, ink });
}

/** @param {number} x @param {Inside} inside */
const read = (x, inside) =>
  draw(
    "g",
    { class: "input", "data-part": "x" },
    draw("rect", { x: x - WIDE / 2, y: FOOT - 14, width: WIDE, height: 28, rx: 6 }),
    write(x, FOOT, `reads ${inside.x}`),
  );

/**
 * @param {number} x
 * @param {string} name
 * @param {string} word
 * @param {Inside} inside
 */
function gate(x, name, word, { gates, held, most }) {
  const value = gates[name] ?? Number.NaN;
  const candidate = word === "candidate";
  const { fill, ink } = candidate ? tint(value / most) : shade(value);
  const width = candidate ? WIDE : BOX;
  const kind = name in held ? "held" : "";
  return box(x, GATES, width, word, `${name} ${two(value)}`, { part: name, fill, ink, kind });
}

/**
 * @param {number} x of its middle
 * @param {number} y
 * @param {number} width
 * @param {string} over
 * @param {string} under
 * @param {{part: string, fill: string, ink: string, kind?: string}} look
 */
const box = (x, y, width, over, under, { part, fill, ink, kind = "" }) =>
  draw(
    "g",
    { class: `chamber ${kind}`, "data-part": part },
    draw("rect", { x: x - width / 2, y: y - TALL / 2, width, height: TALL, rx: 6, style: `fill: ${fill}` }),
    write(x, y - 9, over, { class: "word", style: `fill: ${ink}` }),
    write(x, y + 8, under, { class: "number", style: `fill: ${ink}` }),
  );

/**
 * The value that has the full colour: the largest that is shown, and at least 1, which is as much as a state h can be. So a
 * memory that holds next to nothing is pale.
 *
 * @param {number[][]} rows
 */
export const fullOf = (rows) => Math.max(1, ...rows.flat().map(Math.abs));

/**
 * What the colours mean.
 *
 * @param {number} most value that has the full colour
 * @param {string} signed what may be negative
 */
export function scalesOf(most, signed) {
  const end = number(most);
  return [
    scale(
      [-1, -0.5, 0, 0.5, 1].map((part) => tint(part).fill),
      `${signed}: −${end} to ${end}`,
    ),
    scale(
      [0, 0.25, 0.5, 0.75, 1].map((part) => shade(part).fill),
      "gates: 0 to 1",
    ),
  ];
}

/** @param {string[]} fills from one end to the other @param {string} said */
const scale = (fills, said) =>
  make("span", {}, make("i", { class: "scale", style: `background: linear-gradient(to right, ${fills})` }), said);

/**
 * The colour of a value between 0 and 1, as gates have it everywhere, and what is read on it.
 *
 * @param {number} value
 */
export function shade(value) {
  const rgb = cividis(value);
  return { fill: `rgb(${rgb.join()})`, ink: inkOn(rgb) };
}
