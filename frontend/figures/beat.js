/**
 * The button that plays a figure: one advance after another, until there is nothing left or it is pressed again. It tells
 * when it begins and ends, by `farback:playing`, since what changes in between is not to be read out.
 */

import { calm, make, setText, tell } from "../elements/dom.js";

export class Beat {
  #timer = 0;
  #begin;
  #advance;
  #every;

  /**
   * @param {number} every milliseconds between two advances; twice as long for whoever asked for less motion
   * @param {() => void} begin goes back to the start
   * @param {() => void} advance one step on; whoever has come to the end calls `stop`
   */
  constructor(every, begin, advance) {
    this.#every = every;
    this.#begin = begin;
    this.#advance = advance;
    this.button = make("button", { type: "button", "data-part": "play", onclick: () => this.#toggle() }, "Play");
  }

  get playing() {
    return this.#timer !== 0;
  }

  stop() {
    if (!this.playing) return;
    window.clearInterval(this.#timer);
    this.#timer = 0;
    setText(this.button, "Play");
    tell(this.button, "playing", false);
  }

  #toggle() {
    if (this.playing) {
      this.stop();
      return;
    }
    tell(this.button, "playing", true);
    this.#begin();
    this.#timer = window.setInterval(this.#advance, calm() ? this.#every * 2 : this.#every);
    setText(this.button, "Pause");
  }
}
