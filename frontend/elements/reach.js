/**
 * HOW FAR BACK? One row a model on one axis of steps: what it does as a solid bar, what its gradient sees as an outline.
 *
 * @import {Summary} from "../seeds.js"
 * @import {Catalog, Column, Extent, Frame} from "../types.js"
 */

import { horizonText, reachText } from "../format.js";
import { atText, seenAt } from "../threshold.js";
import { compareText, estimateText, halfText, solvedText } from "../words.js";
import { explanation } from "./band.js";
import { changed, make, setAttribute, setText } from "./dom.js";
import { EverySeed } from "./every.js";

/** Distances between the axis's numbers, in steps, and the pixels that a number takes, with air. */
const DISTANCES = [1, 2, 5, 10, 20, 50, 100];
const NUMBER = 26;

/** One model's row. */
class Row {
  name = make("span", { class: "name" });
  solved = make("span", { class: "solved" });
  solid = make("i", { class: "solid" });
  outline = make("i", { class: "outline" });
  start = make("i", { class: "start" });
  number = make("strong", { class: "number" });
  estimate = make("span", { class: "estimate" });
  horizon = make("span");
  /** Range of the horizon, over the sequences or over several seeds, for which a small screen has no room. */
  range = make("span", { class: "range" });
  compare = make("p", { class: "compare" });
  /** How far apart they lie, of the reach and of the horizon: over several seeds, else over the trials of this one. */
  does = make("i", { class: "whisker does", hidden: true });
  sees = make("i", { class: "whisker sees", hidden: true });
  track = make("div", { class: "track", role: "img" }, this.outline, this.solid, this.start, this.does, this.sees);
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
    make(
      "div",
      { class: "reading" },
      this.number,
      make("span", { class: "small" }, make("span", { class: "horizon" }, this.horizon, this.range), this.estimate),
    ),
    this.compare,
    this.more,
  );
}

export class FarbackReach extends HTMLElement {
  #list = make("ol");
  #axis = make("div", { class: "axis", "aria-hidden": "true" });
  #every = new EverySeed();
  /** @type {Row[]} */
  #rows = [];
  #longest = 0;
  /** Pixels that the axis has. */
  #room = 0;

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
      sign("whisker does", "spread", ""),
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
      this.#every,
    );
    new ResizeObserver(() => {
      this.#room = this.#axis.clientWidth;
      if (this.#longest) this.#number();
    }).observe(this.#axis);
  }

  /**
   * @param {Column[]} columns
   * @param {Extent} extent
   * @param {number} threshold of the gradient horizon
   * @param {(model: number) => Summary | null} seeds what is known of a model's other seeds
   */
  show(columns, extent, threshold, seeds) {
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
    const summaries = columns.map((_, i) => seeds(i));
    const spread = summaries.map((summary) => summary?.horizon?.high ?? 0);
    const longest = Math.max(extent.lag, ...tested, ...seen, ...spread);
    this.#ruler(longest);
    const titles = columns.map(({ title }) => title);
    this.#every.show(titles, summaries);
    columns.forEach((column, i) => {
      const row = this.#rows[i];
      if (!row) return;
      // Results of other seeds stand beside the result of this one, not beside how it came about.
      const going = column.status?.status === "queued" || column.status?.status === "running";
      const atEnd = !going && column.frame !== null && column.frame === column.frames.at(-1);
      showRow(row, column, frames[i] ?? null, atEnd ? (summaries[i] ?? null) : null, longest);
    });
  }

  /** @param {number} longest */
  #ruler(longest) {
    if (longest === this.#longest) return;
    this.#longest = longest;
    this.#number();
  }

  #number() {
    const longest = this.#longest;
    const wide = /** @param {number} steps */ (steps) => (this.#room * steps) / longest;
    const apart = DISTANCES.find((distance) => wide(distance) >= NUMBER) ?? longest;
    const ticks = [];
    const lags = Array.from({ length: Math.ceil(longest / apart) }, (_, i) => i * apart);
    // The end is always named; the number before it goes where both would touch.
    if (wide(longest - (lags.at(-1) ?? 0)) < NUMBER && lags.length > 1) lags.pop();
    for (const lag of [...lags, longest]) {
      const tick = make("span", {}, String(lag));
      tick.style.left = `${(100 * lag) / longest}%`;
      ticks.push(tick);
    }
    this.#axis.replaceChildren(...ticks, make("em", {}, "steps back"));
    this.style.setProperty("--grid", `${(100 * apart) / longest}%`);
  }
}

/** @typedef {{does: string, sees: string, range: string, estimate: string, solved: string, told: string}} Words */

/**
 * @param {Row} row
 * @param {Column} column
 * @param {Frame | null} frame
 * @param {Summary | null} summary of several seeds; null: there is one
 * @param {number} longest
 */
function showRow(row, column, frame, summary, longest) {
  const { facts, title, gated, held, own, colour } = column;
  if (!changed(row, [facts, title, gated, held, own, colour, frame, summary, longest])) return;
  row.whole.style.setProperty("--model", `var(--model-${colour})`);
  setAttribute(row.whole, "data-model", title);
  setText(row.name, title);
  setAttribute(row.name, "title", title);
  setAttribute(row.more, "aria-label", `What this says about ${title}`);
  row.whole.classList.toggle("waiting", !frame);
  row.whole.classList.toggle("seeded", Boolean(frame && summary));
  const width = /** @param {number} steps */ (steps) => `${(100 * Math.min(steps, longest)) / longest}%`;
  row.solid.style.width = width((frame && summary?.reach?.median) ?? frame?.reach.value ?? 0);
  row.outline.style.width = width((frame && summary?.horizon?.median) ?? frame?.horizon.value ?? 0);
  row.start.hidden = (frame?.horizon.at_start ?? null) === null;
  row.start.style.left = width(frame?.horizon.at_start ?? 0);
  showWhisker(row.does, summary?.reach ? rangeOf(summary.reach) : (frame?.reach.spread ?? null), width);
  showWhisker(row.sees, summary?.reach ? rangeOf(summary.horizon) : (frame?.horizon.spread ?? null), width);
  if (!frame) {
    setText(row.number, "–");
    for (const part of [row.solved, row.horizon, row.range, row.estimate, row.compare]) setText(part, "");
    setAttribute(row.track, "aria-label", `${title}: nothing is measured yet`);
    return;
  }
  // From so few sequences the reach of a live frame jumps: it does not look like a result.
  row.whole.classList.toggle("estimated", !frame.last);
  const words = summary?.reach ? ofSeeds(frame, summary) : ofOne(frame, column, summary);
  // The gradient of a sequence of another length says nothing about the reach on those that were held out.
  const compared =
    gated && own?.length !== frame.length ? "" : compareText(frame, facts, column.model.start !== undefined);
  const whose = summary && compared ? `Seed shown: ${compared}` : compared;
  setText(row.number, words.does);
  setText(row.horizon, words.sees);
  setText(row.range, words.range);
  setText(row.estimate, words.estimate);
  setText(row.solved, words.solved);
  setAttribute(row.solved, "title", words.solved);
  row.whole.classList.toggle("held", gated);
  setText(row.compare, whose);
  setAttribute(row.compare, "title", whose);
  setAttribute(row.track, "aria-label", `${title}: ${words.told}`);
}

/** @param {Summary["horizon"]} spread @returns {[number, number] | null} */
const rangeOf = (spread) => spread && [spread.low, spread.high];

/**
 * @param {HTMLElement} whisker
 * @param {[number, number] | null} range in steps
 * @param {(steps: number) => string} width
 */
function showWhisker(whisker, range, width) {
  const [low, high] = range ?? [0, 0];
  // Where all agree there is no range to show.
  whisker.hidden = low === high;
  if (whisker.hidden) return;
  whisker.style.left = width(low);
  whisker.style.width = `calc(${width(high)} - ${width(low)})`;
}

/**
 * What the model that is shown does and sees.
 *
 * @param {Frame} frame
 * @param {Column} column
 * @param {Summary | null} summary of several seeds of which none has a result yet
 * @returns {Words}
 */
function ofOne(frame, { gated, held, facts, model }, summary) {
  const { reach, horizon, last } = frame;
  const onward = model.start !== undefined;
  const does = reachText(reach, last);
  const sees = horizonText(frame) + atText(horizon.threshold);
  const half = halfText(frame);
  const range = half && `, ${half}`;
  const start =
    horizon.at_start === null ? "" : `, ${horizon.at_start} ${onward ? "where it went on" : "before training"}`;
  const sure = last ? "" : ", a live estimate";
  return {
    does,
    sees: `gradient ${sees}`,
    range,
    estimate: summary?.words ?? estimateText(frame),
    solved: (gated && held) || solvedText(frame, facts, onward),
    told: `reach ${does} steps${sure || `, ${estimateText(frame)}`}; gradient horizon ${sees}${range}${start}`,
  };
}

/**
 * Median and range over several seeds.
 *
 * @param {Frame} frame of the seed that is shown
 * @param {Summary} summary
 * @returns {Words}
 */
function ofSeeds({ answers, horizon: { threshold, at_start, spread } }, { horizon, number, words, told }) {
  const written = /** @param {number} value */ (value) =>
    horizonText({ horizon: { value, threshold, at_start, spread }, answers });
  const sees = `gradient ${horizon ? written(horizon.median) : "…"}${atText(threshold)}`;
  const range = !horizon
    ? ""
    : horizon.low === horizon.high
      ? ", all seeds"
      : `, ${horizon.low} to ${written(horizon.high)}`;
  return {
    ...{ does: number, sees, range, estimate: words, solved: told },
    told: `reach ${number} steps, ${words}; ${sees}${range}; ${told}`,
  };
}

customElements.define("farback-reach", FarbackReach);
