/**
 * Asks every model for longer sequences, at the training step that is shown.
 *
 * @import {Column, View} from "../types.js"
 */

import { ASKING } from "../hints.js";
import { make, setAttribute, tell } from "./dom.js";
import { hint } from "./hint.js";

export class LengthsTool extends HTMLElement {
  /** @type {number[]} training steps that are shown */
  #steps = [];
  #asks = false;
  #button = make(
    "button",
    {
      type: "button",
      "data-testid": "test-lengths",
      onclick: () => this.#asks && tell(this, "view", { tested: this.#steps }),
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
    // What was asked for already needs no second press; disabled it would lose the keyboard.
    this.#asks = this.#steps.some((step) => !view.tested.includes(step));
    setAttribute(this.#button, "aria-disabled", String(!this.#asks));
  }
}

customElements.define("farback-lengths-tool", LengthsTool);
