/**
 * Everything that can be set beyond task and models, folded away by meaning and generated from the catalog.
 *
 * @import {Catalog, Option, Setup, Value, Values} from "../types.js"
 */

import { SETTING } from "../hints.js";
import { cellDefault, cellOf, modelTitle, taskDefault, taskOf, trainingDefault } from "../setup.js";
import { make, setText, tell } from "./dom.js";
import { hint } from "./hint.js";
import { FarbackOption } from "./option.js";
import { FarbackText } from "./text.js";

/**
 * @typedef {object} Section a folded group of options
 * @property {string} key
 * @property {string} title
 * @property {Group[]} groups
 */

/**
 * @typedef {object} Group
 * @property {string} about
 * @property {boolean} [locked] whether it is that of weights which the model goes on from
 * @property {{option: Option, field: string}[]} options
 */

const LOCKED = "This model continues from a snapshot: its weights fit no other cell, so these stay as they are there.";

export class FarbackOptions extends HTMLElement {
  #shape = "";
  /** @type {Map<string, FarbackOption | FarbackText>} */
  #controls = new Map();
  /** @type {Map<string, HTMLDetailsElement>} */
  #sections = new Map();
  /** @type {Setup | null} */
  #setup = null;

  /**
   * @param {Catalog} catalog
   * @param {Setup} setup
   */
  show(catalog, setup) {
    this.#setup = setup;
    const sections = sectionsOf(catalog, setup);
    const shape = JSON.stringify([setup.task, ...setup.models.map((model) => [model.cell, Boolean(model.start)])]);
    if (shape !== this.#shape) this.#build(sections, catalog);
    this.#shape = shape;
    for (const { key, title, groups } of sections) {
      const section = this.#sections.get(key);
      let changed = 0;
      for (const { field } of groups.flatMap((group) => group.options)) {
        const control = this.#controls.get(`${key} ${field}`);
        const { value, preset, shown } = settingOf(catalog, setup, key, field);
        if (value !== preset) changed++;
        if (control instanceof FarbackOption) {
          control.set(value, preset, shown);
          control.lock(field.startsWith("cell.") && Boolean(setup.models[indexOf(key)]?.start));
        } else if (control instanceof FarbackText)
          control.set(typeof value === "string" ? value : null, setup.textMissing ?? false);
      }
      const summary = section?.querySelector("summary");
      if (summary) setText(summary, changed ? `${title} • ${changed} changed` : title);
      section?.classList.toggle("changed", changed > 0);
    }
  }

  /**
   * @param {Section[]} sections
   * @param {Catalog} catalog
   */
  #build(sections, catalog) {
    const open = [...this.#sections].filter(([, section]) => section.open).map(([key]) => key);
    this.#controls.clear();
    this.#sections.clear();
    this.replaceChildren(
      ...sections.map(({ key, title, groups }) => {
        const control = /** @param {Group["options"][number]} _ */ ({ option, field }) => {
          const made =
            option.type === "text" ? new FarbackText(option, field, catalog.limits) : new FarbackOption(option, field);
          this.#controls.set(`${key} ${field}`, made);
          return made;
        };
        const section = make(
          "details",
          { name: "options", "data-section": key, open: open.includes(key) },
          make("summary", {}, title),
          make(
            "div",
            { class: "drawer" },
            ...groups.flatMap(({ about, options, locked }) => [
              make("p", { class: "about" }, about),
              locked && make("p", { class: "about locked" }, LOCKED, " ", this.#release(indexOf(key))),
              make("div", { class: "grid" }, ...options.map(control)),
            ]),
          ),
        );
        this.#sections.set(key, section);
        return section;
      }),
    );
  }

  /** @param {number} index of a model */
  #release(index) {
    const act = () => tell(this, "afresh", index);
    const button = make("button", { type: "button", "data-testid": "afresh", onclick: act }, "Start afresh instead");
    return hint(button, SETTING.afresh);
  }

  /** @param {string} key */
  open(key) {
    const section = this.#sections.get(key);
    if (!section) return;
    section.open = true;
    section.querySelector("summary")?.focus();
    section.scrollIntoView({ block: "nearest" });
  }

  /** @returns {FarbackOption | FarbackText | undefined} the first control with something in it that cannot be used */
  get invalid() {
    return [...this.#controls.values()].find((control) => !control.valid);
  }

  /**
   * Shows a refusal of the server beside its field.
   *
   * @param {string} field
   * @param {number} index of the model whose run was refused
   * @param {string} reason
   * @returns {boolean} whether there is such a field
   */
  refuse(field, index, reason) {
    for (const key of this.#keysOf(field, index)) {
      const control = this.#controls.get(`${key} ${field}`);
      if (!control) continue;
      this.open(key);
      control.refuse(reason);
      return true;
    }
    return false;
  }

  /**
   * The sections in which a refused field may stand. What a model has of its own stands with the model, what it has
   * from the comparison stands there.
   *
   * @param {string} field
   * @param {number} index
   */
  #keysOf(field, index) {
    const [part, name = ""] = field.split(".");
    const model = this.#setup?.models[index];
    const own = part === "cell" || (part === "seed" && model?.seed !== null) || name in (model?.training ?? {});
    return own ? [`model-${index}`, "training"] : ["task", "training", `model-${index}`];
  }
}

/**
 * @param {Catalog} catalog
 * @param {Setup} setup
 * @returns {Section[]}
 */
function sectionsOf(catalog, setup) {
  const task = taskOf(catalog, setup.task);
  const fields = /** @param {Option[]} options @param {string} part */ (options, part) =>
    options.map((option) => ({ option, field: `${part}.${option.name}` }));
  const seed = { option: catalog.seed, field: "seed" };
  const training = fields(catalog.training.options, "training");
  return [
    {
      key: "task",
      title: "Task",
      groups: [{ about: `${task.summary} ${task.success} ${task.chance}`, options: fields(task.options, "task") }],
    },
    ...setup.models.map((model, index) => {
      const cell = cellOf(catalog, model.cell);
      const title = `Model: ${modelTitle(catalog, setup, model)}`;
      const groups = [
        { about: cell.summary, options: fields(cell.options, "cell"), locked: Boolean(model.start) },
        {
          about:
            "How this model alone is trained; what is left alone is as in the comparison. With a seed of its own it reads other sequences, too.",
          options: [...training, seed],
        },
      ];
      return { key: `model-${index}`, title, groups };
    }),
    {
      key: "training",
      title: "Training",
      groups: [
        {
          about: "The same for all models; what is left alone follows each model's preset.",
          options: [...training, seed],
        },
      ],
    },
  ];
}

/** @param {string} key */
export const indexOf = (key) => Number(key.slice("model-".length));

/**
 * What an option is, and what its preset is.
 *
 * @param {Catalog} catalog
 * @param {Setup} setup
 * @param {string} key
 * @param {string} field
 * @returns {{value: Value, preset: Value, shown?: string}}
 */
function settingOf(catalog, setup, key, field) {
  const [part, name = ""] = field.split(".");
  const model = setup.models[indexOf(key)];
  if (part === "seed") {
    const shared = setup.seed ?? catalog.seed.default;
    return model ? { value: model.seed ?? shared, preset: shared } : { value: shared, preset: catalog.seed.default };
  }
  if (part === "task") return setting(setup.changed, name, taskDefault(catalog, setup.task, name));
  if (part === "cell" && model) return setting(model.changed, name, cellDefault(catalog, setup.task, model.cell, name));
  const presetOf = /** @param {Setup["models"][number]} one */ (one) =>
    trainingDefault(catalog, setup.task, one.cell, name) ?? null;
  if (model) return setting(model.training, name, setting(setup.training, name, presetOf(model)).value);
  const presets = [...new Set(setup.models.map(presetOf))];
  if (presets.length === 1) return setting(setup.training, name, presets[0]);
  // Models differ: no single value is the preset, so it is told in words.
  const shown = `preset: ${presets.map((preset) => preset ?? "none").join(" / ")}`;
  return { ...setting(setup.training, name, null), shown };
}

/**
 * @param {Values} values what was changed
 * @param {string} name
 * @param {Value | undefined} preset
 */
const setting = (values, name, preset = null) => ({
  value: values[name] === undefined ? preset : values[name],
  preset,
});

customElements.define("farback-options", FarbackOptions);
