/**
 * Everything that can be set beyond task and models, folded away by meaning and generated from the catalog.
 *
 * @import {Catalog, Option, Setup, Value, Values} from "../types.js"
 */

import { cellDefault, cellOf, modelTitle, taskDefault, taskOf, trainingDefault } from "../setup.js";
import { make, setText } from "./dom.js";
import { FarbackOption } from "./option.js";
import { FarbackText } from "./text.js";

/**
 * @typedef {object} Section a folded group of options
 * @property {string} key
 * @property {string} title
 * @property {string} about
 * @property {{option: Option, field: string}[]} options
 */

export class FarbackOptions extends HTMLElement {
  #shape = "";
  /** @type {Map<string, FarbackOption | FarbackText>} */
  #controls = new Map();
  /** @type {Map<string, HTMLDetailsElement>} */
  #sections = new Map();

  /**
   * @param {Catalog} catalog
   * @param {Setup} setup
   */
  show(catalog, setup) {
    const sections = sectionsOf(catalog, setup);
    const shape = JSON.stringify(sections.map(({ key }) => key));
    if (shape !== this.#shape) this.#build(sections, catalog);
    this.#shape = shape;
    for (const { key, title, options } of sections) {
      const section = this.#sections.get(key);
      let changed = 0;
      for (const { option, field } of options) {
        const control = this.#controls.get(`${key} ${field}`);
        const { value, preset, shown } = settingOf(catalog, setup, key, option.name);
        if (value !== preset) changed++;
        if (control instanceof FarbackOption) control.set(value, preset, shown);
        else if (control instanceof FarbackText) control.set(typeof value === "string" ? value : null);
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
      ...sections.map(({ key, title, about, options }) => {
        const controls = options.map(({ option, field }) => {
          const control =
            option.type === "text" ? new FarbackText(option, field, catalog.limits) : new FarbackOption(option, field);
          this.#controls.set(`${key} ${field}`, control);
          return control;
        });
        const section = make(
          "details",
          { name: "options", "data-section": key, open: open.includes(key) },
          make("summary", {}, title),
          make(
            "div",
            { class: "drawer" },
            make("p", { class: "about" }, about),
            make("div", { class: "grid" }, ...controls),
          ),
        );
        this.#sections.set(key, section);
        return section;
      }),
    );
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
    for (const key of [`model-${index}`, "task", "training"]) {
      const control = this.#controls.get(`${key} ${field}`);
      if (!control) continue;
      this.open(key);
      control.refuse(reason);
      return true;
    }
    return false;
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
  return [
    {
      key: "task",
      title: "Task",
      about: `${task.summary} ${task.success} ${task.chance}`,
      options: fields(task.options, "task"),
    },
    ...setup.models.map((model, index) => {
      const cell = cellOf(catalog, model.cell);
      const title = `Model: ${modelTitle(catalog, setup, model)}`;
      return { key: `model-${index}`, title, about: cell.summary, options: [...fields(cell.options, "cell"), seed] };
    }),
    {
      key: "training",
      title: "Training",
      about: "The same for all models; what is left alone follows each model's preset.",
      options: [...fields(catalog.training.options, "training"), seed],
    },
  ];
}

/**
 * Where the set-up keeps what a section changes.
 *
 * @param {Setup} setup
 * @param {string} key
 * @param {string} name
 * @returns {Value | undefined}
 */
function changeOf(setup, key, name) {
  /** @type {Values} */
  let values = setup.training;
  if (key === "task") values = setup.changed;
  else if (key !== "training") values = setup.models[indexOf(key)]?.changed ?? {};
  return values[name];
}

/** @param {string} key */
export const indexOf = (key) => Number(key.slice("model-".length));

/**
 * What an option is, and what its preset is.
 *
 * @param {Catalog} catalog
 * @param {Setup} setup
 * @param {string} key
 * @param {string} name
 * @returns {{value: Value, preset: Value, shown?: string}}
 */
function settingOf(catalog, setup, key, name) {
  if (name === "seed") {
    const shared = setup.seed ?? catalog.seed.default;
    if (key === "training") return { value: shared, preset: catalog.seed.default };
    return { value: setup.models[indexOf(key)]?.seed ?? shared, preset: shared };
  }
  if (key === "training") {
    const presets = [
      ...new Set(setup.models.map((model) => trainingDefault(catalog, setup.task, model.cell, name) ?? null)),
    ];
    const value = setup.training[name];
    if (presets.length === 1)
      return { value: value === undefined ? (presets[0] ?? null) : value, preset: presets[0] ?? null };
    // Models differ: no single value is the preset, so it is told in words.
    const shown = `preset: ${presets.map((preset) => preset ?? "none").join(" / ")}`;
    return { value: value ?? null, preset: null, shown };
  }
  const model = setup.models[indexOf(key)];
  const preset =
    (key === "task" || !model
      ? taskDefault(catalog, setup.task, name)
      : cellDefault(catalog, setup.task, model.cell, name)) ?? null;
  const change = changeOf(setup, key, name);
  return { value: change === undefined ? preset : change, preset };
}

customElements.define("farback-options", FarbackOptions);
