/**
 * What if a gate were held? Chooses a gate, shut or open, for some steps; every panel then shows what follows from it.
 *
 * @import {Column, Hold, View} from "../types.js"
 */

import { holding } from "../hints.js";
import { holdWords, MAX_HOLDS, valvesOf } from "../holds.js";
import { make, sender, setAttribute, setText, tell, uniqueId } from "./dom.js";
import { hint } from "./hint.js";

const PLAIN =
  "Force a gate shut or open for some steps, whatever the model wants, and see in every panel what it can no longer do.";

export class FarbackHold extends HTMLElement {
  #open = false;
  #length = 1;
  /** Whether a person chose the steps; until then they follow the marked one. */
  #chosen = false;
  /** @type {0 | 1} */
  #value = 0;
  /** @type {Hold[]} */
  #holds = [];
  #key = "";
  #body = make("div", { class: "body", id: uniqueId("hold"), hidden: true });
  #button = make(
    "button",
    {
      type: "button",
      class: "ask",
      hidden: true,
      "aria-expanded": "false",
      "aria-controls": this.#body.id,
      "data-testid": "hold-open",
      onclick: () => {
        this.#open = !this.#open;
        this.#unfold();
      },
    },
    make("span", { class: "wide-words" }, "What if a gate were held?"),
    make("span", { class: "few-words" }, "Hold a gate"),
  );
  #gate = make("select", { "aria-label": "Gate", "data-testid": "hold-gate" });
  #values = make(
    "span",
    { class: "segments", role: "group", "aria-label": "Held" },
    ...["shut (0)", "open (1)"].map((text, value) =>
      make(
        "button",
        {
          type: "button",
          "aria-pressed": String(value === 0),
          "data-testid": value ? "hold-1" : "hold-0",
          onclick: () => this.#choose(value === 1 ? 1 : 0),
        },
        text,
      ),
    ),
  );
  #from = this.#step("hold-from", "From step");
  #to = this.#step("hold-to", "to step");
  #layer = make("select", { "aria-label": "Layer", "data-testid": "hold-layer" });
  #layerField = make("label", { hidden: true }, "in ", this.#layer);
  #hold = sender({ class: "primary", "data-testid": "hold" }, () => this.#put(), "Hold");
  #release = make(
    "button",
    { type: "button", "data-testid": "release", onclick: () => tell(this, "view", { hold: [] }) },
    "Release",
  );
  #held = make("p", { class: "held", role: "status", "data-testid": "held" });
  #error = make("p", { class: "error", role: "alert" });

  connectedCallback() {
    if (this.childElementCount) return;
    this.#body.append(
      make("p", { class: "plain" }, PLAIN),
      make(
        "form",
        { novalidate: true },
        this.#gate,
        this.#values,
        make("label", {}, "from step ", this.#from),
        make("label", {}, "to ", this.#to),
        this.#layerField,
        this.#hold,
        this.#release,
      ),
      this.#error,
      this.#held,
    );
    this.append(this.#button, this.#body);
  }

  /**
   * @param {View} view
   * @param {Column[]} columns
   */
  show(view, columns) {
    const valves = valvesOf(columns);
    this.#button.hidden = valves.length === 0;
    const frames = columns.flatMap((column) => column.own ?? column.frame ?? []);
    const layers = Math.max(1, ...frames.map((frame) => frame.layers.length));
    const length = Math.min(...frames.map((frame) => frame.length));
    if (frames.length && length !== this.#length) {
      // Steps that were chosen in sequences of another length mean nothing in these.
      this.#length = length;
      this.#chosen = false;
      setText(this.#error, "");
    }
    const before = this.#holds.length;
    this.#holds = view.hold;
    const key = JSON.stringify([valves, layers]);
    if (key !== this.#key) {
      this.#key = key;
      this.#offer(valves, layers);
    }
    if (!this.#chosen) {
      const answer = frames[0]?.answers.at(-1) ?? 0;
      const step = view.mark ?? Math.floor(answer / 2);
      const { from, to } = view.hold.at(-1) ?? { from: step, to: step };
      if (this.#from.value !== String(from)) this.#from.value = String(from);
      if (this.#to.value !== String(to)) this.#to.value = String(to);
    }
    for (const field of [this.#from, this.#to]) setAttribute(field, "max", this.#length - 1);
    this.#explain();
    // What a link holds is shown at once; then it may be folded again.
    if (view.hold.length && !before) this.#open = true;
    this.#unfold();
    if (!view.hold.length && this.#release === document.activeElement) this.#hold.focus({ preventScroll: true });
    this.#release.hidden = !view.hold.length;
    this.#hold.disabled = view.hold.length >= MAX_HOLDS;
    const waiting = view.hold.length > 0 && !columns.some((column) => column.held);
    setText(this.#held, view.hold.length ? `${holdWords(view.hold)}${waiting ? ": asking …" : ""}` : "");
  }

  /** Says what each control will change. */
  #explain() {
    const words = holding(this.#length - 1);
    const [shut, free] = /** @type {Iterable<HTMLElement>} */ (this.#values.children);
    if (shut) hint(shut, words.shut);
    if (free) hint(free, words.free);
    hint(this.#button, words.open);
    hint(this.#gate, words.gate);
    hint(this.#from, words.from);
    hint(this.#to, words.to);
    hint(this.#layer, words.layer);
    hint(this.#hold, words.hold);
    hint(this.#release, words.release);
  }

  /**
   * @param {{name: string, plain: string, models: string[]}[]} valves
   * @param {number} layers
   */
  #offer(valves, layers) {
    const before = this.#gate.value;
    this.#gate.replaceChildren(
      ...valves.map(({ name, plain, models }) => {
        const [what = ""] = plain.split(":");
        return make(
          "option",
          { value: name, selected: name === (before || "f") },
          `${name}  ${what} (${models.join(", ")})`,
        );
      }),
    );
    this.#layerField.hidden = layers < 2;
    this.#layer.replaceChildren(
      make("option", { value: "" }, "every layer"),
      ...Array.from({ length: layers }, (_, at) => make("option", { value: at + 1 }, `layer ${at + 1}`)),
    );
  }

  #unfold() {
    this.#body.hidden = !this.#open || this.#button.hidden;
    setAttribute(this.#button, "aria-expanded", String(this.#open));
  }

  /** @param {0 | 1} value */
  #choose(value) {
    this.#value = value;
    for (const [at, button] of [...this.#values.children].entries())
      setAttribute(button, "aria-pressed", String(at === value));
  }

  #put() {
    const [from, to] = [this.#from, this.#to].map((field) => (field.value === "" ? Number.NaN : Number(field.value)));
    const last = this.#length - 1;
    const whole = [from, to].every((step) => Number.isInteger(step));
    if (!whole || from === undefined || to === undefined || from < 0 || to < from || to > last) {
      setText(this.#error, `Hold it from a step to a later one, between 0 and ${last}.`);
      return;
    }
    setText(this.#error, "");
    const gate = this.#gate.value;
    const layer = this.#layerField.hidden || !this.#layer.value ? null : Number(this.#layer.value);
    // The same gate at the same steps is held one way only.
    const others = this.#holds.filter(
      (hold) => hold.gate !== gate || hold.from !== from || hold.to !== to || hold.layer !== layer,
    );
    tell(this, "view", { hold: [...others, { gate, value: this.#value, from, to, layer }] });
  }

  /**
   * @param {string} id
   * @param {string} label
   */
  #step(id, label) {
    return make("input", {
      type: "number",
      min: 0,
      "aria-label": label,
      "data-testid": id,
      oninput: () => {
        this.#chosen = true;
      },
    });
  }
}

customElements.define("farback-hold", FarbackHold);
