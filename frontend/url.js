/**
 * The link: one table drives it both ways. It is read strictly: what is unknown or out of range is refused with a
 * sentence and never silently replaced.
 *
 * @import {Catalog, ModelSetup, Option, Refusal, Setup, Value, View} from "./types.js"
 */

import { holdText, MAX_HOLDS, parseHold, parseSequence } from "./holds.js";
import { PANELS } from "./panels/index.js";
import { NAMES, namesIn } from "./parts.js";
import { parseSeeds } from "./seeds.js";
import { cellOf, MAX_MODELS, opening, plainModel, readsText, refusal, taskOf } from "./setup.js";
import { parseThreshold, THRESHOLD } from "./threshold.js";
import { isShut, plainView } from "./view.js";

/** What a link leaves open is written so. */
const NONE = "none";

/** What sites and mails append to follow a link: it says nothing about the page, so it may not break it either. */
const TRACKING = /^(utm_\w+|mtm_\w+|pk_\w+|hsa_\w+|_hs\w+|[a-z]*clid|mc_[ce]id|mkt_tok|igshid|_ga|_gl)$/i;

/** What is shown around the models, and how. */
const AROUND = new Set(["theme", "hide", "show"]);

/** @typedef {{setup: Setup, view: View}} State */

/**
 * @typedef {object} Row
 * @property {string} key ends in a dot where it stands for a family of keys; "" stands for every key no other row has
 * @property {"setup" | "view"} of
 * @property {(state: State, catalog: Catalog) => [string, string][]} write
 * @property {(text: string, state: State, catalog: Catalog, name: string) => void} read throws a sentence
 */

/**
 * @param {Value} value
 * @returns {string}
 */
const valueText = (value) => (value === null ? NONE : encodeURIComponent(String(value)));

/**
 * @param {string} text
 * @param {Option} option
 * @returns {Value}
 */
function parseValue(text, option) {
  /** @type {Value} */
  let value = text;
  if (text === NONE && option.nullable) value = null;
  else if (option.type === "bool") value = text === "true" ? true : text === "false" ? false : text;
  else if ((option.type === "int" || option.type === "float") && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) {
    value = Number(text);
  }
  const reason = option.type === "text" ? `${option.title} does not travel in a link.` : refusal(option, value);
  if (reason) throw new Error(reason);
  return value;
}

/**
 * @param {Option[]} options
 * @param {string} name
 * @param {string} where
 * @returns {Option}
 */
function optionOf(options, name, where) {
  const option = options.find((entry) => entry.name === name);
  if (option) return option;
  throw new Error(
    `“${where}” has no option “${name.slice(0, 40)}”; there are ${options.map((entry) => entry.name).join(", ")}.`,
  );
}

/**
 * @param {string} text
 * @param {string} what
 * @param {number} [low]
 * @returns {number}
 */
function whole(text, what, low = 0) {
  const value = Number(text);
  if (/^-?\d{1,9}$/.test(text) && value >= low) return value;
  throw new Error(`${what} must be a whole number from ${low}, not “${text.slice(0, 40)}”.`);
}

/**
 * @template {string} T
 * @param {string} text
 * @param {readonly T[]} choices
 * @param {string} what
 * @returns {T}
 */
function oneOf(text, choices, what) {
  if (choices.includes(/** @type {T} */ (text))) return /** @type {T} */ (text);
  throw new Error(`${what} must be one of ${choices.join(", ")}, not “${text.slice(0, 40)}”.`);
}

/**
 * Takes the names of parts of the page that are known, and tells of the others.
 *
 * @param {string} text
 * @param {string} key
 * @param {(names: string[]) => void} take
 */
function named(text, key, take) {
  const { names, unknown } = namesIn(text);
  take(names);
  if (!unknown.length) return;
  const odd = unknown.map((name) => `“${name.slice(0, 40)}”`).join(", ");
  throw new Error(`The page has no part called ${odd} to ${key}; there are ${NAMES.join(", ")}.`);
}

/**
 * A model as `rnn~init:orthogonal~training.lr:0.003~seed:1~start:SNAPSHOT.0`.
 *
 * @param {ModelSetup} model
 * @returns {string}
 */
function modelText({ cell, changed, training, seed, start }) {
  const parts = [
    ...Object.entries(changed).map(([name, value]) => `${name}:${valueText(value)}`),
    ...Object.entries(training).map(([name, value]) => `training.${name}:${valueText(value)}`),
    ...(seed === null ? [] : [`seed:${seed}`]),
    ...(start ? [`start:${start.snapshot}.${start.run}`] : []),
  ];
  return [cell, ...parts].join("~");
}

/**
 * @param {string} text
 * @param {Catalog} catalog
 * @returns {ModelSetup}
 */
function parseModel(text, catalog) {
  const [name = "", ...parts] = text.split("~");
  const cell = cellOf(catalog, name);
  const model = plainModel(name);
  for (const part of parts) {
    const colon = part.indexOf(":");
    const [key, value] = [part.slice(0, colon), part.slice(colon + 1)];
    if (colon < 1) throw new Error(`A model's options are written name:value, not “${part.slice(0, 40)}”.`);
    if (key === "seed") model.seed = /** @type {number} */ (parseValue(value, catalog.seed));
    else if (key === "start") model.start = parseStart(value);
    else if (key.startsWith("training.")) {
      const option = optionOf(catalog.training.options, key.slice("training.".length), "Training");
      model.training[option.name] = parseValue(value, option);
    } else model.changed[key] = parseValue(value, optionOf(cell.options, key, cell.title));
  }
  return model;
}

/**
 * @param {string} text
 * @returns {NonNullable<ModelSetup["start"]>}
 */
function parseStart(text) {
  const [, snapshot, run] = /^([a-z2-7]{12})\.([0-7])$/.exec(text) ?? [];
  if (snapshot) return { snapshot, run: Number(run) };
  throw new Error(
    `Where a model continues from is written as a snapshot's id, a dot and a number, not “${text.slice(0, 40)}”.`,
  );
}

/** @type {Row[]} read from the top: a task is known before its options are. */
const TABLE = [
  {
    key: "task",
    of: "setup",
    write: ({ setup }) => [["task", setup.task]],
    read: (text, { setup }, catalog) => {
      setup.task = taskOf(catalog, text).name;
      setup.changed = {};
    },
  },
  {
    // The task's options stand under their own names, so none may be called like another row.
    key: "",
    of: "setup",
    // A person's own text is never put into a link; the run's id stands for it.
    write: ({ setup }, catalog) =>
      Object.entries(setup.changed)
        .filter(([name]) => optionOf(taskOf(catalog, setup.task).options, name, setup.task).type !== "text")
        .map(([name, value]) => [name, valueText(value)]),
    read: (text, { setup }, catalog, name) => {
      const task = taskOf(catalog, setup.task);
      setup.changed[name] = parseValue(text, optionOf(task.options, name, task.title));
    },
  },
  {
    key: "models",
    of: "setup",
    write: ({ setup }) => [["models", setup.models.map(modelText).join(",")]],
    read: (text, { setup }, catalog) => {
      const parts = text.split(",");
      if (parts.length > MAX_MODELS)
        throw new Error(`A page compares at most ${MAX_MODELS} models, not ${parts.length}.`);
      setup.models = parts.map((part) => parseModel(part, catalog));
    },
  },
  {
    key: "training.",
    of: "setup",
    write: ({ setup }) => Object.entries(setup.training).map(([name, value]) => [`training.${name}`, valueText(value)]),
    read: (text, { setup }, catalog, name) => {
      setup.training[name] = parseValue(text, optionOf(catalog.training.options, name, "Training"));
    },
  },
  {
    key: "seed",
    of: "setup",
    write: ({ setup }) => (setup.seed === null ? [] : [["seed", String(setup.seed)]]),
    read: (text, { setup }, catalog) => {
      setup.seed = /** @type {number} */ (parseValue(text, catalog.seed));
    },
  },
  {
    key: "runs",
    of: "view",
    write: ({ view }) => (view.runs.length ? [["runs", view.runs.join(",")]] : []),
    read: (text, { view }) => {
      view.runs = runIds(text);
    },
  },
  {
    key: "step",
    of: "view",
    write: ({ view }) => (view.step === null ? [] : [["step", String(view.step)]]),
    read: (text, { view }) => {
      view.step = whole(text, "The training step");
    },
  },
  {
    key: "mark",
    of: "view",
    write: ({ view }) => (view.mark === null ? [] : [["mark", String(view.mark)]]),
    read: (text, { view }) => {
      view.mark = whole(text, "The marked step");
    },
  },
  {
    key: "row",
    of: "view",
    // An answer by its number, or any output time as k and its step.
    write: ({ view: { row, output } }) => {
      const parts = [...(row < 0 ? [] : [String(row)]), ...(output === null ? [] : [`k${output}`])];
      return parts.length ? [["row", parts.join(",")]] : [];
    },
    read: (text, { view }) => {
      for (const part of text.split(",")) {
        if (part.startsWith("k")) view.output = whole(part.slice(1), "The output's step");
        else view.row = whole(part, "The answer's row");
      }
    },
  },
  {
    key: "of",
    of: "view",
    write: ({ view }) => (view.of === "inputs" ? [] : [["of", view.of]]),
    read: (text, { view }) => {
      view.of = oneOf(text, ["inputs", "states"], "What connectivity is of");
    },
  },
  {
    key: "connectivity",
    of: "view",
    write: ({ view }) => (view.scale === "shared" ? [] : [["connectivity", view.scale]]),
    read: (text, { view }) => {
      view.scale = oneOf(text, ["shared", "row"], "The scale of connectivity");
    },
  },
  {
    key: "threshold",
    of: "view",
    write: ({ view }) => (view.threshold === THRESHOLD ? [] : [["threshold", String(view.threshold)]]),
    read: (text, { view }) => {
      view.threshold = parseThreshold(text);
    },
  },
  {
    key: "seeds",
    of: "view",
    write: ({ view }) => (view.seeds ? [["seeds", String(view.seeds)]] : []),
    read: (text, { view }) => {
      view.seeds = parseSeeds(text);
    },
  },
  {
    key: "layers",
    of: "view",
    write: ({ view }) =>
      view.layers.some(Boolean) ? [["layers", Array.from(view.layers, (layer) => layer ?? 0).join(",")]] : [],
    read: (text, { view }) => {
      view.layers = text.split(",").map((part) => whole(part, "The layer"));
    },
  },
  {
    key: "gradient",
    of: "view",
    write: ({ view }) => (view.gradient === "relative" ? [] : [["gradient", view.gradient]]),
    read: (text, { view }) => {
      view.gradient = oneOf(text, ["relative", "absolute"], "The gradient's view");
    },
  },
  {
    key: "state",
    of: "view",
    write: ({ view }) => (view.state === "c" ? [] : [["state", view.state]]),
    read: (text, { view }) => {
      view.state = oneOf(text, ["h", "c"], "The gradient's state");
    },
  },
  {
    key: "folded",
    of: "view",
    write: ({ view }) => (view.folded.length ? [["folded", view.folded.join(",")]] : []),
    read: (text, { view }) => {
      const names = PANELS.filter((panel) => !isShut(panel)).map((panel) => panel.id);
      view.folded = [...new Set(text.split(",").map((part) => oneOf(part, names, "A folded panel")))];
    },
  },
  {
    key: "open",
    of: "view",
    write: ({ view }) => (view.open.length ? [["open", view.open.join(",")]] : []),
    read: (text, { view }) => {
      const names = PANELS.filter(isShut).map((panel) => panel.id);
      view.open = [...new Set(text.split(",").map((part) => oneOf(part, names, "An unfolded panel")))];
    },
  },
  {
    key: "factors",
    of: "view",
    write: ({ view }) => (view.factors === 1 ? [] : [["factors", String(view.factors)]]),
    read: (text, { view }) => {
      view.factors = whole(text, "The number of factors");
    },
  },
  {
    key: "hold",
    of: "view",
    write: ({ view }) => (view.hold.length ? [["hold", view.hold.map(holdText).join(",")]] : []),
    read: (text, { view }) => {
      const holds = text.split(",").map(parseHold);
      if (holds.length > MAX_HOLDS)
        throw new Error(`At most ${MAX_HOLDS} gates are held at a time, not ${holds.length}.`);
      view.hold = holds;
    },
  },
  {
    key: "sequence",
    of: "view",
    // What somebody wrote as running text is theirs: it stands in no link.
    write: ({ setup, view }, catalog) =>
      view.sequence === null || readsText(taskOf(catalog, setup.task))
        ? []
        : [["sequence", encodeURIComponent(view.sequence)]],
    read: (text, { setup, view }, catalog) => {
      parseSequence(text, taskOf(catalog, setup.task));
      view.sequence = text;
    },
  },
  {
    key: "hide",
    of: "view",
    write: ({ view }) => (view.hide.length ? [["hide", view.hide.join(",")]] : []),
    read: (text, { view }) => {
      named(text, "hide", (names) => {
        view.hide = names;
      });
    },
  },
  {
    key: "show",
    of: "view",
    write: ({ view }) => (view.show.length ? [["show", view.show.join(",")]] : []),
    read: (text, { view }) => {
      named(text, "show", (names) => {
        view.show = names;
        // What is folded until somebody unfolds it would be shown as a heading alone.
        const shut = PANELS.filter((panel) => isShut(panel) && names.includes(panel.id)).map((panel) => panel.id);
        view.open = [...new Set([...view.open, ...shut])];
      });
    },
  },
  {
    key: "theme",
    of: "view",
    write: ({ view }) => (view.theme === "auto" ? [] : [["theme", view.theme]]),
    read: (text, { view }) => {
      view.theme = oneOf(text, ["auto", "light", "dark"], "The theme");
    },
  },
];

/**
 * @param {string} key
 * @returns {Row | undefined} the row that reads it: one of that very name, a family, or the task's options
 */
const ownerOf = (key) =>
  TABLE.find((row) => row.key === key) ??
  TABLE.find((row) => row.key.endsWith(".") && key.startsWith(row.key)) ??
  TABLE.find((row) => row.key === "");

/**
 * Run ids from a link.
 *
 * @param {string} text ids between commas
 * @returns {string[]}
 */
export function runIds(text) {
  const ids = text.split(",");
  if (ids.length > MAX_MODELS) throw new Error(`A page compares at most ${MAX_MODELS} runs, not ${ids.length}.`);
  const odd = ids.find((id) => !/^[\w-]{1,64}$/.test(id));
  if (odd !== undefined) throw new Error(`“${odd.slice(0, 40)}” is not a run's id.`);
  return ids;
}

/**
 * @param {State} state
 * @param {Catalog} catalog
 * @param {boolean} [whole] false: only the view, where the set-up is told by the path
 * @returns {string} the query of a link, without the question mark
 */
export function writeUrl(state, catalog, whole = true) {
  return TABLE.filter((row) => whole || row.of === "view")
    .flatMap((row) => row.write(state, catalog))
    .map(([key, text]) => `${key}=${text}`)
    .join("&");
}

/**
 * Whether a link says nothing about how models are looked at: only what is shown around them, in light or dark.
 *
 * @param {string} query
 */
export const saysOnlyWhatIsShown = (query) =>
  [...new URLSearchParams(query).keys()].every((key) => AROUND.has(key) || TRACKING.test(key));

/**
 * @param {string} query
 * @param {Catalog} catalog
 * @returns {State & {refusals: Refusal[], ignored: string[]}} ignored: keys that only serve to follow a link
 */
export function readUrl(query, catalog) {
  const state = { setup: opening(catalog), view: plainView() };
  const given = [...new URLSearchParams(query)];
  const params = given.filter(([key]) => !TRACKING.test(key));
  const ignored = [...new Set(given.map(([key]) => key).filter((key) => TRACKING.test(key)))];
  /** @type {Refusal[]} */
  const refusals = [];
  for (const row of TABLE) {
    const matching = params.filter(([key]) => ownerOf(key) === row);
    for (const [at, [key, text]] of matching.entries()) {
      try {
        if (matching.findIndex(([other]) => other === key) < at) throw new Error(`“${key}” is given twice.`);
        row.read(text, state, catalog, key.slice(row.key.length));
      } catch (error) {
        // Runs are what is to be shown, as much as the set-up is.
        const stops = row.of === "setup" || row.key === "runs";
        refusals.push({ key, message: /** @type {Error} */ (error).message, stops });
      }
    }
  }
  return { ...state, refusals, ignored };
}
