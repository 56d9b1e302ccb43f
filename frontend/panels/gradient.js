/**
 * What comes back from the answer when the loss is propagated through time.
 *
 * @import {Panel} from "../types.js"
 */

import { roundUp } from "../scales.js";
import { answerOf, layerOf, logAxis, pointsOf, unitMap } from "./common.js";

const HEIGHT = 64;

/** @type {Panel} */
export const signal = {
  id: "signal",
  measures: ["signal"],
  title: "Gradient signal G",
  plain: "how much of the learning signal is left on its way back",
  switches: ["gradient"],
  pictures: (scene) => {
    const { frame, view, extent } = scene;
    const relative = view.gradient === "relative";
    const layer = layerOf(scene);
    const { step } = answerOf(frame, view.row);
    return [
      {
        kind: "curves",
        caption: relative ? "relative to its size at the answer" : "absolute size",
        axis: "time",
        length: frame.length,
        cursor: null,
        series: [
          {
            name: relative ? "G" : "|grad|",
            points: pointsOf(relative ? layer.signal : layer.gradNorm),
            style: "area",
          },
        ],
        y: logAxis(relative ? extent.signal : extent.norm),
        lines: relative ? [{ at: 1, label: "" }] : [],
        spans: [],
        ticks: frame.answers.length === 1 ? [{ at: step, label: "" }] : [],
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
  pictures: (scene) => {
    const { view, extent } = scene;
    const layer = layerOf(scene);
    const ofCell = view.state === "c" && layer.gradC !== null;
    const matrix = ofCell && layer.gradC ? layer.gradC : layer.gradH;
    const own = Math.max(Math.abs(matrix.low), Math.abs(matrix.high));
    const relative = view.gradient === "relative";
    const name = ofCell ? "grad_c" : "grad_h";
    const caption = `${name}, ${relative ? "scaled to this model's largest" : "one scale for all models"}`;
    return [unitMap(matrix, name, caption, roundUp(relative ? own : extent.gradient))];
  },
};
