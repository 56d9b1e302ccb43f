/**
 * A sequence of a person's own, for every model at once: written instead of the one that all frames show.
 *
 * @import {Catalog, Column, Task, View} from "../types.js"
 */

import { valueAt } from "../decode.js";
import { ASKING } from "../hints.js";
import { parseSequence } from "../holds.js";
import { symbolAt } from "../panels/input.js";
import { readsText, taskOf } from "../setup.js";
import { make, sender, setText, tell, uniqueId } from "./dom.js";
import { hint } from "./hint.js";

/**
 * How a sequence is written.
 *
 * @type {Record<Task["form"], string>}
 */
const HOW = {
  text: "",
  labels: "The inputs, one a step, with spaces between them.",
  numbers: "A number a step, with spaces between them.",
  pairs: "A pair a step, value,mark like 0.5,1: the sum of the marked values is asked.",
};

export class SequenceTool extends HTMLElement {
  #open = make(
    "button",
    { type: "button", "aria-expanded": "false", "data-testid": "own-sequence", onclick: () => this.#toggle() },
    "Your own sequence",
  );
  #how = make("span", { class: "told", id: uniqueId("how") });
  #error = make("span", { class: "error", role: "alert" });
  #field = make("input", {
    type: "text",
    spellcheck: "false",
    autocomplete: "off",
    "aria-label": "Your own sequence",
    "aria-describedby": this.#how.id,
    "data-testid": "sequence",
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.#clear();
    },
  });
  #back = make("button", { type: "button", onclick: () => this.#clear() }, "Back to the held-out one");
  #form = make(
    "form",
    { hidden: true },
    this.#field,
    hint(
      sender({}, () => this.#read(), "Read it"),
      ASKING.read,
    ),
    this.#back,
    this.#how,
    this.#error,
  );
  /** @type {Task | null} */
  #task = null;
  /** @type {Column[]} */
  #columns = [];
  /** @type {string | null} */
  #shown = null;

  /** @param {Catalog} catalog */
  constructor(catalog) {
    super();
    this.catalog = catalog;
  }

  connectedCallback() {
    if (this.childElementCount) return;
    this.classList.add("tool");
    hint(this.#open, ASKING.sequence);
    hint(this.#back, ASKING.back);
    this.append(this.#open, this.#form);
  }

  /**
   * @param {View} view
   * @param {Column[]} columns
   * @param {string} task
   */
  show({ sequence }, columns, task) {
    this.#columns = columns;
    if (task !== this.#task?.name) {
      this.#task = taskOf(this.catalog, task);
      this.#field.value = "";
      setText(this.#how, HOW[this.#task.form]);
    }
    // A text is written where it is read.
    this.hidden = readsText(this.#task);
    if (this.hidden) return;
    this.#back.hidden = sequence === null;
    if (sequence === this.#shown) return;
    this.#shown = sequence;
    if (sequence === null) return;
    this.#field.value = sequence;
    if (this.#form.hidden) this.#toggle();
  }

  #toggle() {
    this.#form.hidden = !this.#form.hidden;
    this.#open.setAttribute("aria-expanded", String(!this.#form.hidden));
    if (this.#form.hidden) return;
    this.#field.value ||= this.#example();
    this.#field.focus({ preventScroll: true });
  }

  /** The sequence that is shown, to be changed. */
  #example() {
    const column = this.#columns.find(({ frame, facts }) => frame && facts);
    const frame = column?.own ?? column?.frame;
    if (!column?.facts || !frame || !this.#task) return "";
    const steps = Array.from({ length: frame.length }, (_, t) => t);
    if (this.#task.form === "numbers") return steps.map((t) => valueAt(frame.x, t, 0).toFixed(2)).join(" ");
    if (this.#task.form === "pairs")
      return steps.map((t) => `${valueAt(frame.x, t, 0).toFixed(2)},${Math.round(valueAt(frame.x, t, 1))}`).join(" ");
    const { x } = column.facts.labels;
    return steps.map((t) => x[symbolAt(frame, t)] ?? "").join(" ");
  }

  #read() {
    const sequence = this.#field.value;
    try {
      if (!sequence.trim() || !this.#task) throw new Error("Write a sequence first.");
      this.#check(parseSequence(sequence, this.#task));
      setText(this.#error, "");
      tell(this, "view", { sequence });
    } catch (error) {
      setText(this.#error, /** @type {Error} */ (error).message);
    }
  }

  /**
   * Inputs that there are not are told before anything is asked.
   *
   * @param {string | string[] | number[] | number[][]} steps
   */
  #check(steps) {
    const labels = this.#columns.find(({ facts }) => facts)?.facts?.labels.x;
    if (!labels || !this.#task || this.#task.form !== "labels" || !Array.isArray(steps)) return;
    const unknown = steps.find((step) => typeof step === "string" && !labels.includes(step));
    if (unknown !== undefined) throw new Error(`There is no input “${unknown}”; there are ${labels.join(", ")}.`);
  }

  #clear() {
    setText(this.#error, "");
    this.#field.value = "";
    tell(this, "view", { sequence: null });
    if (!this.#form.hidden) this.#toggle();
    this.#open.focus({ preventScroll: true });
  }
}

customElements.define("farback-sequence-tool", SequenceTool);
