/**
 * The decay of a gradient to listen to: a button that plays it, and a sentence that says what is heard.
 *
 * @import {Tune} from "../sound.js"
 */

import { calm, make, setAttribute, setText, tell } from "./dom.js";

/** @typedef {typeof import("../sound.js")} Sound */

const HOW =
  "one tone a step from the answer back: the lower the tone, the less is left; half an octave is a factor of ten, and below a millionth it is silent. Esc stops it.";

/** The button for whatever falls. What it says of a beat bubbles as `farback:point`, with null at the end. */
export class Listen extends HTMLElement {
  #button = make(
    "button",
    {
      type: "button",
      class: "quiet",
      "aria-pressed": "false",
      "data-testid": "listen",
      onclick: () => (this.#stop ? this.stop() : this.#play()),
    },
    "♪ Listen",
  );
  #told = make("span", { class: "heard", role: "status", "data-testid": "heard" });
  #tunes;
  /** @type {(() => void) | null} */
  #stop = null;

  /**
   * @param {string} what is heard
   * @param {(sound: Sound) => Tune[]} tunes what there is to be heard when the button is pressed
   */
  constructor(what, tunes) {
    super();
    this.#tunes = tunes;
    this.#button.title = `Hear ${what}, ${HOW}`;
  }

  connectedCallback() {
    if (this.childElementCount) return;
    this.classList.add("tool");
    this.append(this.#button, this.#told);
  }

  disconnectedCallback() {
    this.stop();
  }

  /** @param {boolean} there whether there is anything to be heard yet */
  offer(there) {
    this.#button.disabled = !there;
  }

  async #play() {
    let cancelled = false;
    // Until its script is there, another press takes it back.
    this.#begin(() => {
      cancelled = true;
    });
    try {
      const sound = await import("../sound.js");
      if (cancelled) return;
      const tunes = this.#tunes(sound);
      let at = "";
      this.#stop = sound.play(tunes, {
        beat: ({ model, t }) => {
          const tune = tunes[model];
          if (!tune || at === `${model} ${t}`) return;
          at = `${model} ${t}`;
          setText(this.#told, sound.heardText(tune));
          // What moves by itself is left out for who asked for less of it: the sentence says the same.
          if (!calm()) tell(this, "point", { t, row: 0, pin: false });
        },
        over: () => this.stop(),
      });
    } catch (error) {
      this.stop();
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

  /** Ends what sounds. The sentence about it stays. */
  stop() {
    if (!this.#stop) return;
    this.#stop();
    this.#stop = null;
    document.removeEventListener("keydown", this.#key, true);
    setAttribute(this.#button, "aria-pressed", "false");
    tell(this, "point", null);
  }

  /** Ends it, and takes back what was said: it is about something that is not there any more. */
  forget() {
    this.stop();
    setText(this.#told, "");
  }

  /** @param {KeyboardEvent} event */
  #key = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.stop();
  };
}

customElements.define("farback-listen", Listen);
