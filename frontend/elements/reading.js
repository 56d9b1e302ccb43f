/**
 * The text as every model reads it: a character is chosen, and each earlier one is coloured by how strongly it moves what
 * the model says there. Under each text, what the model suggests.
 *
 * @import {Asking} from "../asking.js"
 * @import {Catalog, Column, Extent, Ink, Task, View} from "../types.js"
 */

import { visible } from "../format.js";
import { READING } from "../hints.js";
import { choose, outputOf } from "../lags.js";
import { chanceText, deepest, endsOf, lettersOf, readingOf, shadeOf, spoken, whyNot, wordAway } from "../reading.js";
import { readsText } from "../setup.js";
import { explanation } from "./band.js";
import { choice, press } from "./choice.js";
import { changed, make, setAttribute, setText, tell, uniqueId } from "./dom.js";
import { hint } from "./hint.js";
import { Passages } from "./passages.js";

/** How characters without ink are written: in grey, so that the words stand out. */
const BLANK = new Set([" ", "\n", "\t"].map(visible));
/** Milliseconds of rest after which what was typed is read. */
const REST = 350;

/**
 * @typedef {object} Shown
 * @property {Column[]} columns
 * @property {Task} task
 * @property {View} view as it is looked at, the pointer's place included
 * @property {View} chosen as it was chosen, whatever is pointed at
 * @property {Extent} extent
 * @property {number} version of the extent
 * @property {Ink} ink
 * @property {Asking} asking
 */

export class FarbackReading extends HTMLElement {
  #error = make("span", { class: "error", id: uniqueId("why"), role: "alert", "data-testid": "sentence-error" });
  #field = hint(
    make("textarea", {
      rows: 1,
      spellcheck: "false",
      autocomplete: "off",
      id: uniqueId("sentence"),
      placeholder: "All models read what you type",
      "data-testid": "sentence",
      oninput: () => this.#rest(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#fieldKey(event),
    }),
    READING.sentence,
    this.#error.id,
  );
  #back = hint(
    make("button", { type: "button", onclick: () => this.#leave() }, "Back to the held-out text"),
    READING.back,
  );
  #scale = choice(this, "scale");
  #rows = make("div", { class: "rows" });
  #low = make("span");
  #high = make("span");
  #passages = new Passages();
  /** @type {Row[]} */
  #all = [];
  /** @type {Shown | null} */
  #shown = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #resting;

  /** @param {Catalog} catalog */
  furnish(catalog) {
    const measures = ["connectivity", "suggestions", "share"].flatMap((name) => catalog.measures[name] ?? []);
    this.append(
      make(
        "div",
        { class: "heading" },
        make("h2", {}, "Text"),
        explanation("Text", measures),
        make("span", { class: "plain" }, "point at a character, tap it, or go to it by ← → and, by word, ↑ ↓"),
        make(
          "span",
          { class: "depths" },
          "moves the answer by",
          this.#low,
          make("i", { class: "ramp", "aria-hidden": "true" }),
          this.#high,
        ),
        make("span", { class: "switches" }, this.#scale),
      ),
      this.#rows,
      make(
        "div",
        { class: "own" },
        make("label", { for: this.#field.id }, "Your sentence"),
        this.#field,
        this.#back,
        this.#error,
        this.#passages,
      ),
    );
  }

  /** @param {Shown} shown */
  show(shown) {
    const { columns, task, view, extent, ink } = shown;
    this.#shown = shown;
    this.hidden = !readsText(task) || !columns.length;
    if (this.hidden) return;
    press(this.#scale, view.scale);
    this.#back.hidden = view.sequence === null;
    if (view.sequence !== null && changed(this.#field, [view.sequence])) this.#write(view.sequence);
    const frame = columns.find((column) => column.frame)?.frame;
    if (frame) {
      const [low, high] = endsOf(view, extent, frame);
      setText(this.#low, low);
      setText(this.#high, high);
    }
    if (changed(this.#rows, [ink.dark])) this.style.setProperty("--deepest", `${100 * deepest(ink.dark)}%`);
    while (this.#all.length > columns.length) this.#all.pop()?.whole.remove();
    while (this.#all.length < columns.length) {
      const row = new Row(this);
      this.#all.push(row);
      this.#rows.append(row.whole);
    }
    for (const [at, column] of columns.entries()) this.#all[at]?.show(column, shown);
    this.#passages.show(shown);
  }

  /**
   * What a key means where the text has the focus.
   *
   * @param {KeyboardEvent} event
   * @param {Column} column
   */
  key(event, { frame, facts }) {
    const { chosen: view } = this.#shown ?? {};
    if (!view || !frame || !facts || event.ctrlKey || event.metaKey || event.altKey) return;
    const { step } = outputOf(frame, view);
    const letters = lettersOf(frame, facts);
    const rightToLeft =
      event.currentTarget instanceof Element && getComputedStyle(event.currentTarget).direction === "rtl";
    const on = rightToLeft ? -1 : 1;
    /** @type {Record<string, () => number>} */
    const ways = {
      ArrowLeft: () => step - on,
      ArrowRight: () => step + on,
      ArrowUp: () => wordAway(letters, step, -1),
      ArrowDown: () => wordAway(letters, step, 1),
      PageUp: () => wordAway(letters, step, -1),
      PageDown: () => wordAway(letters, step, 1),
      Home: () => 0,
      End: () => frame.length - 1,
    };
    // A pointer that rests on the text must not keep what it points at.
    if (event.key === "Escape") this.point(null);
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    this.point(null);
    const output = Math.min(Math.max(way(), 0), frame.length - 1);
    this.#look({ mark: output, ...choose(frame, output) });
  }

  /**
   * Changes what is chosen: for the next key at once, which may come before the page is painted.
   *
   * @param {Partial<View>} part
   */
  #look(part) {
    if (this.#shown) this.#shown = { ...this.#shown, chosen: { ...this.#shown.chosen, ...part } };
    tell(this, "view", part);
  }

  /** @param {number | null} t the character under the pointer; null: none */
  point(t) {
    tell(this, "point", t === null ? null : { t, row: 0, pin: false, output: t });
  }

  /**
   * Chooses a character for good, and lets go of the one that is chosen already.
   *
   * @param {number} t
   * @param {Column} column
   */
  pin(t, { frame }) {
    const { chosen: view } = this.#shown ?? {};
    if (!view || !frame) return;
    const again = view.mark === t;
    this.#look(again ? { mark: null, output: null, row: -1 } : { mark: t, ...choose(frame, t) });
  }

  /**
   * Why the models cannot read what was written; it stays in its field.
   *
   * @param {string} reason empty: they can
   */
  refuse(reason) {
    setText(this.#error, reason);
    setAttribute(this.#field, "aria-invalid", reason ? "true" : null);
  }

  /** @param {string} text */
  #write(text) {
    if (this.#field !== document.activeElement) this.#field.value = text;
  }

  #rest() {
    clearTimeout(this.#resting);
    this.refuse("");
    this.#resting = setTimeout(() => this.#read(), REST);
  }

  #read() {
    clearTimeout(this.#resting);
    const text = this.#field.value;
    if (!text) return this.#letGo();
    const facts = this.#shown?.columns.find((column) => column.facts)?.facts;
    const reason = facts ? whyNot(text, facts) : null;
    this.refuse(reason ?? "");
    if (reason === null) tell(this, "view", { sequence: text, output: null, mark: null, row: -1 });
  }

  /** Back to the held-out text, the field empty for the next one. */
  #leave() {
    clearTimeout(this.#resting);
    this.#field.value = "";
    this.#field.focus({ preventScroll: true });
    this.refuse("");
    this.#letGo();
  }

  #letGo() {
    if (this.#shown?.chosen.sequence === null) return;
    tell(this, "view", { sequence: null, output: null, mark: null, row: -1 });
  }

  /** @param {KeyboardEvent} event */
  #fieldKey(event) {
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#read();
    }
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.#leave();
  }
}

/** One model. */
class Row {
  name = make("span", { class: "name" });
  text = make("div", {
    ...{ class: "text", role: "slider", tabindex: 0, "aria-valuemin": 0, dir: "auto", "data-testid": "text" },
  });
  said = make("p", { class: "said", "data-testid": "suggestions" });
  whole = make("div", { class: "reader" }, this.name, this.text, this.said);
  /** @type {HTMLElement[]} */
  #spans = [];
  /** @type {string[]} */
  #shades = [];
  /** @type {Column | null} */
  #column = null;
  #chosen = -1;

  /** @param {FarbackReading} panel */
  constructor(panel) {
    const at = /** @param {Event} event */ ({ target }) => {
      const t = target instanceof HTMLElement ? target.dataset.t : undefined;
      return t === undefined ? null : Number(t);
    };
    this.text.addEventListener("keydown", (event) => this.#column && panel.key(event, this.#column));
    this.text.addEventListener("pointerover", (event) => event.pointerType !== "touch" && panel.point(at(event)));
    this.text.addEventListener("pointerleave", () => panel.point(null));
    this.text.addEventListener("click", (event) => {
      const t = at(event);
      if (t !== null && this.#column) panel.pin(t, this.#column);
    });
  }

  /**
   * @param {Column} column
   * @param {Shown} shown
   */
  show(column, { view, extent, version, ink }) {
    this.#column = column;
    const { frame, facts, title, colour, held, awaited } = column;
    this.whole.style.setProperty("--model", `var(--model-${colour})`);
    setText(this.name, title);
    // What is asked for is another text: until it is there, nothing is said of this one.
    this.whole.classList.toggle("waiting", awaited);
    setAttribute(this.whole, "aria-busy", awaited ? "true" : null);
    if (!frame || !facts || awaited) return;
    if (!changed(this, [frame, facts, title, held, view.output, view.row, view.scale, version, ink])) return;
    const letters = lettersOf(frame, facts);
    if (changed(this.text, [letters])) this.#lay(letters);
    const reading = readingOf(frame, facts, view, extent);
    const paint = ink.models[colour] ?? ink.text;
    for (const [t, depth] of reading.depth.entries()) this.#shade(t, shadeOf(depth, ink.dark), paint);
    if (reading.step !== this.#chosen) {
      this.#spans[this.#chosen]?.classList.remove("chosen");
      this.#chosen = reading.step;
    }
    this.#spans[this.#chosen]?.classList.add("chosen");
    setAttribute(this.text, "aria-label", `Text as the ${title} reads it: output time`);
    setAttribute(this.text, "aria-valuemax", letters.length - 1);
    setAttribute(this.text, "aria-valuenow", reading.step);
    setAttribute(this.text, "aria-valuetext", spoken(reading, letters));
    this.#say(reading);
  }

  /** @param {string[]} letters */
  #lay(letters) {
    this.#shades = [];
    this.#spans = letters.map((letter, t) =>
      make("span", { "data-t": t, class: BLANK.has(letter) && "blank" }, letter),
    );
    this.text.replaceChildren(...this.#spans);
    this.#chosen = -1;
  }

  /**
   * @param {number} t
   * @param {number} share
   * @param {string} paint
   */
  #shade(t, share, paint) {
    const shade = share ? `color-mix(in srgb, ${paint} ${Math.round(100 * share)}%, transparent)` : "";
    if (this.#shades[t] === shade) return;
    this.#shades[t] = shade;
    const span = this.#spans[t];
    if (!span) return;
    span.style.backgroundColor = shade;
    span.classList.toggle("tinted", share > 0.1);
  }

  /** @param {import("../reading.js").Reading} reading */
  #say({ suggestions, right, chance }) {
    const told = suggestions.map(({ word, chance: share, right: hit }) =>
      make("span", { class: hit ? "hit" : "" }, make("bdi", {}, word), ` ${chanceText(share)}`),
    );
    const among = suggestions.some((suggestion) => suggestion.right);
    const rest =
      among || right === null
        ? null
        : make("span", { class: "right" }, "right: ", make("bdi", {}, right), ` ${chanceText(chance)}`);
    this.said.replaceChildren(...told, ...(rest ? [rest] : []));
  }
}

customElements.define("farback-reading", FarbackReading);
