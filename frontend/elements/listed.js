/**
 * The numbers of a lesson's figure as tables: folded away until somebody wants them, and then as true as the figure.
 *
 * @import {LiveFigure} from "../figures/index.js"
 * @import {FarbackNumbers} from "./numbers.js"
 */

import { changed, make } from "./dom.js";
import { Later } from "./later.js";

const ROUNDED = "Rounded to three digits: the copy has all of them.";

export class Listed {
  /** Hidden beside a figure that has no tables; it stays open from step to step of a lesson, for whoever opened it. */
  element;
  #figure;
  /** @type {Later<FarbackNumbers>} */
  #numbers = new Later(async () => new (await import("./numbers.js")).FarbackNumbers());
  #shown = "";
  #summary = make("summary", {}, "Numbers as a table");
  #which = make("select", { onchange: () => this.renew() });
  #place = make("div");
  #choice = make("label", { class: "which", hidden: true }, "of ", this.#which);

  /** @param {() => LiveFigure | null} figure that is shown now */
  constructor(figure) {
    this.#figure = figure;
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
      this.#place,
    );
  }

  async #open() {
    if (!this.element.open) return;
    try {
      this.#place.replaceChildren(await this.#numbers.get());
    } catch (error) {
      this.#place.replaceChildren(make("p", { class: "error", role: "alert" }, /** @type {Error} */ (error).message));
      return;
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
    const figure = this.#figure();
    this.element.hidden = !figure?.tables;
    const numbers = this.#numbers.now;
    if (!this.element.open || !numbers) return;
    const tables = figure?.tables?.() ?? [];
    const names = tables.map(({ name }) => name);
    if (changed(this.#which, names)) {
      const chosen = this.#which.value;
      this.#which.replaceChildren(...names.map((name) => make("option", {}, name)));
      if (names.includes(chosen)) this.#which.value = chosen;
      this.#choice.hidden = names.length < 2;
    }
    const table = tables[Math.max(this.#which.selectedIndex, 0)];
    if (!table) return;
    const caption = `${table.caption} ${ROUNDED}`;
    if (table.name === this.#shown) numbers.renew(table, caption);
    else numbers.show(table, caption);
    this.#shown = table.name;
  }
}
