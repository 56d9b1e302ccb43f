/**
 * Sentences for everyone: what was refused or went wrong stays until it is closed, news are said to screen readers.
 */

import { make } from "./dom.js";

/** News that stay readable: those of a comparison of eight models that solve and end. */
const KEPT = 16;

const LOST = "The connection to the server is lost. What is shown stays, and the page goes on trying.";

export class FarbackNotice extends HTMLElement {
  #list = make("ul", { "data-testid": "notices" });
  #lost = false;
  #news = make("div", { class: "unseen", role: "log", "aria-label": "News", "data-testid": "news" });

  connectedCallback() {
    if (!this.childElementCount) this.append(make("div", { role: "alert" }, this.#list), this.#news);
  }

  /**
   * @param {string} text
   * @param {"refused" | "told" | "lost"} [kind] lost: it goes by itself once the server can be reached again
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

  /**
   * Takes away what holds no longer.
   *
   * @param {string} text
   */
  take(text) {
    for (const item of [...this.#list.children]) if (item.firstChild?.textContent === text) item.remove();
  }

  /**
   * Tells that the server cannot be reached, for as long as that is so.
   *
   * @param {boolean} lost
   */
  connection(lost) {
    if (lost === this.#lost) return;
    this.#lost = lost;
    if (lost) this.show(LOST, "lost");
    else for (const item of [...this.#list.querySelectorAll(".lost")]) item.remove();
  }

  clear() {
    this.#lost = false;
    this.#list.replaceChildren();
  }

  /**
   * Tells a screen reader, each thing in its turn.
   *
   * @param {string} text
   */
  say(text) {
    this.#news.append(make("p", {}, text));
    if (this.#news.childElementCount > KEPT) this.#news.firstChild?.remove();
  }
}

customElements.define("farback-notice", FarbackNotice);
