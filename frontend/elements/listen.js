/**
 * The decay of the gradient to listen to: a button that plays it, and a sentence that says what is heard.
 *
 * @import {Column, View} from "../types.js"
 */

import { pointsOf } from "../panels/common.js";
import { calm, make, setAttribute, setText, tell } from "./dom.js";

const HEARD =
  "Hear the gradient signal G, model by model, one tone a step from the answer back: the lower the tone, the less is left; half an octave is a factor of ten, and below a millionth it is silent. Esc stops it.";

export class ListenTool extends HTMLElement {
  #button = make(
    "button",
    {
      type: "button",
      class: "quiet",
      "aria-pressed": "false",
      title: HEARD,
      "data-testid": "listen",
      onclick: () => (this.#stop ? this.#end() : this.#play()),
    },
    "♪ Listen",
  );
  #told = make("span", { class: "heard", role: "status", "data-testid": "heard" });
  /** @type {View | null} */
  #view = null;
  /** @type {Column[]} */
  #columns = [];
  /** @type {(() => void) | null} */
  #stop = null;

  connectedCallback() {
    if (this.childElementCount) return;
    this.classList.add("tool");
    this.append(this.#button, this.#told);
  }

  disconnectedCallback() {
    this.#end();
  }

  /**
   * @param {View} view
   * @param {Column[]} columns
   */
  show(view, columns) {
    this.#view = view;
    this.#columns = columns;
  }

  async #play() {
    let cancelled = false;
    // Until its script is there, another press takes it back.
    this.#begin(() => {
      cancelled = true;
    });
    try {
      const { heardText, play, tonesOf } = await import("../sound.js");
      if (cancelled) return;
      const tunes = this.#columns.flatMap(({ frame, index, title }) => {
        const layers = frame?.layers ?? [];
        const layer = layers[(this.#view?.layers[index] || layers.length) - 1] ?? layers.at(-1);
        return frame && layer
          ? [{ title, tones: tonesOf(pointsOf(layer.signal), frame.answers.at(-1) ?? frame.length - 1) }]
          : [];
      });
      let at = "";
      this.#stop = play(tunes, {
        beat: ({ model, t }) => {
          const tune = tunes[model];
          if (!tune || at === `${model} ${t}`) return;
          at = `${model} ${t}`;
          setText(this.#told, heardText(tune));
          // What moves by itself is left out for who asked for less of it: the sentence says the same.
          if (!calm()) tell(this, "point", { t, row: 0, pin: false });
        },
        over: () => this.#end(),
      });
    } catch (error) {
      this.#end();
      const { message } = /** @type {Error} */ (error);
      setText(this.#told, `It cannot be heard: ${message}`);
    }
  }

  /** @param {() => void} stop */
  #begin(stop) {
    this.#stop = stop;
    setAttribute(this.#button, "aria-pressed", "true");
    setText(this.#told, "");
    // Before the page's own key, which would take the mark away.
    document.addEventListener("keydown", this.#key, true);
  }

  #end() {
    if (!this.#stop) return;
    this.#stop();
    this.#stop = null;
    document.removeEventListener("keydown", this.#key, true);
    setAttribute(this.#button, "aria-pressed", "false");
    tell(this, "point", null);
  }

  /** @param {KeyboardEvent} event */
  #key = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.#end();
  };
}

customElements.define("farback-listen-tool", ListenTool);
