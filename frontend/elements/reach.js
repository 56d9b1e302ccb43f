/**
 * HOW FAR BACK? One row a model on one axis of steps: what it does as a solid bar, what its gradient sees as an outline.
 *
 * @import {Catalog, Column, Extent, Frame} from "../types.js"
 */

import { horizonText, reachText } from "../format.js";
import { atText, seenAt } from "../threshold.js";
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
  /** On a small screen the sentence is folded away. */
  more = make("button", {
    type: "button",
    class: "more words",
    "aria-expanded": "false",
    onclick: () => setAttribute(this.more, "aria-expanded", String(this.whole.classList.toggle("open"))),
  });
  whole = make(
    "li",
    { "data-testid": "reach-row" },
    make("div", { class: "who" }, make("i", { class: "swatch" }), this.name, this.solved),
    this.track,
    make("div", { class: "reading" }, this.number, make("span", { class: "small" }, this.horizon, this.estimate)),
    this.compare,
    this.more,
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
    const sign = /** @param {string} kind @param {string} name @param {string} words */ (kind, name, words) =>
      make("span", {}, make("i", { class: kind }), make("span", {}, name, make("span", { class: "long" }, words)));
    const legend = make(
      "p",
      { class: "legend" },
      sign("solid", "reach", ": from how far back it answers clearly better than a guess"),
      sign("outline", "gradient", " horizon: how far its gradient sees"),
      sign("start", "before training", ""),
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
   * @param {number} threshold of the gradient horizon
   */
  show(columns, extent, threshold) {
    while (this.#rows.length > columns.length) this.#rows.pop()?.whole.remove();
    while (this.#rows.length < columns.length) {
      const row = new Row();
      this.#rows.push(row);
      this.#list.append(row.whole);
    }
    const tested = columns.map((column) => Math.max(0, ...(column.facts?.lags ?? [])));
    // On a sequence of one's own the model is still the same, and so is its reach.
    const frames = columns.map(({ gated, own, frame, frames: [first] }) => {
      const shown = gated ? frame : (own ?? frame);
      return shown && seenAt(shown, first, threshold);
    });
    const seen = frames.map((frame) => frame?.horizon.value ?? 0);
    const longest = Math.max(extent.lag, ...tested, ...seen);
    this.#ruler(longest);
    columns.forEach((column, i) => {
      const row = this.#rows[i];
      if (row) showRow(row, column, frames[i] ?? null, longest);
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
 * @param {Frame | null} frame
 * @param {number} longest
 */
function showRow(row, column, frame, longest) {
  const { facts, title, gated } = column;
  row.whole.style.setProperty("--model", `var(--model-${column.colour})`);
  setAttribute(row.whole, "data-model", title);
  setText(row.name, title);
  setAttribute(row.name, "title", title);
  setAttribute(row.more, "aria-label", `What this says about ${title}`);
  row.whole.classList.toggle("waiting", !frame);
  const width = /** @param {number} steps */ (steps) => `${(100 * Math.min(steps, longest)) / longest}%`;
  row.solid.style.width = width(frame?.reach.value ?? 0);
  row.outline.style.width = width(frame?.horizon.value ?? 0);
  row.start.hidden = (frame?.horizon.at_start ?? null) === null;
  row.start.style.left = width(frame?.horizon.at_start ?? 0);
  if (!frame) {
    setText(row.number, "–");
    for (const part of [row.solved, row.horizon, row.estimate, row.compare]) setText(part, "");
    setAttribute(row.track, "aria-label", `${title}: nothing is measured yet`);
    return;
  }
  const { reach, horizon, last } = frame;
  // From so few sequences the reach of a live frame jumps: it does not look like a result.
  row.whole.classList.toggle("estimated", !last);
  const does = reachText(reach, last);
  const sees = horizonText(frame) + atText(horizon.threshold);
  // The gradient of a sequence of another length says nothing about the reach on those that were held out.
  const compared = gated && column.own?.length !== frame.length ? "" : compareText(frame, facts);
  setText(row.number, does);
  setText(row.horizon, `gradient ${sees}`);
  setText(row.estimate, estimateText(frame));
  setText(row.solved, (gated && column.held) || solvedText(frame, facts));
  setAttribute(row.solved, "title", row.solved.textContent);
  row.whole.classList.toggle("held", gated);
  setText(row.compare, compared);
  setAttribute(row.compare, "title", compared);
  const start = horizon.at_start === null ? "" : `, ${horizon.at_start} before training`;
  const sure = last ? "" : ", a live estimate";
  setAttribute(row.track, "aria-label", `${title}: reach ${does} steps${sure}; gradient horizon ${sees}${start}`);
}

customElements.define("farback-reach", FarbackReach);
