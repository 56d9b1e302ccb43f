/**
 * The memory table: for each task a table of the models that were trained on it, with a bar for how far back they answer.
 *
 * @import {Catalog, Memory, MemoryRow, Task} from "../types.js"
 */

import { plural, whole } from "../format.js";
import { orMore, scoreText, secondsText, solvedText, told } from "../remembered.js";
import { explanation } from "./band.js";
import { make } from "./dom.js";

/** @param {Task} task */
const headsOf = ({ kind }) => {
  const score = kind === "classification" ? "Right answers" : "Squared error";
  return ["Model", "How far back?", "Reach", "Gradient horizon", "Solved?", score, "Parameters", "Time"];
};

export class FarbackMemory extends HTMLElement {
  /**
   * @param {Catalog} catalog
   * @param {Memory} memory
   */
  show(catalog, memory) {
    const { rows, day, torch, machine, seed } = memory;
    const measures = ["reach", "horizon", "solved", "accuracy", "loss"].flatMap((name) => catalog.measures[name] ?? []);
    const tasks = catalog.tasks.filter(({ name }) => rows.some(({ task }) => task === name));
    this.replaceChildren(
      make(
        "div",
        { class: "heading" },
        make("h2", {}, "What every model remembers"),
        explanation("What every model remembers", measures),
        make(
          "p",
          { class: "legend" },
          sign("solid", "reach: from how far back it answers clearly better than a guess"),
          sign("outline", "gradient horizon: how far its gradient sees"),
          sign("start", "before training"),
        ),
      ),
      make(
        "p",
        { class: "how" },
        `Every model as its presets train it, with ${plural(seed.length, "seed")}: the median, and in small print the range. `,
        `Time is processor time of one run on one thread: ${machine.join(" and ")}, torch ${torch.join(" and ")}, ${day.join(" and ")}. `,
        "Train any of them here: the name of a model starts it.",
      ),
      overview(catalog, tasks, rows),
      ...tasks.map((task) => section(catalog, task, rows)),
    );
  }
}

/**
 * @param {string} kind
 * @param {string} words
 */
const sign = (kind, words) => make("span", {}, make("i", { class: kind }), words);

/**
 * Tasks by models: who solved what, at a glance.
 *
 * @param {Catalog} catalog
 * @param {Task[]} tasks
 * @param {MemoryRow[]} rows
 */
function overview(catalog, tasks, rows) {
  const heads = catalog.cells.map(({ title }) => make("th", { scope: "col" }, title));
  const lines = tasks.map((task) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, make("a", { href: `#${task.name}` }, task.title)),
      ...catalog.cells.map(({ name }) => glance(rows.find((row) => row.task === task.name && row.cell === name))),
    ),
  );
  return make(
    "table",
    { class: "overview", "data-testid": "overview" },
    make("caption", {}, "Seeds that solved the task, and the reach in steps"),
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Task"), ...heads)),
    make("tbody", {}, ...lines),
  );
}

/** @param {MemoryRow | undefined} row */
function glance(row) {
  if (!row) return make("td", {}, "–");
  const { solved, seeds } = row;
  const how = solved === seeds ? "all" : solved ? "some" : "none";
  return make(
    "td",
    { class: how },
    make("b", {}, `${solved} of ${seeds}`),
    make("span", {}, told(row.reach, orMore(row.at_least)).median),
  );
}

/**
 * @param {Catalog} catalog
 * @param {Task} task
 * @param {MemoryRow[]} all
 */
function section(catalog, task, all) {
  const rows = all.filter((row) => row.task === task.name);
  const heads = headsOf(task);
  const longest = Math.max(
    1,
    ...rows.flatMap((row) => [row.reach, row.horizon, row.horizon_at_start].map((spread) => spread?.high ?? 0)),
  );
  return make(
    "section",
    { id: task.name, "data-testid": `task-${task.name}` },
    make("h3", {}, make("a", { href: `./?task=${task.name}` }, task.title)),
    make("p", {}, task.summary),
    make("p", { class: "rule" }, "Solved: ", task.success),
    make(
      "table",
      {},
      make("caption", { class: "unseen" }, `${task.title}: what each model came to`),
      make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))),
      make("tbody", {}, ...rows.map((row) => line(catalog, row, heads, longest))),
    ),
    make("p", { class: "source" }, make("a", { href: task.cite.url, rel: "noreferrer" }, task.cite.text)),
  );
}

/**
 * @param {Catalog} catalog
 * @param {MemoryRow} row
 * @param {string[]} heads of the columns
 * @param {number} longest of all bars beside it
 */
function line(catalog, row, heads, longest) {
  const place = catalog.cells.findIndex(({ name }) => name === row.cell);
  const title = catalog.cells[place]?.title ?? row.cell;
  const reach = told(row.reach, orMore(row.at_least));
  const horizon = told(row.horizon, orMore(row.last_step));
  const start = told(row.horizon_at_start, orMore(row.last_step)).median;
  const seeds = [horizon.range, `${start} before`].filter(Boolean).join(", ");
  const numbers = [
    reach,
    { median: horizon.median, range: seeds },
    { median: solvedText(row), range: "" },
    scoreText(row),
    { median: whole(row.parameters), range: "" },
    told(row.seconds, secondsText),
  ];
  return make(
    "tr",
    { style: `--model: var(--model-${place})` },
    make(
      "th",
      { scope: "row" },
      make("i", { class: "swatch" }),
      make("a", { href: `./?task=${row.task}&models=${row.cell}`, title: `Train the ${title} on this task` }, title),
    ),
    make("td", { class: "bars" }, bars(row, longest)),
    ...numbers.map(({ median, range }, at) =>
      make("td", { "data-head": heads[at + 2] ?? "" }, make("span", {}, median), range && make("small", {}, range)),
    ),
  );
}

/**
 * @param {MemoryRow} row
 * @param {number} longest
 */
function bars({ reach, horizon, horizon_at_start }, longest) {
  const width = /** @param {number} steps */ (steps) => `${(100 * steps) / longest}%`;
  const bar = make("div", { class: "track", "aria-hidden": "true" });
  const part = /** @param {string} kind @param {string} style */ (kind, style) =>
    bar.append(make("i", { class: kind, style }));
  if (horizon) part("outline", `width: ${width(horizon.median)}`);
  if (reach) part("solid", `width: ${width(reach.median)}`);
  if (horizon_at_start) part("start", `left: ${width(horizon_at_start.median)}`);
  return bar;
}

customElements.define("farback-memory", FarbackMemory);
