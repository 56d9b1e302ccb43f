/**
 * The head of a column: which model, where its run stands, and the time axis that all panels below it share.
 *
 * @import {Column, View} from "../types.js"
 */

import { lagText, whole } from "../format.js";
import { answerOf } from "../panels/common.js";
import { statusMark, statusText } from "../words.js";
import { make, setAttribute, setText, tell } from "./dom.js";
import { hint } from "./hint.js";

/** Distances between the axis's numbers, in steps, and their most. */
const DISTANCES = [1, 2, 5, 10, 20, 50, 100];
const MOST = 6;

export class FarbackHead extends HTMLElement {
  #name = make("h3");
  #step = make("span", { class: "step" });
  #options = make("button", {
    type: "button",
    class: "quiet options",
    onclick: () => tell(this, "options", this.#column?.index),
  });
  #status = make("p", { class: "status" });
  #layers = make("span", { class: "segments layers", role: "group", "aria-label": "Layer", hidden: true });
  #axis = make("div", { class: "axis" });
  #marked = make("span", { class: "marked" });
  #key = "";
  /** @type {Column | null} */
  #column = null;
  #row = -1;

  connectedCallback() {
    if (this.childElementCount) return;
    this.append(
      make("div", { class: "line" }, this.#name, this.#options, this.#step),
      make("div", { class: "line" }, this.#status, this.#layers),
      make("div", { class: "ruler", "aria-hidden": "true" }, this.#axis, this.#marked),
    );
  }

  /**
   * @param {Column} column
   * @param {View} view
   * @param {number} now
   */
  show(column, view, now) {
    this.#column = column;
    this.#row = view.row;
    setText(this.#name, column.title);
    setAttribute(this.#name, "title", column.title);
    setAttribute(this.#options, "aria-label", `Options of ${column.title}`);
    hint(this.#options, `Unfolds the settings of ${column.title} alone.`);
    const { frame } = column;
    setText(this.#step, frame ? `${column.ended ? "stopped at" : "step"} ${whole(frame.step)}` : "");
    setText(this.#status, column.held ?? statusText(column, now));
    setAttribute(this.#status, "title", this.#status.textContent);
    setAttribute(this.#status, "data-status", column.held ? "held" : statusMark(column));
    if (!frame) return;
    const layers = frame.layers.length;
    const answer = answerOf(frame, view.row).step;
    const shown = view.layers[column.index] || layers;
    const key = [frame.length, answer, layers, shown].join();
    if (key === this.#key) return;
    this.#key = key;
    this.#layers.hidden = layers < 2;
    this.#layers.replaceChildren(
      ...Array.from({ length: layers > 1 ? layers : 0 }, (_, i) =>
        hint(
          make(
            "button",
            {
              type: "button",
              "aria-label": `Layer ${i + 1}`,
              "aria-pressed": String(i + 1 === shown),
              onclick: () => tell(this, "layer", { column: column.index, layer: i + 1 }),
            },
            `L${i + 1}`,
          ),
          `Shows layer ${i + 1} of this model in all panels below.`,
        ),
      ),
    );
    this.#ruler(frame.length, answer);
  }

  /**
   * @param {number} length
   * @param {number} answer
   */
  #ruler(length, answer) {
    const apart = DISTANCES.find((distance) => answer / distance < MOST) ?? answer;
    const ticks = [];
    for (let lag = 0; lag <= answer; lag += apart) {
      const tick = make("span", {}, String(lag));
      tick.style.left = `${(100 * (answer - lag + 0.5)) / length}%`;
      ticks.push(tick);
    }
    this.#axis.replaceChildren(...ticks);
  }

  /** @param {number | null} t */
  mark(t) {
    const frame = this.#column?.frame;
    const shown = frame && t !== null && t < frame.length;
    this.classList.toggle("marking", Boolean(shown));
    setText(this.#marked, shown ? `t = ${t}, ${lagText(t, answerOf(frame, this.#row).step)}` : "");
  }
}

customElements.define("farback-head", FarbackHead);
