/**
 * The comparison: a column a model, a band a kind of panel, everything on one time axis.
 *
 * @import {Asking} from "../asking.js"
 * @import {Catalog, Column, Extent, Ink, Panel, Scene, View} from "../types.js"
 * @import {FarbackPanel} from "./panel.js"
 */

import { answerScenes } from "../asking.js";
import { answerOf } from "../panels/common.js";
import { PANELS } from "../panels/index.js";
import { leftOut } from "../parts.js";
import { taskOf } from "../setup.js";
import { isAsking, isFolded } from "../view.js";
import { FarbackBand } from "./band.js";
import { make, setAttribute, setText, tell } from "./dom.js";
import { FarbackHead } from "./head.js";

/** Panels out of sight that are set up in one frame of the screen, beside those in sight. */
const SPARE = 3;
/** Pixels that a column needs at least; more columns than fit are scrolled. */
const NARROWEST = 174;
/** Milliseconds after which panels out of sight are brought up to date: for a screen reader, not for the eye. */
const UNSEEN_MS = 500;
/** Where there is room for one model only, chosen by its tab. */
const single = matchMedia("(max-width: 640px)");

/**
 * @typedef {object} Stage everything that the columns show
 * @property {Column[]} columns
 * @property {string} task
 * @property {View} view
 * @property {Extent} extent
 * @property {number} version of the extent
 * @property {Ink} ink
 * @property {number} steps last training step of the timeline
 * @property {Asking} asking
 */

/**
 * Whether a model carries anything from step to step: one that sees a window does not.
 *
 * @param {Column} column
 */
const remembers = ({ cell }) => !cell.options.some((option) => option.name === "window");

export class FarbackColumns extends HTMLElement {
  /** @type {FarbackBand[]} */
  #bands = [];
  /** @type {FarbackHead[]} */
  #heads = [];
  #tabs = make("div", { class: "tabs", role: "tablist", "aria-label": "Model shown" });
  #headRow = make("div", { class: "row" });
  #heading = make("div", { class: "heads" }, this.#headRow);
  #body = make("div", { class: "wide", id: "columns" });
  #shown = 0;
  /** Whether a person chose the model that is shown alone. */
  #picked = false;
  #spare = 0;
  /** Whether panels out of sight are painted as well. */
  #unseen = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #later;
  /** @type {Stage | null} */
  #stage = null;
  /** @type {{t: number, row: number} | null} */
  #mark = null;
  /** @type {Catalog | null} */
  #catalog = null;

  /** @param {Catalog} catalog */
  furnish(catalog) {
    this.#catalog = catalog;
    this.#bands = PANELS.map((panel) => new FarbackBand(panel, catalog));
    this.#body.append(...this.#bands);
    this.append(this.#tabs, this.#heading, this.#body);
    // The heads stay at the top of the window, which they could not inside of what scrolls sideways.
    this.#body.addEventListener("scroll", () => this.#heading.scrollTo({ left: this.#body.scrollLeft }));
    this.#heading.addEventListener("scroll", () => this.#body.scrollTo({ left: this.#heading.scrollLeft }));
    new ResizeObserver(() => this.#fit()).observe(this);
    single.addEventListener("change", () => this.#showRoles());
    addEventListener("beforeprint", () => {
      this.#unseen = true;
      if (this.#stage) this.show(this.#stage);
    });
  }

  /**
   * @param {Stage} stage
   * @returns {number} panels that were painted
   */
  show(stage) {
    this.#stage = stage;
    const { columns } = stage;
    const count = columns.length;
    if (this.#heads.length !== count) this.#resize(count);
    const first = columns.findIndex(remembers);
    if (!this.#picked && first >= 0 && first !== this.#shown) this.pick(first);
    const painted = this.#paintAll(stage);
    // Only now: to write on a canvas the browser brings the page's styles up to date, after every change of the page anew.
    for (const panel of painted) {
      panel.write();
      panel.mark(this.#mark?.t ?? null, this.#mark?.row ?? 0);
    }
    this.#showHeads(stage);
    return painted.length;
  }

  /** @param {Stage} stage */
  #showHeads({ columns, view }) {
    const now = performance.now();
    columns.forEach((column, i) => {
      const colour = `var(--model-${column.colour})`;
      const head = this.#heads[i];
      if (head) {
        head.style.setProperty("--model", colour);
        head.show(column, view, now);
      }
      const tab = this.#tabs.children[i];
      if (tab instanceof HTMLElement) {
        setText(tab, column.title);
        tab.style.setProperty("--model", colour);
      }
    });
  }

  /**
   * @param {Stage} stage
   * @returns {FarbackPanel[]} those whose pictures were painted
   */
  #paintAll(stage) {
    const { columns, view } = stage;
    const answers = columns.find((column) => column.frame)?.frame?.answers ?? [];
    const cell = columns.some((column) => column.cell.states.includes("c"));
    const painted = [];
    const out = leftOut(view);
    this.#spare = SPARE;
    for (const band of this.#bands) {
      band.set(view, { answers, cell, columns, task: stage.task, out: out.has(band.panel.id) });
      if (isFolded(view, band.panel) || band.hidden) continue;
      const scenes = columns.map((column) => this.#scene(stage, column, band.panel));
      if (isAsking(view, band.panel))
        answerScenes(stage.asking, band.panel, columns, scenes, (i) => band.panels[i]?.visible === true);
      for (const [i, panel] of band.panels.entries()) {
        const column = columns[i];
        if (column && this.#paint(stage, column, band, panel, scenes[i] ?? null)) painted.push(panel);
      }
    }
    if (this.#spare < SPARE) tell(this, "repaint");
    this.#unseen = false;
    if (this.#bands.some((band) => band.panels.some((panel) => panel.stale))) {
      this.#later ??= setTimeout(() => {
        this.#later = undefined;
        this.#unseen = true;
        tell(this, "repaint");
      }, UNSEEN_MS);
    }
    return painted;
  }

  /**
   * @param {Stage} stage
   * @param {Column} column
   * @param {Panel} panel
   * @returns {Scene | null} what it looks at
   */
  #scene({ task, view, extent, steps }, column, panel) {
    const frame = panel.trained ? (column.own ?? column.frame) : column.frame;
    if (!frame || !this.#catalog) return null;
    return {
      frame,
      frames: column.frames,
      facts: column.facts,
      task: taskOf(this.#catalog, task),
      cell: column.cell,
      view,
      extent,
      layer: (view.layers[column.index] || frame.layers.length) - 1,
      steps,
      clip: column.clip,
    };
  }

  /**
   * @param {Stage} stage
   * @param {Column} column
   * @param {FarbackBand} band
   * @param {FarbackPanel} panel
   * @param {Scene | null} scene
   */
  #paint(stage, column, band, panel, scene) {
    const frame = scene?.frame;
    const { ink, steps } = stage;
    panel.toggleAttribute("data-unheld", band.panel.trained === true && column.held !== null);
    const brush = {
      ink,
      colour: ink.models[column.colour] ?? ink.text,
      model: column.title,
      step: frame?.step ?? 0,
      length: frame?.length ?? 1,
      ...(frame ? { answer: answerOf(frame, stage.view.row).step } : {}),
      units: band.units,
    };
    const version = `${stage.version} ${band.panel.history ? steps : ""}`;
    // What is new is set up soon, so that it has its height.
    const due = this.#spare > 0 && !panel.childElementCount;
    const painted = panel.show(scene, brush, version, this.#unseen || due);
    if (painted && due && !panel.visible) this.#spare--;
    return painted;
  }

  /**
   * Marks a time step in every panel of every column.
   *
   * @param {{t: number, row: number} | null} mark
   */
  mark(mark) {
    this.#mark = mark;
    for (const head of this.#heads) head.mark(mark?.t ?? null);
    for (const band of this.#bands) for (const panel of band.panels) panel.mark(mark?.t ?? null, mark?.row ?? 0);
  }

  /** @param {number} count */
  #resize(count) {
    this.style.setProperty("--models", String(count));
    while (this.#heads.length > count) this.#heads.pop()?.remove();
    while (this.#heads.length < count) {
      const head = new FarbackHead();
      this.#heads.push(head);
      this.#headRow.append(head);
    }
    for (const band of this.#bands) band.resize(count);
    this.#tabs.replaceChildren(
      ...Array.from({ length: count }, (_, i) =>
        make("button", {
          type: "button",
          role: "tab",
          id: `tab-${i}`,
          "aria-controls": this.#body.id,
          onclick: () => this.#choose(i),
          onkeydown: (/** @type {KeyboardEvent} */ e) => this.#tabKey(e),
        }),
      ),
    );
    this.pick(Math.min(this.#shown, count - 1));
    this.#fit();
  }

  /** Lets the columns scroll where they do not fit. */
  #fit() {
    this.toggleAttribute("data-many", !single.matches && this.#heads.length * NARROWEST > this.clientWidth);
  }

  /** Where the tabs are shown, what they choose from is their panel. */
  #showRoles() {
    setAttribute(this.#body, "role", single.matches ? "tabpanel" : null);
    setAttribute(this.#body, "aria-labelledby", single.matches ? `tab-${this.#shown}` : null);
  }

  /**
   * What a person chose stays chosen.
   *
   * @param {number} at
   */
  #choose(at) {
    this.#picked = true;
    this.pick(at);
  }

  /**
   * Shows one model where there is room for one only.
   *
   * @param {number} at
   */
  pick(at) {
    this.#shown = Math.max(at, 0);
    [...this.#tabs.children].forEach((tab, i) => {
      setAttribute(tab, "aria-selected", String(i === at));
      setAttribute(tab, "tabindex", i === at ? 0 : -1);
    });
    for (const parts of [this.#heads, ...this.#bands.map((band) => band.panels)]) {
      for (const [i, part] of parts.entries()) part.classList.toggle("shown", i === at);
    }
    this.#showRoles();
    tell(this, "repaint");
  }

  /** @param {KeyboardEvent} event */
  #tabKey(event) {
    const move = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    const count = this.#heads.length;
    this.#choose((this.#shown + move + count) % count);
    const tab = this.#tabs.children[this.#shown];
    if (tab instanceof HTMLElement) tab.focus();
  }
}

customElements.define("farback-columns", FarbackColumns);
