/**
 * The chain rule, one factor at a time.
 *
 * @import {ChainAnswer, Curves, Frame, Panel, Picture, Scene, View, WindowAnswer} from "../types.js"
 */

import { CEILING } from "../extent.js";
import { number, plural } from "../format.js";
import { hasState, index, ofAnswer, rangeOf, TWO_LINES, words } from "./asked.js";
import { answerOf, logAxis, room } from "./common.js";

const HEIGHT = 64;
const LINES = 4;
/** Factors that are written out. */
const WRITTEN = 4;
const LEAST = 1e-12;
/** Factor that the axis goes on for, so that a ring at its end is whole. */
const MARGIN = 1.5;

/**
 * From which step to which the derivative is taken: from the marked one to the answer, or from halfway.
 *
 * @param {Frame} frame
 * @param {View} view
 * @returns {{t: number, k: number} | null} null where nothing lies before the answer
 */
export function endsOf(frame, view) {
  const { step: k } = answerOf(frame, view.row);
  if (k < 1) return null;
  const t = view.mark !== null && view.mark < k ? view.mark : Math.floor(k / 2);
  return { t, k };
}

/**
 * How many factors are multiplied, of those that there are.
 *
 * @param {View} view
 * @param {{t: number, k: number}} ends
 * @returns {number}
 */
export const factorsOf = ({ factors }, { t, k }) => Math.min(factors, k - t);

/**
 * An axis from 0 to the largest value, with a little air above.
 *
 * @param {number} most
 * @param {string} title
 * @returns {Curves["y"]}
 */
const upTo = (most, title) => ({
  ...{ low: 0, high: most * 1.08, log: false, title },
  ticks: [0, most].map((at) => ({ at, label: number(at) })),
});

/** @param {number | null} log a power of ten */
const size = (log) => (log === null ? 0 : 10 ** log);

/**
 * Whether every factor is multiplied, so that autograd's product can stand beside ours.
 *
 * @param {ChainAnswer} value
 * @param {number} count
 */
const isWhole = ({ steps }, count) => count > 0 && count === steps.length;

/**
 * @param {Scene} scene
 * @param {ChainAnswer} value
 * @param {number} count
 * @param {ChainAnswer[]} peers
 * @returns {Curves}
 */
function factors({ frame }, { steps, spectral }, count, peers) {
  const points = steps.map((x, i) => ({ x, y: spectral[i] ?? null }));
  const sizes = peers.flatMap((peer) => peer.spectral.map((norm) => norm ?? 0));
  const most = Math.max(1, ...sizes);
  return {
    kind: "curves",
    caption: "size of each factor: the most that step can stretch a change",
    axis: "time",
    length: frame.length,
    cursor: null,
    series: [
      { name: "multiplied", points: points.slice(0, count), style: "bars" },
      { name: "still to come", points: points.slice(count), style: "ghosts" },
    ],
    y: upTo(most, "size of J_t"),
    lines: [{ at: 1, label: "1", meaning: "1: as large as it was" }],
    spans: [],
    ticks: [],
    height: HEIGHT,
  };
}

/**
 * @param {Scene} scene
 * @param {ChainAnswer} value
 * @param {number} count
 * @param {ChainAnswer[]} peers
 * @returns {Curves}
 */
function running({ frame }, value, count, peers) {
  const { t, k, steps, product_spectral: logs, autograd } = value;
  const [low, high] = rangeOf([1, ...peers.flatMap((peer) => peer.product_spectral.map(size))]);
  const points = [{ x: k, y: 1 }];
  for (let i = 0; i < count; i++) points.push({ x: (steps[i] ?? 0) - 1, y: size(logs[i] ?? null) });
  points.reverse();
  const whole = isWhole(value, count);
  return {
    kind: "curves",
    caption: `size of the product so far, back to step ${k - count}${whole ? "; ring: autograd" : ""}`,
    axis: "time",
    length: frame.length,
    cursor: null,
    series: [
      { name: "product", points, style: "area", dots: true },
      ...(whole
        ? [{ name: "autograd", points: [{ x: t, y: size(autograd.spectral) }], style: /** @type {const} */ ("rings") }]
        : []),
    ],
    y: logAxis([Math.max(low, LEAST) / MARGIN, Math.min(high, CEILING) * MARGIN], "size of d s_k / d s_t"),
    lines: [{ at: 1, label: "", meaning: "1: as large as it was" }],
    spans: [],
    ticks: [],
    height: HEIGHT,
  };
}

/**
 * The multiplication in numbers. The size of a product is at most the product of the sizes, and mostly less: the
 * directions that one step stretches are not those that the next one does.
 *
 * @param {ChainAnswer} value
 * @param {number} count
 * @returns {string}
 */
export function formula(value, count) {
  const { t, k, steps, spectral, product_spectral: logs } = value;
  if (count === 0)
    return `Nothing is multiplied yet: ${plural(k - t, "factor")} lead from step ${k} back to step ${t}.`;
  const names = steps.slice(0, count).map((step) => `J${index(step)}`);
  const sizes = spectral.slice(0, count).map((norm) => number(norm));
  const cut = /** @param {string[]} parts @param {string} between */ (parts, between) =>
    (parts.length > WRITTEN ? [...parts.slice(0, WRITTEN - 1), "…", ...parts.slice(-1)] : parts).join(between);
  const product = number(size(logs[count - 1] ?? null));
  const whole = isWhole(value, count);
  const left = whole ? `∂s${index(k)}/∂s${index(t)} = ${cut(names, "·")}` : cut(names, "·");
  const most = spectral.slice(0, count).reduce((a, b) => Number(a) * Number(b), 1);
  const bound = `at most ${cut(sizes, " × ")} = ${number(most)}`;
  if (whole) return `${left}: product ${product}${count > 1 ? `, ${bound}` : ""}; ${autogradText(value)}.`;
  return count === 1 ? `${left}: its size is ${product}.` : `‖${left}‖ = ${product}, ${bound}.`;
}

/**
 * What automatic differentiation says of the whole product.
 *
 * @param {ChainAnswer} value
 * @returns {string}
 */
function autogradText({ autograd, difference }) {
  if (difference === null) return "autograd cannot be compared: not all numbers are finite";
  const apart = difference ? `apart by at most ${number(difference)} of the largest` : "the same to the last digit";
  return `autograd ${number(size(autograd.spectral))}, entries ${apart}`;
}

/**
 * A feed-forward net, which has no factors.
 *
 * @param {Scene} scene
 * @param {WindowAnswer} value
 * @param {WindowAnswer[]} peers
 * @returns {Picture[]}
 */
function window({ frame }, { t, k, window: seen, steps, connectivity }, peers) {
  const zero = k - t >= seen;
  const most = Math.max(1e-9, ...peers.flatMap((peer) => peer.connectivity.map((size) => size ?? 0)));
  const here = connectivity[0] ?? null;
  const moves = here === null ? "a size that is not finite" : number(here);
  return [
    words(
      `No state, so nothing to multiply: it sees the last ${seen} inputs at once. Input ${t} lies ${k - t} back and moves the answer by ${
        zero ? "exactly 0" : moves
      }.`,
      LINES,
    ),
    {
      kind: "curves",
      caption: "how much each input moves the answer",
      axis: "time",
      length: frame.length,
      cursor: null,
      series: [
        {
          name: "connectivity",
          points: steps.map((x, i) => ({ x, y: connectivity[i] ?? null })),
          style: "bars",
        },
      ],
      y: upTo(most, "connectivity, logits a unit of input"),
      lines: [],
      spans: [],
      ticks: [],
      height: HEIGHT,
    },
  ];
}

/** @type {Panel} */
export const chain = {
  id: "chain",
  measures: ["chain", "jacobian"],
  title: "Chain rule, step by step",
  plain: "multiply the steps from the answer back to the marked step, and see what is left of a change",
  switches: ["row"],
  room: room(18 * LINES, HEIGHT, HEIGHT),
  inquiry: (scene) => {
    const ends = endsOf(scene.frame, scene.view);
    return ends && { name: "chain", ...ends, ...(hasState(scene) ? { layer: scene.layer } : {}) };
  },
  also: ({ view }) => view.factors,
  pictures: ofAnswer(
    18 * LINES + 2 * (TWO_LINES + HEIGHT),
    (scene, /** @type {ChainAnswer | WindowAnswer} */ value, all) => {
      if (value.kind === "window")
        return window(
          scene,
          value,
          all.filter((peer) => peer.kind === "window"),
        );
      const peers = all.filter((peer) => peer.kind === "state");
      const count = factorsOf(scene.view, value);
      return [
        words(formula(value, count), LINES),
        factors(scene, value, count, peers),
        running(scene, value, count, peers),
      ];
    },
  ),
};
