/** Trains what a snapshot shows again, within the page that embeds it: by a button, and not before. */

import { make, setText, tell } from "./dom.js";

/**
 * kept: what was saved is shown; starting, live, over: its models were trained anew.
 *
 * @typedef {"kept" | "starting" | "live" | "over"} State
 */

/** @type {Record<State, string>} */
const WORDS = {
  kept: "",
  starting: "Asking the server to train them …",
  live: "Training live on the server, from the start.",
  over: "Trained again on the server.",
};

export class FarbackLive extends HTMLElement {
  /** @type {State} */
  state = "kept";
  #words = make("span", { role: "status", "data-testid": "live-words" });
  #button = make("button", { type: "button", "data-testid": "run-live", onclick: () => this.#press() });

  connectedCallback() {
    if (!this.childElementCount) this.append(this.#button, this.#words);
  }

  /** @param {State} state */
  show(state) {
    this.hidden = false;
    this.state = state;
    setText(this.#words, WORDS[state]);
    setText(this.#button, state === "kept" || state === "starting" ? "Run it live" : "Back to what was kept");
    this.#button.disabled = state === "starting";
    tell(this, "live", state);
  }

  #press() {
    tell(this, this.state === "kept" ? "relive" : "unlive");
  }
}

customElements.define("farback-live", FarbackLive);
