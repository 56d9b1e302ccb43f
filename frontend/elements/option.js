/**
 * One option as a control: what it is, what it will change, what its preset is, and a way back to it.
 *
 * @import {Option, Value} from "../types.js"
 */

import { optionHint } from "../hints.js";
import { refusal } from "../setup.js";
import { make, setAttribute, setText, tell, uniqueId } from "./dom.js";
import { hint } from "./hint.js";

/** Word for a value that is left open. */
const OPEN = "none";

export class FarbackOption extends HTMLElement {
  #id = uniqueId("option");
  /** @type {HTMLInputElement | HTMLSelectElement} */
  #control;
  #error = make("p", { class: "error", id: `${this.#id}-error`, hidden: true });
  #reset = make("button", { type: "button", class: "reset", hidden: true, onclick: () => this.#give(this.preset) });
  /** Whether what is written there can be used. */
  valid = true;

  /**
   * @param {Option} option
   * @param {string} field as the server names it, for example "training.lr"
   */
  constructor(option, field) {
    super();
    this.option = option;
    this.field = field;
    /** @type {Value} */
    this.preset = option.default;
    this.#control = this.#make();
    this.dataset.field = field;
    setAttribute(this.#control, "id", this.#id);
    setAttribute(this.#control, "aria-describedby", `${this.#id}-help ${this.#id}-error`);
    setText(this.#reset, "reset");
    setAttribute(this.#reset, "aria-label", `Reset ${option.title} to its preset`);
    this.#control.addEventListener("change", () => this.#read());
    this.append(
      make("div", { class: "top" }, make("label", { for: this.#id }, option.title), this.#reset),
      this.#control,
      make("p", { class: "help", id: `${this.#id}-help` }, optionHint(option)),
      this.#error,
    );
  }

  #make() {
    const { type, choices, nullable, min, max } = this.option;
    const listed = [...(choices ?? []), ...(nullable && choices?.length ? [OPEN] : [])];
    if (type === "bool") return make("input", { type: "checkbox" });
    if (listed.length && typeof min !== "number" && typeof max !== "number") {
      return make("select", {}, ...listed.map((choice) => make("option", { value: choice }, choice)));
    }
    // A number that may also be a word, or nothing, is written into a text field.
    const wordy = listed.length > 0 || nullable;
    const hint = listed.length ? `${listed.join(", ")} or a number` : nullable ? OPEN : null;
    const list = listed.length ? `${this.#id}-list` : null;
    if (list) this.append(make("datalist", { id: list }, ...listed.map((choice) => make("option", { value: choice }))));
    return make("input", {
      list,
      type: wordy ? "text" : "number",
      inputmode: "decimal",
      placeholder: hint,
      step: type === "int" ? 1 : "any",
      min: wordy ? null : min,
      max: wordy ? null : max,
      autocomplete: "off",
    });
  }

  /**
   * @param {Value} value
   * @param {Value} preset
   * @param {string} [shown] the preset in words, where models differ in it
   */
  set(value, preset, shown) {
    this.preset = preset;
    const changed = value !== preset;
    this.classList.toggle("changed", changed);
    this.#reset.hidden = !changed;
    hint(this.#reset, `Back to ${shown ?? (preset === null ? OPEN : preset)}`);
    if (document.activeElement === this.#control && !this.valid) return;
    this.#say(null);
    if (this.#control.type === "checkbox") /** @type {HTMLInputElement} */ (this.#control).checked = value === true;
    else if (shown !== undefined && !changed) {
      this.#control.value = "";
      setAttribute(this.#control, "placeholder", shown);
    } else this.#control.value = value === null ? (this.#control.tagName === "SELECT" ? OPEN : "") : String(value);
  }

  #read() {
    const control = this.#control;
    const { type, nullable, choices } = this.option;
    /** @type {Value} */
    let value = control.value.trim();
    if (control instanceof HTMLInputElement && control.type === "checkbox") value = control.checked;
    else if (value === "" || value === OPEN) value = nullable ? null : value === "" ? this.preset : value;
    else if ((type === "int" || type === "float") && !choices?.includes(value)) value = Number(value);
    if (typeof value === "number" && Number.isNaN(value)) value = control.value;
    const reason = refusal(this.option, value);
    this.#say(reason);
    if (reason) tell(this, "invalid");
    else this.#give(value);
  }

  /** @param {Value} value */
  #give(value) {
    this.#say(null);
    tell(this, "option", { field: this.field, value, preset: this.preset });
  }

  /**
   * Shows why the value was refused; null: it was not.
   *
   * @param {string | null} reason
   */
  #say(reason) {
    this.valid = reason === null;
    this.#error.hidden = reason === null;
    setText(this.#error, reason ?? "");
    setAttribute(this.#control, "aria-invalid", reason === null ? null : "true");
  }

  /**
   * Keeps the value as it is, or lets it be changed again.
   *
   * @param {boolean} locked
   */
  lock(locked) {
    this.#control.disabled = locked;
    if (locked) this.#reset.hidden = true;
  }

  /** @param {string} reason the server's */
  refuse(reason) {
    this.#say(reason);
    this.#control.focus();
  }

  focus() {
    this.#control.focus();
  }
}

customElements.define("farback-option", FarbackOption);
