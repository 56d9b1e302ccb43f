/**
 * The numbers of a lesson's figure as tables: folded away until somebody wants them, and then as true as the figure.
 *
 * @import {FigureTable} from "../figures/index.js"
 * @import {FarbackNumbers} from "./numbers.js"
 */

import { changed, make, setText } from "./dom.js";

const ROUNDED = "Rounded to three digits: the copy has all of them.";

export class Listed {
  /** Empty of tables it is hidden; it stays open from step to step of a lesson, for whoever opened it. */
  element;
  #tables;
  /** @type {FarbackNumbers | null} fetched when it is first wanted */
  #numbers = null;
  #shown = "";
  #summary = make("summary", {}, "Numbers as a table");
  #which = make("select", { onchange: () => this.renew() });
  #choice = make("label", { class: "which" }, "of ", this.#which);
  #failed = make("p", { class: "error", role: "alert", hidden: true });

  /** @param {() => FigureTable[]} tables what the figure shows now */
  constructor(tables) {
    this.#tables = tables;
    this.element = make(
      "details",
      {
        class: "listed",
        hidden: true,
        ontoggle: () => this.#open(),
        onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
      },
      this.#summary,
      this.#choice,
      this.#failed,
    );
  }

  async #open() {
    if (!this.element.open) return;
    this.#failed.hidden = true;
    if (!this.#numbers) {
      try {
        const { FarbackNumbers } = await import("./numbers.js");
        this.#numbers ??= new FarbackNumbers();
      } catch {
        this.#failed.hidden = false;
        setText(
          this.#failed,
          "The table could not be loaded: the server cannot be reached. Close it and open it again.",
        );
        return;
      }
      this.element.append(this.#numbers);
    }
    this.renew();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Escape" || !this.element.open) return;
    event.preventDefault();
    event.stopPropagation();
    this.element.open = false;
    this.#summary.focus();
  }

  /** Writes what the figure shows now, where anybody reads it. */
  renew() {
    const tables = this.#tables();
    this.element.hidden = tables.length === 0;
    if (!this.element.open || !this.#numbers || !tables.length) return;
    const names = tables.map(({ name }) => name);
    if (changed(this.#which, names)) {
      const chosen = this.#which.value;
      this.#which.replaceChildren(...names.map((name) => make("option", {}, name)));
      if (names.includes(chosen)) this.#which.value = chosen;
      this.#choice.hidden = names.length === 1;
    }
    const table = tables[Math.max(this.#which.selectedIndex, 0)];
    if (!table) return;
    const caption = `${table.caption} ${ROUNDED}`;
    if (table.name === this.#shown) this.#numbers.renew(table, caption);
    else this.#numbers.show(table, caption);
    this.#shown = table.name;
  }
}
