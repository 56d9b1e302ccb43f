/**
 * What an input really does, beside what the gradient says of it.
 *
 * @import {CausalAnswer, Panel} from "../types.js"
 */

import { number } from "../format.js";
import { ofAnswer, rangeOf, TWO_LINES } from "./asked.js";
import { answerOf, logAxis, pointsOf, room } from "./common.js";

const HEIGHT = 72;
/** Decades of the axis: what is smaller moves no answer. */
const DECADES = 1e-5;

/** Inputs from which on a correlation needs no warning: two always agree wholly, or not at all. */
const ENOUGH = 5;

/**
 * @param {number | null} correlation by rank
 * @param {number} count inputs that are compared
 * @returns {string}
 */
export function agreement(correlation, count) {
  if (correlation === null) return "cannot be compared: one of them does not vary";
  const word = correlation >= 0.8 ? "agrees" : correlation >= 0.5 ? "partly agrees" : "hardly agrees";
  return `${word} (rank correlation ${number(correlation)}${count < ENOUGH ? ` of only ${count} inputs` : ""})`;
}

/** @type {Panel} */
export const causal = {
  id: "causal",
  measures: ["causal", "connectivity"],
  title: "Replace an input",
  plain: "how far the answer really moves when an input is another one, beside what the gradient says",
  switches: ["row"],
  room: room(HEIGHT),
  inquiry: ({ frame, view }) => ({ name: "causal", k: answerOf(frame, view.row).step }),
  pictures: ofAnswer(TWO_LINES + HEIGHT, ({ frame }, /** @type {CausalAnswer} */ value, peers) => {
    const [low, high] = rangeOf(
      peers.flatMap(({ measured, connectivity }) => [...(measured.values ?? []), ...(connectivity.values ?? [])]),
    );
    const measured = pointsOf(value.measured);
    const compared = measured.filter(({ x, y }) => x <= value.k && y !== null);
    return [
      {
        kind: "curves",
        caption: `filled: replaced; dashed: gradient, which ${agreement(value.correlation, compared.length)}`,
        axis: "time",
        length: frame.length,
        cursor: null,
        series: [
          { name: "change when replaced", points: measured, style: "area" },
          { name: "connectivity", points: pointsOf(value.connectivity), style: "dashed" },
        ],
        y: logAxis([Math.max(low, DECADES * high), high], "change of the answer's score"),
        lines: [],
        spans: [],
        ticks: [{ at: value.k, label: "" }],
        height: HEIGHT,
      },
    ];
  }),
};
