/**
 * What the units hold: hidden state, cell state and gates.
 *
 * @import {Panel} from "../types.js"
 */

import { plural } from "../format.js";
import { layerOf, note, room, STATE_HEIGHT, unitMap } from "./common.js";

/** Pixels of one gate: there may be four of them under each other. */
const GATE_HEIGHT = 48;
const MOST_GATES = 4;

/** @type {Panel} */
export const hidden = {
  id: "hidden",
  measures: ["h"],
  title: "Hidden state h",
  plain: "what each unit holds, step by step",
  room: room(STATE_HEIGHT),
  pictures: (scene) => {
    const { h } = layerOf(scene);
    return [unitMap(h, "h", plural(h.cols, "unit"))];
  },
};

/** @type {Panel} */
export const cellState = {
  id: "cell",
  measures: ["c", "inner"],
  title: "Cell state c",
  plain: "the LSTM's memory, beside what it shows",
  room: room(STATE_HEIGHT),
  pictures: (scene) => {
    const { c, inner } = layerOf(scene);
    if (!c) return [note("No cell state: this model remembers only through h, if at all.")];
    const memory = unitMap(c, "c", plural(c.cols, "unit"));
    return inner ? [memory, unitMap(inner, "inner", "inner memory c̃: what c is made from")] : [memory];
  },
};

/** @type {Panel} */
export const gates = {
  id: "gates",
  measures: ["gates"],
  title: "Gates",
  plain: "valves between 0 (shut) and 1 (open) that the model sets itself at every step",
  room: room(...Array(MOST_GATES).fill(GATE_HEIGHT)),
  pictures: (scene) => {
    const layer = layerOf(scene);
    const pictures = scene.cell.gates.flatMap(({ name, plain, range }) => {
      const matrix = layer.gates[name];
      if (!matrix) return [];
      const [low, high] = range;
      const signed = low < 0;
      /** @type {import("../types.js").Heatmap} */
      const picture = {
        ...unitMap(matrix, name, `${name}  ${plain}`),
        palette: signed ? "diverging" : "magnitude",
        domain: [low, high],
        height: GATE_HEIGHT,
      };
      return [picture];
    });
    return pictures.length ? pictures : [note("No gates: nothing in this model decides what is kept.")];
  },
};
