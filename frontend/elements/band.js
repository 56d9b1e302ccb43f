/**
 * A row of the comparison: one kind of panel for every model, under one heading that explains it.
 *
 * @import {Catalog, Column, Measure, Panel, View} from "../types.js"
 */

import { ASKING } from "../hints.js";
import { isFolded } from "../view.js";
import { choice, press } from "./choice.js";
import { changed, make, setAttribute, tell, uniqueId } from "./dom.js";
import { hint } from "./hint.js";
import { FarbackPanel } from "./panel.js";
import { toolOf } from "./tools.js";

export class FarbackBand extends HTMLElement {
  /** @type {FarbackPanel[]} */
  panels = [];
  #row = make("div", { class: "row" });
  /** Of its measures, by name. @type {Record<string, string>} */
  units;
  /** @type {HTMLButtonElement} */
  #fold;
  #switches = make("span", { class: "switches" });
  /** @type {ReturnType<typeof toolOf>} what it is asked with */
  #tool;

  /**
   * @param {Panel} panel
   * @param {Catalog} catalog
   */
  constructor(panel, catalog) {
    super();
    this.panel = panel;
    this.dataset.testid = `band-${panel.id}`;
    this.units = Object.fromEntries(panel.measures.map((name) => [name, catalog.measures[name]?.unit ?? ""]));
    this.#tool = toolOf(panel.id, catalog);
    const body = uniqueId("band");
    this.#row.id = body;
    this.#fold = make(
      "button",
      {
        type: "button",
        class: "fold",
        "aria-expanded": "true",
        "aria-controls": body,
        onclick: () => tell(this, "fold", panel.id),
      },
      panel.title,
    );
    const measures = panel.measures.flatMap((name) => (catalog.measures[name] ? [catalog.measures[name]] : []));
    this.append(
      make(
        "div",
        { class: "heading" },
        make("h2", {}, this.#fold),
        measures.length > 0 && explanation(panel.title, measures),
        make("span", { class: "plain" }, panel.plain),
        this.#tool,
        this.#switches,
      ),
      this.#row,
    );
  }

  /** @param {number} count models */
  resize(count) {
    while (this.panels.length > count) this.panels.pop()?.remove();
    while (this.panels.length < count) {
      const panel = new FarbackPanel(this.panel);
      this.panels.push(panel);
      this.#row.append(panel);
    }
  }

  /**
   * @param {View} view
   * @param {{answers: number[], cell: boolean, columns: Column[], task: string, out: boolean}} choices what there is to
   *   choose from; out: the link leaves it out
   */
  set(view, { answers, cell, columns, task, out }) {
    const { has } = this.panel;
    this.hidden = out || (has !== undefined && !columns.some(({ frame }) => frame && has(frame)));
    const folded = isFolded(view, this.panel);
    if (this.#tool) {
      this.#tool.hidden = folded;
      if (!folded) this.#tool.show(view, columns, task);
    }
    this.classList.toggle("folded", folded);
    setAttribute(this.#fold, "aria-expanded", String(!folded));
    const wanted = (this.panel.switches ?? []).filter(
      (name) => !folded && (name === "state" ? cell : name === "row" ? answers.length > 1 : true),
    );
    // Made anew only where there is something else to choose from: what is made anew loses the keyboard's focus.
    if (changed(this.#switches, [...wanted, answers.join()]))
      this.#switches.replaceChildren(
        ...wanted.map((name) => (name === "row" ? this.#rows(answers) : choice(this, name))),
      );
    for (const [at, name] of wanted.entries()) {
      const part = this.#switches.children[at];
      if (name === "row") {
        const select = /** @type {HTMLSelectElement} */ (part?.querySelector("select"));
        const { row } = view;
        select.value = String(row < 0 || row >= answers.length ? answers.length - 1 : row);
      } else press(part, view[name]);
    }
  }

  /** @param {number[]} answers */
  #rows(answers) {
    const options = answers.map((step, at) => make("option", { value: at }, `step ${step}`));
    const select = make(
      "select",
      { onchange: () => tell(this, "view", { row: Number(select.value), output: null }) },
      ...options,
    );
    return make("label", {}, "answer at ", hint(select, ASKING.answer));
  }
}

/**
 * What am I looking at: a sentence or two, and the formula one click deeper.
 *
 * @param {string} title
 * @param {Measure[]} measures
 */
export function explanation(title, measures) {
  const sections = measures.map(({ title: name, plain, formula, unit, source }) =>
    make(
      "div",
      {},
      make("h3", {}, name),
      make("p", {}, plain),
      make(
        "details",
        {},
        make("summary", {}, "Formula"),
        make("p", { class: "formula" }, formula),
        unit && make("p", { class: "source" }, `Unit: ${unit}`),
        source && make("p", { class: "source" }, source),
      ),
    ),
  );
  const label = `What am I looking at? ${title}`;
  const summary = make("summary", { "aria-label": label, title: "What am I looking at?" }, "?");
  const card = make("details", { class: "explain" }, summary, make("div", { class: "card" }, ...sections));
  const close = /** @param {Event} event */ (event) => {
    const inside = event.target instanceof Node && card.contains(event.target);
    if (event instanceof KeyboardEvent ? event.key === "Escape" : !inside) card.open = false;
  };
  card.addEventListener("toggle", () => {
    for (const name of ["pointerdown", "keydown"]) {
      if (card.open) document.addEventListener(name, close);
      else document.removeEventListener(name, close);
    }
  });
  return card;
}

customElements.define("farback-band", FarbackBand);
