/**
 * Race: what each of several models remembers, one dot a run, over several seeds. They can be trained again with others.
 *
 * @import {Catalog, RunRecord, Spec} from "../types.js"
 * @import {Cell} from "../draw/read.js"
 * @import {FigureTable} from "./index.js"
 * @import {LessonModels} from "./models.js"
 */

import { getCatalog, getRun, postRun, Refused } from "../api.js";
import { make, setText, tell } from "../elements/dom.js";
import { percent, plural, reachText, whole } from "../format.js";
import { quantile } from "../lags.js";
import { draw, picture, write } from "./svg.js";

/** How often it is asked how far the runs are, in milliseconds. */
const ASK_MS = 500;
/** Of the runs that wait, one in so many is asked about at a time. */
const TURNS = 4;
const [LEFT, RIGHT, TOP, ROW, FOOT] = [102, 26, 24, 50, 40];
const RADIUS = 5;
const OVER = ["done", "failed"];

/** @typedef {"reach" | "horizon" | "accuracy"} Measure */
/** @typedef {{models: string[], seeds: number, measure: Measure}} Setup */
/**
 * @typedef {{spec: Spec, seed: number, id: string, there: boolean, run: RunRecord | null}} Entry whether the server has
 *   it, and what it said of it; null: not asked yet
 */
/** @typedef {{name: string, title: string, colour: string, entries: Entry[]}} Runner */

/** @type {Record<Measure, {title: string, of: (run: RunRecord) => number | null, text: (run: RunRecord) => string}>} */
const MEASURES = {
  reach: {
    title: "reach, in steps",
    of: ({ result }) => result?.reach.value ?? null,
    text: ({ result }) => (result ? reachText(result.reach) : "none"),
  },
  horizon: {
    title: "gradient horizon, in steps",
    of: ({ result }) => result?.horizon.value ?? null,
    text: ({ result }) => (result ? String(result.horizon.value ?? "not finite") : "none"),
  },
  accuracy: {
    title: "share of right answers",
    of: ({ result }) => result?.accuracy ?? null,
    text: ({ result }) => (typeof result?.accuracy === "number" ? percent(result.accuracy) : "none"),
  },
};

export class Race {
  element = make("div", { class: "race" });
  #models;
  #catalog;
  /** @type {Map<string, Runner>} */
  #runners = new Map();
  /** @type {Setup} */
  #setup = { models: [], seeds: 0, measure: "reach" };
  /** Whether it is being asked how far the runs are. */
  #asking = false;

  #place = make("div", { class: "dots" });
  #told = make("p", { class: "told" });
  #trained = make("span", { role: "status" });
  #now = make("span");
  #progress = make("p", { class: "progress" }, this.#trained, this.#now);
  #again = make("button", { type: "button", "data-part": "again", onclick: () => this.again() });
  #wide = new ResizeObserver(() => this.#draw());

  /**
   * @param {LessonModels} models
   * @param {Catalog} catalog
   */
  constructor(models, catalog) {
    this.#models = models;
    this.#catalog = catalog;
    this.element.append(make("div", { class: "tools" }, this.#again), this.#place, this.#told, this.#progress);
    this.#wide.observe(this.#place);
  }

  /**
   * @param {LessonModels} models
   */
  static async create(models) {
    return new Race(models, await getCatalog());
  }

  /** @param {Setup} setup */
  set(setup) {
    this.#setup = setup;
    for (const name of setup.models) {
      if (!this.#runners.has(name)) this.#runners.set(name, this.#runner(name));
      const { entries } = this.#of(name);
      for (let n = entries.length; n < setup.seeds; n++) entries.push(this.#prepared(name, n));
    }
    this.#draw();
    void this.#ask();
  }

  /** Trains all of them once more, each with as many seeds that it was not trained with yet. */
  async again() {
    if (window.origin === "null") {
      // A frame that is closed in may start nothing.
      setText(this.#trained, "Within this frame nothing can be trained: open the lesson itself.");
      return;
    }
    this.#again.disabled = true;
    let refusal = "";
    try {
      const { models, seeds } = this.#setup;
      for (const name of models) {
        const { spec } = this.#models.of(name);
        const { entries } = this.#of(name);
        const first = Math.max(...entries.map(({ seed }) => seed)) + 1;
        for (let seed = first; seed < first + seeds; seed++) {
          const other = { ...spec, seed };
          const { id } = await postRun(other);
          entries.push({ spec: other, seed, id, there: true, run: null });
        }
      }
    } catch (error) {
      refusal = /** @type {Error} */ (error).message;
    }
    await this.#ask();
    if (refusal) setText(this.#trained, refusal);
  }

  /** @param {string} name */
  #of(name) {
    return /** @type {Runner} */ (this.#runners.get(name));
  }

  /** @param {string} name @returns {Runner} */
  #runner(name) {
    const { spec } = this.#models.of(name);
    const cells = this.#catalog.cells;
    const place = cells.findIndex((cell) => cell.name === spec.cell.name);
    const opening = this.#catalog.opening.cells.indexOf(spec.cell.name);
    return {
      name,
      title: cells[place]?.title ?? name,
      colour: `var(--model-${opening < 0 ? place % 8 : opening})`,
      entries: [],
    };
  }

  /** A run that the lesson brings. @param {string} name @param {number} n @returns {Entry} */
  #prepared(name, n) {
    const { spec, runs, known } = this.#models.of(name);
    const seed = (spec.seed ?? 0) + n;
    return { spec: { ...spec, seed }, seed, id: runs[n], there: known[n], run: null };
  }

  /** Asks for what is not trained yet, until all is. */
  async #ask() {
    if (this.#asking) return;
    this.#asking = true;
    for (let round = 0; ; round++) {
      const open = this.#entries().filter(({ run }) => !run || !OVER.includes(run.status));
      if (!open.length) break;
      if (round) await new Promise((resolve) => setTimeout(resolve, ASK_MS));
      // Those that wait are asked about in turn.
      const asked = open.filter(({ run }, i) => !round || run?.status === "running" || i % TURNS === round % TURNS);
      await Promise.all(asked.map((entry) => this.#askOne(entry)));
      this.#draw();
    }
    this.#asking = false;
    this.#draw();
  }

  /** @param {Entry} entry */
  async #askOne(entry) {
    try {
      if (!entry.there) await postRun(entry.spec);
      entry.there = true;
      entry.run = await getRun(entry.id);
      if (entry.run.status === "cancelled") await postRun(entry.spec); // somebody withdrew from it
    } catch (error) {
      // It was dropped; and what was refused, since as many as may wait do already, is asked for again.
      if (error instanceof Refused && error.code === "not_found") entry.there = false;
    }
  }

  /** All runs that are shown. */
  #entries() {
    return this.#setup.models.flatMap((name) => this.#of(name).entries);
  }

  #draw() {
    const { models } = this.#setup;
    if (!models.length || !this.#place.clientWidth) return;
    const runners = models.map((name) => this.#of(name));
    const entries = this.#entries();
    const done = entries.filter(({ run }) => run && OVER.includes(run.status));
    this.#place.replaceChildren(this.#picture(runners));
    this.#again.disabled = done.length < entries.length;
    const seeds = runners[0].entries.length;
    const first = Math.max(...runners[0].entries.map(({ seed }) => seed)) + 1;
    const last = first + this.#setup.seeds - 1;
    const which = last > first ? `${first} to ${last}` : String(first);
    setText(this.#again, `Train ${plural(this.#setup.seeds, "more seed")} (${which})`);
    const open = done.length < entries.length;
    setText(this.#trained, open ? `${done.length} of ${plural(entries.length, "run")} are trained.` : "");
    setText(this.#now, open ? running(runners) : "");
    setText(this.#told, done.length ? `${runners.map((one) => this.#sentence(one)).join(" ")} Seeds: ${seeds}.` : "");
    tell(this.element, "drawn");
  }

  /** @returns {FigureTable[]} */
  tables() {
    const runners = this.#setup.models.map((name) => this.#of(name));
    const rows = runners.flatMap(({ title, entries }) => entries.map((entry) => ({ title, ...entry })));
    return [
      {
        name: "all runs",
        caption: "All runs. Reach and gradient horizon in steps back, right answers as a share from 0 to 1.",
        head: ["model", "seed", "reach", "gradient horizon", "right answers", "solved at update", "updates"],
        body: rows.map(({ title, seed, run }) => [title, seed, ...resultOf(run)]),
        links: rows.map(({ id }) => `r/${id}`),
      },
    ];
  }

  /** The longest lag that the task asks for. */
  get #lag() {
    const known = this.#entries().find(({ run }) => run)?.run;
    return Math.max(1, ...(known?.facts.lags ?? []));
  }

  /** @param {Runner[]} runners */
  #picture(runners) {
    const { measure } = this.#setup;
    const { of, title } = MEASURES[measure];
    const width = Math.min(this.#place.clientWidth, 760);
    const bottom = TOP + runners.length * ROW;
    const most = measure === "accuracy" ? 1 : this.#lag;
    const x = /** @param {number} value */ (value) => LEFT + ((width - LEFT - RIGHT) * Math.min(value, most)) / most;
    const shapes = ticks(most, measure).map(({ at, label }) =>
      draw(
        "g",
        { class: "tick" },
        draw("path", { d: `M${x(at)} ${TOP} V${bottom}` }),
        write(x(at), bottom + 12, label, { class: "small" }),
      ),
    );
    shapes.push(write((LEFT + width - RIGHT) / 2, bottom + 30, title, { class: "small" }));
    if (measure !== "accuracy") {
      shapes.push(
        draw(
          "g",
          { class: "asked-for", "data-part": "lag" },
          draw("path", { d: `M${x(most)} ${TOP - 6} V${bottom}` }),
          write(x(most) + 4, TOP - 14, `asked for: up to ${plural(most, "step")} back`, {
            class: "small",
            "text-anchor": "end",
          }),
        ),
      );
    }
    runners.forEach(({ title: name, colour, entries }, row) => {
      const middle = TOP + (row + 0.5) * ROW;
      shapes.push(
        write(LEFT - 10, middle, name, { class: "runner", "text-anchor": "end" }),
        draw("path", { d: `M${LEFT} ${TOP + (row + 1) * ROW} H${width - RIGHT}`, class: "floor" }),
      );
      const group = draw("g", { "data-part": "dots", style: `fill: ${colour}; stroke: ${colour}` });
      const values = [];
      const apart = (ROW - 18) / Math.max(entries.length - 1, 1);
      for (const [i, { run, seed }] of entries.entries()) {
        const value = run && of(run);
        if (!run || value === null) continue;
        values.push(value);
        const y = middle + (i - (entries.length - 1) / 2) * apart;
        const dot = draw("circle", {
          cx: x(value),
          cy: y,
          r: RADIUS,
          class: "dot",
          "data-run": run.id,
          "data-value": value,
        });
        dot.append(draw("title", {}, `${name}, seed ${seed}: ${MEASURES[measure].text(run)}`));
        group.append(dot);
      }
      shapes.push(group);
      if (values.length) {
        const at = x(median(values));
        const line = draw("path", {
          d: `M${at} ${middle - ROW / 2 + 4} V${middle + ROW / 2 - 4}`,
          stroke: colour,
          class: "median",
        });
        shapes.push(draw("g", { "data-part": "median" }, line));
      }
    });
    const label = `${title} of ${runners.map((one) => this.#sentence(one)).join(" ")}`;
    const svg = picture(width, bottom + FOOT, label, ...shapes);
    svg.style.width = `${width}px`;
    return svg;
  }

  /** What a model did over all its seeds. @param {Runner} runner */
  #sentence({ title, entries }) {
    const runs = entries.flatMap(({ run }) => (run?.result ? [run] : []));
    if (!runs.length) return `${title}: no run yet.`;
    const { measure } = this.#setup;
    const { of } = MEASURES[measure];
    const values = runs.flatMap((run) => of(run) ?? []);
    const updates = whole(median(runs.map(({ result }) => result?.steps ?? 0)));
    const after = `, after ${updates} updates (median)`;
    if (measure === "accuracy") {
      const [low, high] = [Math.min(...values), Math.max(...values)].map(percent);
      return `${title}: ${low === high ? low : `${low} to ${high}`} right${after}.`;
    }
    const there = values.filter((value) => value >= this.#lag).length;
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const steps = low === high ? low : `${low} to ${high}`;
    return `${title}: ${steps} steps, ${there} of ${runs.length} all the way${after}.`;
  }
}

/** What is trained now. @param {Runner[]} runners */
function running(runners) {
  const all = runners.flatMap(({ title, entries }) =>
    entries.flatMap(({ run, seed }) =>
      run?.status === "running" ? [`${title} with seed ${seed} at update ${run.step} of at most ${run.steps}`] : [],
    ),
  );
  return all.length ? ` Training now: ${all.join("; ")}.` : "";
}

/** @param {RunRecord | null} run @returns {Cell[]} */
function resultOf(run) {
  const result = run?.result;
  if (!result) return [run?.reason ?? run?.status ?? "…", null, null, null, null];
  return [
    result.reach.at_least ? reachText(result.reach) : result.reach.value,
    result.horizon.value ?? "not finite",
    result.accuracy ?? null,
    result.solved_at ?? "not solved",
    result.steps,
  ];
}

/** @param {number[]} values not none */
const median = (values) =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );

/** @param {number} most @param {Measure} measure */
function ticks(most, measure) {
  if (measure === "accuracy") return [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, label: percent(at) }));
  const apart = [1, 2, 5, 10, 20, 25, 50, 100].find((step) => most / step <= 6) ?? most;
  const count = Math.floor(most / apart);
  return Array.from({ length: count + 1 }, (_, i) => ({ at: i * apart, label: String(i * apart) }));
}
