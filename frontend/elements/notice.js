/**
 * Sentences for everyone: what was refused or went wrong stays until it is closed, news are said to screen readers.
 */

import { make, setText } from "./dom.js";

export class FarbackNotice extends HTMLElement {
  #list = make("ul", { role: "alert", "data-testid": "notices" });
  #news = make("p", { class: "unseen", "aria-live": "polite", "data-testid": "news" });

  connectedCallback() {
    if (!this.childElementCount) this.append(this.#list, this.#news);
  }

  /**
   * @param {string} text
   * @param {"refused" | "told"} [kind]
   */
  show(text, kind = "refused") {
    if ([...this.#list.children].some((item) => item.firstChild?.textContent === text)) return;
    const close = make(
      "button",
      { type: "button", class: "close", "aria-label": "Close", onclick: () => item.remove() },
      "×",
    );
    const item = make("li", { class: kind }, make("span", {}, text), close);
    this.#list.append(item);
  }

  clear() {
    this.#list.replaceChildren();
  }

  /** @param {string} text */
  say(text) {
    setText(this.#news, text);
  }
}

customElements.define("farback-notice", FarbackNotice);
