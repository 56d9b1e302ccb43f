/**
 * HOW FAR BACK? One row a model on one axis of steps: what it does as a solid bar, what its gradient sees as an outline.
 *
 * @import {Catalog, Column, Extent} from "../types.js"
 */

import { horizonText, reachText } from "../format.js";
import { compareText, estimateText, solvedText } from "../words.js";
import { explanation } from "./band.js";
import { make, setAttribute, setText } from "./dom.js";

/** Distances between the axis's numbers, in steps, and their most. */
const DISTANCES = [1, 2, 5, 10, 20, 50, 100];
const MOST = 10;

/** One model's row. */
class Row {
  name = make("span", { class: "name" });
  solved = make("span", { class: "solved" });
  solid = make("i", { class: "solid" });
  outline = make("i", { class: "outline" });
  start = make("i", { class: "start" });
  number = make("strong", { class: "number" });
  estimate = make("span", { class: "estimate" });
  horizon = make("span", { class: "horizon" });
  compare = make("p", { class: "compare" });
  track = make("div", { class: "track", role: "img" }, this.outline, this.solid, this.start);
  whole = make(
    "li",
    {},
    make("div", { class: "who" }, make("i", { class: "swatch" }), this.name, this.solved),
    this.track,
    make("div", { class: "reading" }, this.number, make("span", { class: "small" }, this.horizon, this.estimate)),
    this.compare,
  );
}

export class FarbackReach extends HTMLElement {
  #list = make("ol");
  #axis = make("div", { class: "axis", "aria-hidden": "true" });
  /** @type {Row[]} */
  #rows = [];
  #longest = 0;

  /** @param {Catalog} catalog */
  furnish(catalog) {
    const measures = ["reach", "horizon"].flatMap((name) => (catalog.measures[name] ? [catalog.measures[name]] : []));
    const legend = make(
      "p",
      { class: "legend" },
      make("span", {}, make("i", { class: "solid" }), "reach: from how far back it answers right"),
      make("span", {}, make("i", { class: "outline" }), "gradient horizon: how far its gradient sees"),
      make("span", {}, make("i", { class: "start" }), "the same before training"),
    );
    this.append(
      make(
        "div",
        { class: "heading" },
        make("h2", {}, "How far back?"),
        explanation("How far back?", measures),
        legend,
      ),
      this.#list,
      make("div", { class: "axisrow", "aria-hidden": "true" }, this.#axis),
    );
  }

  /**
   * @param {Column[]} columns
   * @param {Extent} extent
   */
  show(columns, extent) {
    while (this.#rows.length > columns.length) this.#rows.pop()?.whole.remove();
    while (this.#rows.length < columns.length) {
      const row = new Row();
      this.#rows.push(row);
      this.#list.append(row.whole);
    }
    const tested = columns.map((column) => Math.max(0, ...(column.facts?.lags ?? [])));
    const seen = columns.map((column) => column.frame?.horizon.value ?? 0);
    const longest = Math.max(extent.lag, ...tested, ...seen);
    this.#ruler(longest);
    columns.forEach((column, i) => {
      const row = this.#rows[i];
      if (row) showRow(row, column, longest);
    });
  }

  /** @param {number} longest */
  #ruler(longest) {
    if (longest === this.#longest) return;
    this.#longest = longest;
    const apart = DISTANCES.find((distance) => longest / distance < MOST) ?? longest;
    const ticks = [];
    const lags = Array.from({ length: Math.ceil(longest / apart) }, (_, i) => i * apart);
    // The end is always named; the number before it goes where both would touch.
    if (longest - (lags.at(-1) ?? 0) < apart / 2 && lags.length > 1) lags.pop();
    for (const lag of [...lags, longest]) {
      const tick = make("span", {}, String(lag));
      tick.style.left = `${(100 * lag) / longest}%`;
      ticks.push(tick);
    }
    this.#axis.replaceChildren(...ticks, make("em", {}, "steps back"));
    this.style.setProperty("--grid", `${(100 * apart) / longest}%`);
  }
}

/**
 * @param {Row} row
 * @param {Column} column
 * @param {number} longest
 */
function showRow(row, column, longest) {
  const { frame } = column;
  row.whole.style.setProperty("--model", `var(--model-${column.colour})`);
  setAttribute(row.whole, "data-testid", "reach-row");
  setAttribute(row.whole, "data-model", column.title);
  setText(row.name, column.title);
  row.whole.classList.toggle("waiting", !frame);
  if (!frame) {
    setText(row.number, "–");
    for (const part of [row.solved, row.horizon, row.estimate, row.compare]) setText(part, "");
    return;
  }
  const { reach, horizon } = frame;
  const width = /** @param {number} steps */ (steps) => `${(100 * Math.min(steps, longest)) / longest}%`;
  row.solid.style.width = width(reach.value);
  row.solid.classList.toggle("open", reach.at_least);
  row.outline.style.width = width(horizon.value ?? 0);
  row.start.hidden = horizon.at_start === null;
  row.start.style.left = width(horizon.at_start ?? 0);
  const seen = horizonText(horizon, longest);
  setText(row.number, reachText(reach));
  setText(row.horizon, `gradient ${seen}`);
  setText(row.estimate, estimateText(frame));
  setText(row.solved, solvedText(frame, column.facts));
  setText(row.compare, compareText(frame));
  const start = horizon.at_start === null ? "" : `, ${horizon.at_start} before training`;
  setAttribute(
    row.track,
    "aria-label",
    `${column.title}: reach ${reachText(reach)} steps; gradient horizon ${seen}${start}`,
  );
}

customElements.define("farback-reach", FarbackReach);
