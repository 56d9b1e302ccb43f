/**
 * Asks every model for longer sequences, at the training step that is shown.
 *
 * @import {Column, View} from "../types.js"
 */

import { ASKING } from "../hints.js";
import { make, tell } from "./dom.js";
import { hint } from "./hint.js";

export class LengthsTool extends HTMLElement {
  /** @type {number[]} training steps that are shown */
  #steps = [];
  #button = make(
    "button",
    {
      type: "button",
      "data-testid": "test-lengths",
      onclick: () => tell(this, "view", { tested: this.#steps }),
    },
    "Test longer sequences",
  );

  connectedCallback() {
    if (this.childElementCount) return;
    this.classList.add("tool");
    this.append(hint(this.#button, ASKING.lengths));
  }

  /**
   * @param {View} view
   * @param {Column[]} columns
   */
  show(view, columns) {
    this.#steps = [...new Set(columns.flatMap(({ own, frame }) => (own ?? frame)?.step ?? []))];
    // What was asked for already needs no second press.
    this.#button.disabled = !this.#steps.length || this.#steps.every((step) => view.tested.includes(step));
  }
}

customElements.define("farback-lengths-tool", LengthsTool);
