/**
 * What comes back from the answer when the loss is propagated through time.
 *
 * @import {Panel} from "../types.js"
 */

import { fallText } from "../draw/sentence.js";
import { roundUp } from "../scales.js";
import { verdictText } from "../verdict.js";
import { answerOf, back, isTold, layerOf, logAxis, pointsOf, room, STATE_HEIGHT, unitMap } from "./common.js";

const HEIGHT = 64;
/** Where truncation cuts. */
const CUT = "trained to here";

/** @type {Panel} */
export const signal = {
  id: "signal",
  measures: ["signal", "verdict"],
  title: "Gradient signal G",
  plain: "how much of the learning signal is left on its way back, median over sequences",
  switches: ["gradient"],
  room: room(HEIGHT),
  pictures: (scene) => {
    const { frame, view, extent, facts } = scene;
    const relative = view.gradient === "relative";
    const layer = layerOf(scene);
    const { step } = answerOf(frame, view.row);
    const points = pointsOf(relative ? layer.signal : layer.gradNorm);
    const last = frame.answers.at(-1) ?? 0;
    const dead = points.every(({ x, y }) => x >= last || y === 0);
    return [
      {
        kind: "curves",
        caption: dead ? "0 at every earlier step: nothing flows back" : verdictText(layer.verdict, isTold(layer)),
        ...(relative ? { sentence: fallText(points, last) } : {}),
        axis: "time",
        length: frame.length,
        cursor: null,
        series: [{ name: relative ? "G" : "|grad|", points, style: "area" }],
        y: relative
          ? logAxis(extent.signal, "gradient signal G, relative to the answer's")
          : logAxis(extent.norm, "size of the gradient"),
        lines: relative ? [{ at: 1, label: "", meaning: "as large as at the answer" }] : [],
        // Truncation cuts what training follows; what is shown is the whole derivative.
        spans: facts?.truncate
          ? [back(step, facts.truncate - 1, "training follows it no further back", "outline")]
          : [],
        ticks: [
          ...(facts?.truncate && facts.truncate <= step ? [{ at: step - facts.truncate + 1, label: CUT }] : []),
          ...(frame.answers.length === 1 ? [{ at: step, label: "" }] : []),
        ],
        height: HEIGHT,
      },
    ];
  },
};

/** @type {Panel} */
export const gradient = {
  id: "gradient",
  measures: ["grad_h", "grad_c"],
  title: "Gradient of every unit",
  plain: "which way the loss would pull each unit at each step",
  switches: ["gradient", "state"],
  room: room(STATE_HEIGHT),
  pictures: (scene) => {
    const { view, extent, cell } = scene;
    const layer = layerOf(scene);
    const ofCell = view.state === "c" && layer.gradC !== null;
    const matrix = ofCell && layer.gradC ? layer.gradC : layer.gradH;
    const own = Math.max(Math.abs(matrix.low), Math.abs(matrix.high));
    const relative = view.gradient === "relative";
    // Beside a memory cell, h is only what the cell shows; elsewhere it is all that is remembered.
    const held = ofCell ? "memory c" : cell.states.includes("c") ? "shown state h" : "hidden state h";
    const caption = `of ${held}, ${relative ? "scaled to its largest" : "one scale for all models"}`;
    return [unitMap(matrix, ofCell ? "grad_c" : "grad_h", caption, roundUp(relative ? own : extent.gradient))];
  },
};
