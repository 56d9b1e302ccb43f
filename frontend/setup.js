/**
 * What the page is set to: task, models, training. Only what differs from the presets is kept, in the set-up, in the
 * link and in the specs that are posted.
 *
 * @import {Catalog, Cell, ModelSetup, Option, Setup, Spec, Task, Value, Values} from "./types.js"
 */

/** More columns than this are thinner than a finger on any screen. */
export const MAX_MODELS = 8;

/**
 * @template {{name: string}} T
 * @param {T[]} list
 * @param {string} name
 * @param {string} what
 * @returns {T}
 * @throws {Error} a sentence that names what there is instead
 */
export function named(list, name, what) {
  const found = list.find((entry) => entry.name === name);
  if (found) return found;
  throw new Error(`There is no ${what} called “${name}”; there are ${list.map((entry) => entry.name).join(", ")}.`);
}

/**
 * @param {Catalog} catalog
 * @param {string} name
 * @returns {Task}
 */
export const taskOf = (catalog, name) => named(catalog.tasks, name, "task");

/**
 * Whether a task reads text, a character a step: only such a one can be given a text to train on.
 *
 * @param {Pick<Task, "form">} task
 */
export const readsText = ({ form }) => form === "text";

/**
 * Whether it trains on a text of one's own, which stands in no spec that could be joined again.
 *
 * @param {Setup} setup
 */
export const hasText = ({ changed, textMissing }) => textMissing === true || typeof changed.text === "string";

/**
 * @param {Catalog} catalog
 * @param {string} name
 * @returns {Cell}
 */
export const cellOf = (catalog, name) => named(catalog.cells, name, "model");

/**
 * @param {string} cell
 * @returns {ModelSetup}
 */
export const plainModel = (cell) => ({ cell, changed: {}, training: {}, seed: null });

/**
 * The comparison that a first visit starts with.
 *
 * @param {Catalog} catalog
 * @returns {Setup}
 */
export function opening(catalog) {
  const { task, cells, seed } = catalog.opening;
  const { name, ...options } = task;
  return {
    task: name,
    changed: differing(options, (option) => taskDefault(catalog, name, option)),
    models: cells.map(plainModel),
    training: {},
    seed: seed === catalog.seed.default ? null : seed,
  };
}

/**
 * @param {Values} values
 * @param {(name: string) => Value | undefined} defaultOf
 * @returns {Values} those that are not the default
 */
function differing(values, defaultOf) {
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== defaultOf(name)));
}

/**
 * @param {Catalog} catalog
 * @param {string} task
 * @param {string} name
 * @returns {Value | undefined}
 */
export function taskDefault(catalog, task, name) {
  return taskOf(catalog, task).options.find((option) => option.name === name)?.default;
}

/**
 * @param {Catalog} catalog
 * @param {string} task
 * @param {string} cell
 * @param {string} name
 * @returns {Value | undefined} what the preset of that task and cell sets, or the option's own default
 */
export function cellDefault(catalog, task, cell, name) {
  const preset = catalog.presets[task]?.[cell]?.cell ?? {};
  return name in preset ? preset[name] : cellOf(catalog, cell).options.find((option) => option.name === name)?.default;
}

/**
 * @param {Catalog} catalog
 * @param {string} task
 * @param {string} cell
 * @param {string} name
 * @returns {Value | undefined}
 */
export function trainingDefault(catalog, task, cell, name) {
  const preset = catalog.presets[task]?.[cell]?.training ?? {};
  return name in preset ? preset[name] : catalog.training.options.find((option) => option.name === name)?.default;
}

/**
 * @param {Catalog} catalog
 * @param {Setup} setup
 * @param {ModelSetup} model
 * @returns {number | null} the longest gradient that an update of the model may have; null: any
 */
export function clipOf(catalog, { task, training }, model) {
  const values = [model.training.clip, training.clip, trainingDefault(catalog, task, model.cell, "clip")];
  const clip = values.find((value) => value !== undefined);
  return typeof clip === "number" ? clip : null;
}

/**
 * The specs to post, one a model.
 *
 * @param {Catalog} catalog
 * @param {Setup} setup
 * @returns {Spec[]}
 */
export function specsOf(catalog, setup) {
  return setup.models.map((model) => {
    const training = differing({ ...setup.training, ...model.training }, (name) =>
      trainingDefault(catalog, setup.task, model.cell, name),
    );
    const seed = model.seed ?? setup.seed;
    return {
      task: { name: setup.task, ...setup.changed },
      cell: { name: model.cell, ...model.changed },
      ...(Object.keys(training).length ? { training } : {}),
      ...(seed === null ? {} : { seed }),
      ...(model.start ? { start: model.start } : {}),
    };
  });
}

/**
 * Whether two set-ups start the same runs.
 *
 * @param {Catalog} catalog
 * @param {Setup} one
 * @param {Setup} other
 * @returns {boolean}
 */
export function alike(catalog, one, other) {
  const [values, others] = [resolved(catalog, one), resolved(catalog, other)];
  return values.length === others.length && values.every((value, i) => value === others[i]);
}

/**
 * @param {Catalog} catalog
 * @param {Setup} setup
 * @returns {Value[]} everything that decides what is trained, in the catalog's order
 */
function resolved(catalog, { task, changed, models, training, seed, textMissing }) {
  const given = /** @param {Values} values @param {string} name @param {Value | undefined} preset */ (
    values,
    name,
    preset = null,
  ) => (values[name] === undefined ? preset : values[name]);
  return [
    task,
    textMissing ?? false,
    ...taskOf(catalog, task).options.map(({ name, default: preset }) => given(changed, name, preset)),
    ...models.flatMap((model) => [
      model.cell,
      model.start ? `${model.start.snapshot}.${model.start.run}` : null,
      model.seed ?? seed ?? catalog.seed.default,
      ...cellOf(catalog, model.cell).options.map(({ name }) =>
        given(model.changed, name, cellDefault(catalog, task, model.cell, name)),
      ),
      ...catalog.training.options.map(({ name }) =>
        given(model.training, name, given(training, name, trainingDefault(catalog, task, model.cell, name))),
      ),
    ]),
  ];
}

/**
 * The set-up that runs were started with, from their resolved specs. What all models share goes to the comparison,
 * what only some have to those models.
 *
 * @param {Catalog} catalog
 * @param {Spec[]} specs at least one
 * @returns {Setup}
 */
export function setupOf(catalog, specs) {
  const first = /** @type {Spec} */ (specs[0]);
  const task = first.task.name;
  const models = specs.map((spec) => {
    const cell = spec.cell.name;
    const options = cellOf(catalog, cell).options.map((option) => option.name);
    const given = Object.fromEntries(Object.entries(spec.cell).filter(([name]) => options.includes(name)));
    return {
      cell,
      changed: differing(given, (name) => cellDefault(catalog, task, cell, name)),
      training: differing(spec.training ?? {}, (name) => trainingDefault(catalog, task, cell, name)),
      seed: spec.seed ?? null,
      ...(spec.start ? { start: spec.start } : {}),
    };
  });
  const options = taskOf(catalog, task).options.map((option) => option.name);
  const given = Object.fromEntries(Object.entries(first.task).filter(([name]) => options.includes(name)));
  const shared = Object.entries(models[0]?.training ?? {}).filter(([name, value]) =>
    models.every((model) => model.training[name] === value),
  );
  const seed = first.seed ?? null;
  for (const model of models) {
    for (const [name] of shared) delete model.training[name];
    if (model.seed === seed) model.seed = null;
  }
  return {
    task,
    changed: differing(given, (name) => taskDefault(catalog, task, name)),
    models,
    training: Object.fromEntries(shared),
    seed: seed === catalog.seed.default ? null : seed,
    ...(typeof first.task.text_length === "number" ? { textMissing: true } : {}),
  };
}

/**
 * The model that "another one" adds. A copy would show nothing new and another seed would show other sequences, so a
 * twin of what is there gets half the units.
 *
 * @param {Catalog} catalog
 * @param {Setup} setup
 * @param {string} cell
 * @returns {ModelSetup}
 */
export function twinOf(catalog, setup, cell) {
  const model = plainModel(cell);
  const twins = setup.models.filter((other) => other.cell === cell);
  const units = cellOf(catalog, cell).options.find((option) => option.type === "int");
  if (!twins.length || !units) return model;
  const preset = Number(cellDefault(catalog, setup.task, cell, units.name));
  const taken = twins.map((twin) => twin.changed[units.name] ?? preset);
  for (let half = preset >> 1; half >= Math.max(units.min ?? 1, 1); half >>= 1)
    if (!taken.includes(half)) return { ...model, changed: { [units.name]: half } };
  return model;
}

/**
 * Why an option cannot have a value, as a sentence; null where it can.
 *
 * @param {Option} option
 * @param {Value} value
 * @returns {string | null}
 */
export function refusal(option, value) {
  const shown = typeof value === "string" ? `“${value.slice(0, 40)}”` : String(value);
  if (value === null) return option.nullable ? null : `${option.title} needs a value.`;
  if (option.choices?.includes(/** @type {string} */ (value))) return null;
  if (option.type === "text") return typeof value === "string" ? null : `${option.title} must be a text.`;
  if (option.type === "bool") return typeof value === "boolean" ? null : `${option.title} is on or off, not ${shown}.`;
  const choices = option.choices?.length ? `one of ${option.choices.join(", ")}` : "";
  const { min, max } = option;
  const ranged = typeof min === "number" || typeof max === "number" || !choices;
  const kind = option.type === "int" ? "a whole number" : "a number";
  const bounds = option.open ? ` above ${min} and at most ${max}` : ` from ${min} to ${max}`;
  const range = typeof min === "number" && typeof max === "number" ? bounds : "";
  const wanted = [choices, ranged ? kind + range : ""].filter(Boolean).join(" or ");
  const sentence = `${option.title} must be ${wanted}, not ${shown}.`;
  if (typeof value !== "number" || !Number.isFinite(value) || !ranged) return sentence;
  if (option.type === "int" && !Number.isInteger(value)) return sentence;
  if (typeof min === "number" && (option.open ? value <= min : value < min)) return sentence;
  return typeof max === "number" && value > max ? sentence : null;
}

/**
 * The option of a task that gets a slider of its own: the one that says how far back the task reaches.
 *
 * @param {Pick<Task, "options" | "stretches">} task
 * @returns {Option | null}
 */
export const mainOption = ({ options, stretches }) => options.find(({ name }) => name === stretches) ?? null;

/**
 * What a model is called in the comparison: its cell and what was changed, that which sets it apart from others of its
 * cell first, because the end of a long title is cut off.
 *
 * @param {Catalog} catalog
 * @param {Setup} setup
 * @param {ModelSetup} model
 * @returns {string}
 */
export function modelTitle(catalog, setup, model) {
  const cell = cellOf(catalog, model.cell);
  const own = changesOf(catalog, setup, model);
  const twins = setup.models.filter((other) => other !== model && other.cell === model.cell);
  const others = twins.map((twin) => changesOf(catalog, setup, twin));
  const shared = own.filter((change) => others.length > 0 && others.every((changes) => changes.includes(change)));
  const apart = own.filter((change) => !shared.includes(change));
  return [cell.title, ...apart, ...shared].join(", ");
}

/**
 * @param {Catalog} catalog
 * @param {Setup} setup
 * @param {ModelSetup} model
 * @returns {string[]} what differs from the presets, in words
 */
function changesOf(catalog, setup, model) {
  const told = /** @param {Values} values @param {Option[]} options */ (values, options) =>
    Object.entries(values).map(([name, value]) => {
      const option = options.find((entry) => entry.name === name);
      return typeof value === "string" ? value : `${option?.title ?? name} ${value ?? "none"}`;
    });
  return [
    ...(model.start && setup.models.some(({ start }) => !start) ? ["continued"] : []),
    ...told(model.changed, cellOf(catalog, model.cell).options),
    ...told(model.training, catalog.training.options),
    ...(model.seed === null || model.seed === setup.seed ? [] : [`seed ${model.seed}`]),
  ];
}

/**
 * A place in the palette for each model: its cell's own, or the next free one where the cell comes again.
 *
 * @param {Catalog} catalog
 * @param {ModelSetup[]} models
 * @returns {number[]} in 0..MAX_MODELS-1
 */
export function colours(catalog, models) {
  const own = catalog.cells.map((cell) => cell.name);
  /** @type {Set<number>} */
  const taken = new Set();
  /** @type {number[]} */
  const given = [];
  models.forEach((model, at) => {
    const place = own.indexOf(model.cell) % MAX_MODELS;
    if (taken.has(place)) return;
    taken.add(place);
    given[at] = place;
  });
  models.forEach((_, at) => {
    if (given[at] !== undefined) return;
    // First past the cells' own colours, which their cells may still claim later.
    const order = Array.from({ length: MAX_MODELS }, (_, i) => (i + own.length) % MAX_MODELS);
    const place = order.find((candidate) => !taken.has(candidate)) ?? 0;
    taken.add(place);
    given[at] = place;
  });
  return given;
}
