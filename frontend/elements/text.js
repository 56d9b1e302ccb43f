/**
 * A person's own text: pasted or from a file, looked at before it is sent, and deleted on request.
 *
 * @import {Option} from "../types.js"
 */

import { plural } from "../format.js";
import { READING } from "../hints.js";
import { textOf, textRefusal } from "../plaintext.js";
import { make, setText, tell, uniqueId } from "./dom.js";
import { hint } from "./hint.js";

const MISSING =
  "These models were trained on a text of your own that is no longer here: give it again, or use the built-in text.";

export class FarbackText extends HTMLElement {
  valid = true;
  #missing = false;
  #id = uniqueId("text");
  #area = make("textarea", {
    id: this.#id,
    rows: 3,
    "aria-describedby": `${this.#id}-help`,
    spellcheck: "false",
    onchange: () => this.#take(this.#area.value),
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
    { type: "button", class: "reset", hidden: true, "data-testid": "built-in", onclick: () => this.#take("") },
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
    hint(this.#file, READING.upload);
    hint(this.#clear, READING.builtIn);
    this.#area.placeholder = "Paste a text here, or choose a file.";
    this.append(
      make("div", { class: "top" }, make("label", { for: this.#id }, option.title), this.#clear),
      this.#area,
      make("div", { class: "upload" }, this.#file, this.#state),
      make(
        "p",
        { class: "help", id: `${this.#id}-help` },
        `${option.help} From ${plural(this.least, "character")} to ${this.most.toLocaleString("en")}. It is only used for your runs, and you can delete it from this browser. Whoever has a link to the runs sees a passage of it.`,
      ),
      this.#error,
    );
  }

  /**
   * @param {string | null} text
   * @param {boolean} missing the runs were trained on a text that is not here
   */
  set(text, missing) {
    if (missing !== this.#missing) {
      this.#missing = missing;
      this.#say(missing ? MISSING : null);
    } else if (this.valid) this.#say(null);
    this.#clear.hidden = text === null && this.valid;
    if (!this.valid) return;
    setText(this.#state, text === null ? "" : plural([...text].length, "character"));
    if (document.activeElement !== this.#area) this.#area.value = text ?? "";
  }

  async #open() {
    const file = this.#file.files?.[0];
    if (!file) return;
    try {
      // UTF-8 needs at most four bytes a character: what is larger cannot be short enough.
      if (file.size > 4 * this.most)
        throw new Error(
          `The file has ${plural(file.size, "byte")}; a text may have at most ${plural(this.most, "character")}.`,
        );
      this.#give(textOf(new Uint8Array(await file.arrayBuffer())));
    } catch (error) {
      this.#reject(/** @type {Error} */ (error).message);
      // The same file, saved anew, can be chosen again.
      this.#file.value = "";
    }
  }

  /** @param {string} text as typed; nothing stands for the built-in text */
  #take(text) {
    this.#file.value = "";
    try {
      this.#give(text);
    } catch (error) {
      this.#reject(/** @type {Error} */ (error).message);
    }
  }

  /**
   * @param {string} text
   * @throws {Error} a sentence that says why it cannot be trained on
   */
  #give(text) {
    const reason = text === "" && !this.#file.value ? null : textRefusal(text, this);
    if (reason) throw new Error(reason);
    this.#say(null);
    this.#clear.hidden = text === "";
    this.#area.value = text;
    tell(this, "option", { field: this.field, value: text || null, preset: null });
  }

  /** @param {string} reason */
  #reject(reason) {
    this.#say(reason);
    this.#clear.hidden = false;
  }

  /** @param {string | null} reason why it cannot be trained as it is */
  #say(reason) {
    this.valid = reason === null;
    this.#error.hidden = reason === null;
    setText(this.#error, reason ?? "");
  }

  /** @param {string} reason the server's, which another option may answer as well, so that Train may be tried again */
  refuse(reason) {
    this.#say(reason);
    this.valid = true;
    this.#clear.hidden = false;
    this.focus();
  }

  focus() {
    this.#area.focus();
  }
}

customElements.define("farback-text", FarbackText);
