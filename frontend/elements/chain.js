/**
 * Multiplies the factors of the chain rule, one by one, in every model at once.
 *
 * @import {Column, View} from "../types.js"
 */

import { ASKING } from "../hints.js";
import { endsOf, factorsOf } from "../panels/chain.js";
import { make, setAttribute, setText, tell } from "./dom.js";
import { hint } from "./hint.js";

export class ChainTool extends HTMLElement {
  #count = 0;
  #most = 0;
  #text = make("output", { class: "told" });
  #range = make("input", {
    type: "range",
    min: 0,
    step: 1,
    "aria-label": "Factors multiplied",
    "data-testid": "factors",
    oninput: () => this.#set(Number(this.#range.value)),
  });
  #back = this.#button("÷", "Take one factor back", () => this.#set(this.#count - 1));
  #on = this.#button("× next", "Multiply one factor more", () => this.#set(this.#count + 1));
  #all = this.#button("× all", "Multiply all factors", () => this.#set(this.#most));

  connectedCallback() {
    if (this.childElementCount) return;
    this.classList.add("tool");
    hint(this.#range, ASKING.factors);
    this.append(this.#back, this.#range, this.#on, this.#all, this.#text);
  }

  /**
   * @param {View} view
   * @param {Column[]} columns
   */
  show(view, columns) {
    const frame = columns.find((column) => column.frame)?.frame;
    const ends = frame ? endsOf(frame, view) : null;
    this.#most = ends ? ends.k - ends.t : 0;
    this.#count = ends ? factorsOf(view, ends) : 0;
    setAttribute(this.#range, "max", this.#most);
    if (this.#range.value !== String(this.#count)) this.#range.value = String(this.#count);
    const text = ends ? `${this.#count} of ${this.#most} factors, from step ${ends.k} back to ${ends.t}` : "";
    setAttribute(this.#range, "aria-valuetext", text);
    setText(this.#text, text);
    // What can be pressed no more would lose the keyboard.
    const [first, last] = [this.#count === 0, this.#count >= this.#most];
    const focused = document.activeElement;
    if ((first && focused === this.#back) || (last && (focused === this.#on || focused === this.#all)))
      this.#range.focus({ preventScroll: true });
    this.#back.disabled = first;
    this.#on.disabled = this.#all.disabled = last;
  }

  /** @param {number} count */
  #set(count) {
    tell(this, "view", { factors: Math.min(Math.max(count, 0), this.#most) });
  }

  /**
   * @param {string} text
   * @param {string} label
   * @param {() => void} act
   */
  #button(text, label, act) {
    // Whoever speaks to the page says what is written.
    return hint(make("button", { type: "button", "aria-label": `${text}: ${label}`, onclick: act }, text), label);
  }
}

customElements.define("farback-chain-tool", ChainTool);
