/**
 * How one step hands its state to the next, and what is left of a small change after many.
 *
 * @import {Bars, Curves, JacobiansAnswer, Matrix, Panel, Picture, Scene, Series} from "../types.js"
 */

import { valueAt } from "../decode.js";
import { barAxis } from "../draw/bars.js";
import { CEILING } from "../extent.js";
import { number } from "../format.js";
import { hasState, ofAnswer, rangeOf, TWO_LINES, words } from "./asked.js";
import { answerOf, isTold, layerOf, logAxis, note, room } from "./common.js";

const HEIGHT = 84;
const STEPS = 48;
const GAUGE = 72;
const LINES = 4;
/** What is smaller is drawn at the bottom: float64 has lost its digits. */
const LEAST = 1e-12;

/** A rate up to this, in nats a step, is as good as none: a factor of 1.5 over 40 steps. */
const STILL = 0.01;

const NO_STATE =
  "No Jacobian: this model hands no state from step to step. What lies beyond its window moves the answer by exactly 0.";

/**
 * A column of log10 values as points.
 *
 * @param {Matrix} matrix
 * @param {number} col
 * @param {(row: number) => number} place
 * @returns {{x: number, y: number | null}[]} in the order of time
 */
function points(matrix, col, place) {
  return Array.from({ length: matrix.rows }, (_, row) => {
    const value = valueAt(matrix, row, col);
    return { x: place(row), y: Number.isNaN(value) ? null : 10 ** value };
  }).toSorted((a, b) => a.x - b.x);
}

/**
 * @param {Matrix} matrix (N, 3): log10 of the largest, middle and smallest
 * @param {(row: number) => number} place
 * @returns {Series[]}
 */
const three = (matrix, place) => [
  { name: "largest", points: points(matrix, 0, place), style: "line" },
  { name: "middle", points: points(matrix, 1, place), style: "faint" },
  { name: "smallest", points: points(matrix, 2, place), style: "faint" },
];

/**
 * A scale for some matrices of log10 values.
 *
 * @param {(Matrix | null | undefined)[]} matrices
 * @returns {[number, number]}
 */
function scale(matrices) {
  const values = matrices.flatMap((matrix) => (matrix?.values ? [...matrix.values] : []));
  const [low, high] = rangeOf([...values.map((value) => 10 ** value), 1]);
  return [Math.max(low, LEAST), Math.min(high, CEILING)];
}

/**
 * @param {Scene} scene
 * @param {JacobiansAnswer} value
 * @param {JacobiansAnswer[]} peers
 * @returns {Curves}
 */
function products({ frame }, { k, lags, products: singular, direct }, peers) {
  const place = /** @param {number} row */ (row) => k - (lags[row] ?? 0);
  /** @type {Series[]} */
  const series = three(singular, place);
  if (direct) series.push({ name: `${direct.gate} alone`, points: points(direct.paths, 1, place), style: "dashed" });
  return {
    kind: "curves",
    caption: `left after d steps: thick the most, thin the middle and the least${direct ? `, dashed by gate ${direct.gate} alone` : ""}`,
    axis: "time",
    length: frame.length,
    cursor: null,
    lagFrom: k,
    series,
    y: logAxis(
      scale(peers.flatMap((peer) => [peer.products, peer.direct?.paths])),
      "singular values of d s_k / d s_(k−d)",
    ),
    lines: [{ at: 1, label: "", meaning: "1: as large as it was" }],
    spans: [],
    ticks: [],
    height: HEIGHT,
  };
}

/**
 * @param {Scene} scene
 * @param {JacobiansAnswer} value
 * @param {JacobiansAnswer[]} peers
 * @returns {Picture}
 */
function steps({ frame }, { steps: singular, reason }, peers) {
  if (!singular) return words(reason ?? "", 2);
  return {
    kind: "curves",
    caption: "each step alone (J): the most, middle and least it stretches",
    axis: "time",
    length: frame.length,
    cursor: null,
    series: three(singular, (t) => t),
    y: logAxis(scale(peers.map((peer) => peer.steps)), "singular values of J_t = d s_t / d s_(t−1)"),
    lines: [{ at: 1, label: "", meaning: "1: as large as it was" }],
    spans: [],
    ticks: [],
    height: STEPS,
  };
}

/**
 * The recurrent weights against the conditions of Pascanu, Mikolov & Bengio 2013.
 *
 * @param {NonNullable<JacobiansAnswer["weights"]>} weights
 * @param {JacobiansAnswer[]} peers
 * @returns {Bars}
 */
function gauge({ spectral_radius: radius, largest, gamma }, peers) {
  const limit = 1 / gamma;
  const high = Math.max(limit, ...peers.map((peer) => peer.weights?.largest ?? 0));
  return {
    kind: "bars",
    caption:
      largest < limit
        ? `recurrent weights below ${number(limit)}: the gradient must vanish`
        : `recurrent weights above ${number(limit)}: the gradient need not vanish, and might explode`,
    bars: [
      { name: "ρ, in the long run", value: radius, text: number(radius) },
      { name: "σ max, in one step", value: largest, text: number(largest) },
    ],
    y: barAxis(high, GAUGE, "stretch by the recurrent weights alone"),
    lines: [{ at: limit, label: `1/γ = ${number(limit)}`, meaning: "below it every gradient must vanish" }],
    divide: null,
    height: GAUGE,
  };
}

/**
 * The verdict on the gradient and the fastest direction, in words.
 *
 * @param {Scene} scene
 * @param {(number | null)[] | null} lyapunov
 * @returns {string}
 */
export function verdictText(scene, lyapunov) {
  const layer = layerOf(scene);
  const { value, half_life: half, doubling, left_out: left } = layer.verdict;
  const steps = /** @param {number | null} count */ (count) => `${number(count)} ${count === 1 ? "step" : "steps"}`;
  const verdict =
    value === "vanishing"
      ? `Gradient vanishes (median over sequences): it halves every ${steps(half)} back.`
      : value === "exploding"
        ? `Gradient explodes (median over sequences): it doubles every ${steps(doubling)} back.`
        : value === "steady"
          ? `Gradient stays (median over sequences): within a factor of 10 ${left ? "where it counts" : "all the way"}.`
          : `No verdict on the gradient: ${isTold(layer) ? "too little of it can be told" : "it is not finite, or 0 at the answer"}.`;
  const gone = left && value ? ` (${left} lags too small to count.)` : "";
  const top = lyapunov?.[0] ?? null;
  if (top === null) return verdict + gone;
  const factor = number(Number(Math.exp(top).toPrecision(4)));
  const does = Math.abs(top) < STILL ? "is kept, nearly" : top < 0 ? "shrinks" : "grows";
  return `${verdict}${gone} The change that lasts longest in the one shown ${does}: times e^${number(top)} = ${factor} a step.`;
}

/** @type {Panel} */
export const jacobians = {
  id: "jacobians",
  measures: ["product", "jacobian", "direct_path", "verdict", "lyapunov", "spectral_radius"],
  title: "Jacobians",
  plain: "how much of a small change of the memory is left after one step, and after many",
  switches: ["row"],
  room: room(18 * LINES, HEIGHT, STEPS),
  inquiry: (scene) =>
    hasState(scene) ? { name: "jacobians", k: answerOf(scene.frame, scene.view.row).step, layer: scene.layer } : null,
  pictures: (scene) => (hasState(scene) ? pictures(scene) : [note(NO_STATE)]),
};

/** A cell without gates has recurrent weights that can be judged by themselves. @param {Scene} scene */
const height = ({ cell }) => 18 * LINES + 2 * TWO_LINES + HEIGHT + STEPS + (cell.gates.length ? 0 : TWO_LINES + GAUGE);

/** @type {Panel["pictures"]} */
const pictures = ofAnswer(height, (scene, /** @type {JacobiansAnswer} */ value, peers) => [
  words(verdictText(scene, value.lyapunov), LINES),
  products(scene, value, peers),
  steps(scene, value, peers),
  ...(value.weights ? [gauge(value.weights, peers)] : []),
]);
