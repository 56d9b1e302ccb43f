/**
 * A person's own text: pasted or from a file, looked at before it is sent, and deleted on request.
 *
 * @import {Option} from "../types.js"
 */

import { plural } from "../format.js";
import { make, setText, tell, uniqueId } from "./dom.js";

/** Characters that no plain text has: a file with one of them is something else. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const BINARY = /[\u0000-\u0008\u000e-\u001f\ufffd]/;

export class FarbackText extends HTMLElement {
  valid = true;
  #id = uniqueId("text");
  #area = make("textarea", {
    id: this.#id,
    rows: 3,
    spellcheck: "false",
    onchange: () => this.#give(this.#area.value),
  });
  #file = make("input", {
    type: "file",
    accept: ".txt,.md,.csv,text/*",
    "aria-label": "Upload a plain text file",
    onchange: () => this.#open(),
  });
  #state = make("p", { class: "state" });
  #error = make("p", { class: "error", hidden: true, role: "alert" });
  #clear = make(
    "button",
    { type: "button", class: "reset", hidden: true, onclick: () => this.#give("") },
    "use the built-in text",
  );

  /**
   * @param {Option} option
   * @param {string} field
   * @param {Record<string, number>} limits
   */
  constructor(option, field, limits) {
    super();
    this.option = option;
    this.field = field;
    this.most = limits.text ?? Number.POSITIVE_INFINITY;
    this.least = limits.text_min ?? 0;
    this.dataset.field = field;
    this.#area.placeholder = "Paste a text here, or choose a file.";
    this.append(
      make("div", { class: "top" }, make("label", { for: this.#id }, option.title), this.#clear),
      this.#area,
      make("div", { class: "upload" }, this.#file, this.#state),
      make(
        "p",
        { class: "help" },
        `${option.help} From ${plural(this.least, "character")} to ${this.most.toLocaleString("en")}. It is only used for your runs, and you can delete it.`,
      ),
      this.#error,
    );
  }

  /** @param {string | null} text */
  set(text) {
    this.#clear.hidden = text === null;
    if (!this.valid) return;
    setText(this.#state, text === null ? "" : plural([...text].length, "character"));
    if (document.activeElement !== this.#area) this.#area.value = text ?? "";
  }

  async #open() {
    const file = this.#file.files?.[0];
    if (!file) return;
    // UTF-8 needs at most four bytes a character: what is larger cannot be short enough.
    if (file.size > 4 * this.most) {
      this.refuse(
        `The file has ${plural(file.size, "byte")}; a text may have at most ${plural(this.most, "character")}.`,
      );
      return;
    }
    this.#give(await file.text());
  }

  /** @param {string} text */
  #give(text) {
    const reason = this.#reason(text);
    if (reason) {
      this.refuse(reason);
      return;
    }
    this.valid = true;
    this.#error.hidden = true;
    if (!text) {
      this.#file.value = "";
      this.#area.value = "";
    }
    tell(this, "option", { field: this.field, value: text || null, preset: null });
  }

  /**
   * @param {string} text
   * @returns {string | null}
   */
  #reason(text) {
    if (!text) return null;
    const length = [...text].length;
    if (BINARY.test(text)) return "This is not a plain text: it has characters that no text has.";
    if (length > this.most)
      return `The text has ${plural(length, "character")}; at most ${this.most.toLocaleString("en")} are allowed.`;
    if (length < this.least)
      return `The text has ${plural(length, "character")}; at least ${this.least.toLocaleString("en")} are needed.`;
    return null;
  }

  /** @param {string} reason */
  refuse(reason) {
    this.valid = false;
    this.#error.hidden = false;
    setText(this.#error, reason);
  }

  focus() {
    this.#area.focus();
  }
}

customElements.define("farback-text", FarbackText);
