/**
 * Which models are compared: a toggle a cell, and any cell again with other options.
 *
 * @import {Catalog, Setup} from "../types.js"
 */

import { SETTING } from "../hints.js";
import { colours, MAX_MODELS, modelTitle, plainModel } from "../setup.js";
import { make, tell } from "./dom.js";
import { hint } from "./hint.js";

/** Short names that fit a row of buttons, where a title is long. */
const SHORT = /** @type {Record<string, string>} */ ({ feedforward: "FF", nested_lstm: "NLSTM" });

export class FarbackModels extends HTMLElement {
  #key = "";

  connectedCallback() {
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "Models");
  }

  /**
   * @param {Catalog} catalog
   * @param {Setup} setup
   */
  show(catalog, setup) {
    const key = JSON.stringify(setup);
    if (key === this.#key) return;
    this.#key = key;
    const focused =
      document.activeElement instanceof HTMLElement && this.contains(document.activeElement)
        ? document.activeElement.dataset.key
        : "";
    const palette = colours(catalog, setup.models);
    const firsts = catalog.cells.map((cell) => setup.models.findIndex((model) => model.cell === cell.name));
    const toggles = catalog.cells.map((cell, i) => this.#toggle(catalog, setup, cell.name, firsts[i] ?? -1, palette));
    const extras = setup.models.flatMap((_, index) =>
      firsts.includes(index) ? [] : [this.#extra(catalog, setup, index, palette)],
    );
    this.replaceChildren(...toggles, ...extras, this.#adder(catalog, setup));
    for (const button of this.querySelectorAll("button")) if (focused && button.dataset.key === focused) button.focus();
  }

  /**
   * @param {Catalog} catalog
   * @param {Setup} setup
   * @param {string} name
   * @param {number} first where the cell stands first, -1: nowhere
   * @param {number[]} palette
   */
  #toggle(catalog, setup, name, first, palette) {
    const cell = catalog.cells.find((entry) => entry.name === name);
    const on = first >= 0;
    const model = setup.models[first];
    const title = model ? modelTitle(catalog, setup, model) : (cell?.title ?? name);
    const written = cell && SHORT[name] ? title.replace(cell.title, SHORT[name]) : title;
    const button = make(
      "button",
      {
        type: "button",
        class: "model",
        "data-key": name,
        "data-testid": `model-${name}`,
        "aria-pressed": String(on),
        // Who speaks to the page says what is written there.
        "aria-label": written === title ? title : `${written}: ${title}`,
        onclick: () =>
          tell(this, "models", on ? without(setup, first) : inOrder(catalog, [...setup.models, plainModel(name)])),
      },
      make("i", { class: "swatch" }),
      written,
    );
    button.style.setProperty(
      "--model",
      `var(--model-${on ? palette[first] : catalog.cells.findIndex((entry) => entry.name === name)})`,
    );
    hint(button, `${on ? "Takes away" : "Adds"} this model once you press Train. ${title}: ${cell?.summary ?? ""}`);
    button.disabled = on && setup.models.length === 1;
    return button;
  }

  /**
   * @param {Catalog} catalog
   * @param {Setup} setup
   * @param {number} index
   * @param {number[]} palette
   */
  #extra(catalog, setup, index, palette) {
    const model = setup.models[index];
    const title = model ? modelTitle(catalog, setup, model) : "";
    const button = make(
      "button",
      {
        type: "button",
        class: "model",
        "data-key": `extra-${index}`,
        "aria-pressed": "true",
        onclick: () => tell(this, "models", without(setup, index)),
      },
      make("i", { class: "swatch" }),
      title,
    );
    button.style.setProperty("--model", `var(--model-${palette[index]})`);
    return hint(button, `Takes away ${title} once you press Train.`);
  }

  /**
   * @param {Catalog} catalog
   * @param {Setup} setup
   */
  #adder(catalog, setup) {
    const select = make(
      "select",
      {
        class: "adder",
        "data-key": "adder",
        "data-testid": "add-model",
        "aria-label": "Add a model again, with other options",
        onchange: () => tell(this, "add", select.value),
      },
      make("option", { value: "" }, "+"),
      ...catalog.cells.map((cell) => make("option", { value: cell.name }, `another ${cell.title}`)),
    );
    select.disabled = setup.models.length >= MAX_MODELS;
    return hint(select, SETTING.add);
  }
}

/**
 * @param {Setup} setup
 * @param {number} index
 */
const without = (setup, index) => setup.models.filter((_, i) => i !== index);

/**
 * @param {Catalog} catalog
 * @param {Setup["models"]} models
 */
function inOrder(catalog, models) {
  const order = catalog.cells.map((cell) => cell.name);
  return models.toSorted((a, b) => order.indexOf(a.cell) - order.indexOf(b.cell));
}

customElements.define("farback-models", FarbackModels);
