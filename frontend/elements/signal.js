/**
 * The gradient signal of all models to listen to, one after another.
 *
 * @import {Column, View} from "../types.js"
 */

import { pointsOf } from "../panels/common.js";
import { Listen } from "./listen.js";

export class ListenTool extends Listen {
  /** @type {View | null} */
  #view = null;
  /** @type {Column[]} */
  #columns = [];

  constructor() {
    super("the gradient signal G, model by model", ({ tonesOf }) =>
      this.#columns.flatMap(({ frame, index, title }) => {
        const layers = frame?.layers ?? [];
        const layer = layers[(this.#view?.layers[index] || layers.length) - 1] ?? layers.at(-1);
        return frame && layer
          ? [{ title, tones: tonesOf(pointsOf(layer.signal), frame.answers.at(-1) ?? frame.length - 1) }]
          : [];
      }),
    );
  }

  /**
   * @param {View} view
   * @param {Column[]} columns
   */
  show(view, columns) {
    this.#view = view;
    this.#columns = columns;
  }
}

customElements.define("farback-listen-tool", ListenTool);
