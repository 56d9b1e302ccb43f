/**
 * What the page is set to, in one line: task, its most important option, models, Train.
 *
 * @import {Catalog, Option, Setup, Value} from "../types.js"
 */

import { plural } from "../format.js";
import { optionHint, SETTING, SEVERAL } from "../hints.js";
import { continues, unbound } from "../onward.js";
import { SEEDS } from "../seeds.js";
import { mainOption, taskDefault, taskOf, twinOf } from "../setup.js";
import { placeOf, stopsOf } from "../slider.js";
import { make, setAttribute, setText, tell } from "./dom.js";
import { hint } from "./hint.js";
import { FarbackModels } from "./models.js";
import { FarbackOptions, indexOf } from "./options.js";
import { FarbackText } from "./text.js";

/**
 * What the big button does. "train": what is set is not what is shown; "again": some of what is shown did not get to
 * its end; "replay": all did, and the same seed would give the same; "going": it trains.
 *
 * @typedef {"train" | "again" | "replay" | "going"} Act
 */

/**
 * Whether several seeds can be trained, whether they are, and how many of their runs are over.
 *
 * @typedef {{possible: boolean, chosen: boolean, over: number, total: number}} SeedState
 */

/** @type {Record<Act, string>} */
const WORDS = { train: "Train", again: "Train again", replay: "Replay", going: "Training…" };

export class FarbackControls extends HTMLElement {
  #task = make("select", {
    id: "task",
    "data-testid": "task",
    onchange: () => {
      // Weights know inputs by their place, and those of another task mean something else.
      const models = this.#setup && continues(this.#setup) ? { models: this.#setup.models.map(unbound) } : {};
      this.#change({ task: this.#task.value, changed: {}, textMissing: false, ...models });
    },
  });
  #slider = make("input", { type: "range", "data-testid": "main-slider", oninput: () => this.#slide() });
  #number = make("input", {
    type: "number",
    class: "main",
    "data-testid": "main-number",
    onchange: () => this.#type(),
  });
  #label = make("label", { for: "main-option" });
  #hint = make("p", { class: "error", id: "main-error", hidden: true });
  #models = new FarbackModels();
  #options = new FarbackOptions();
  #more = make(
    "button",
    {
      type: "button",
      class: "more",
      "data-testid": "options",
      "aria-controls": "options",
      onclick: () => this.#unfold(Boolean(this.#options.hidden)),
    },
    "Options",
  );
  #train = make("button", { type: "submit", class: "train", "data-testid": "train" }, "Train");
  #seeds = make(
    "button",
    {
      type: "button",
      class: "seeds",
      "data-testid": "seeds",
      onclick: () => tell(this, "seeds"),
    },
    "Train 5 seeds",
  );
  #cancel = make(
    "button",
    { type: "button", class: "cancel", "data-testid": "cancel", hidden: true, onclick: () => tell(this, "cancel") },
    "Cancel",
  );
  #forget = make(
    "button",
    {
      type: "button",
      class: "forget",
      "data-testid": "delete-text",
      hidden: true,
      onclick: () => tell(this, "forget"),
    },
    "Delete my text",
  );
  #form = make("form", {
    novalidate: true,
    onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      this.submit();
    },
  });
  /** @type {Act} */
  #act = "train";
  #stops = [0];
  /** @type {Catalog | null} */
  #catalog = null;
  /** @type {Setup | null} */
  #setup = null;
  /** @type {Option | null} */
  #main = null;

  /** @param {Catalog} catalog */
  furnish(catalog) {
    this.#catalog = catalog;
    this.#task.append(...catalog.tasks.map((task) => make("option", { value: task.name }, task.title)));
    this.#options.id = "options";
    this.#unfold(false);
    this.#number.id = "main-option";
    hint(this.#more, SETTING.options);
    hint(this.#cancel, SETTING.cancel);
    hint(this.#forget, SETTING.forget);
    this.#form.append(
      make(
        "div",
        { class: "line" },
        make("span", { class: "field" }, make("label", { for: "task" }, "Task"), this.#task),
        make("span", { class: "field lag" }, this.#label, this.#slider, this.#number),
        make("span", { class: "field" }, make("span", { class: "label" }, "Models"), this.#models),
        this.#more,
        make("span", { class: "actions" }, this.#train, this.#seeds, this.#cancel, this.#forget),
      ),
      this.#hint,
      this.#options,
    );
    this.append(this.#form);
    this.addEventListener("farback:option", (event) => this.#take(/** @type {CustomEvent} */ (event)));
    this.addEventListener("farback:models", (event) =>
      this.#change({ models: /** @type {CustomEvent} */ (event).detail }),
    );
    this.addEventListener("farback:afresh", (event) => {
      const at = /** @type {CustomEvent} */ (event).detail;
      const models = (this.#setup?.models ?? []).map((model, i) => (i === at ? unbound(model) : model));
      this.#change({ models });
      this.open(at);
    });
    this.addEventListener("farback:add", (event) => {
      const setup = this.#setup;
      const name = /** @type {CustomEvent} */ (event).detail;
      if (!setup || !name) return;
      if (this.#catalog) this.#change({ models: [...setup.models, twinOf(this.#catalog, setup, name)] });
      this.open(setup.models.length);
    });
  }

  /**
   * @param {Setup} setup
   * @param {{act: Act, due: boolean, cancel: boolean, forget: boolean, seeds: SeedState}} state due: something else is
   *   shown; cancel, forget: whether there is something to cancel, and a text of one's own to delete
   */
  show(setup, { act, due, cancel, forget, seeds }) {
    const catalog = this.#catalog;
    if (!catalog) return;
    this.#act = act;
    setText(this.#train, WORDS[act]);
    hint(this.#train, SETTING[act]);
    setAttribute(this.#train, "aria-disabled", act === "going" ? "true" : null);
    this.#train.classList.toggle("due", due);
    this.#showSeeds(seeds, due, act, continues(setup));
    for (const [button, there] of /** @type {const} */ ([
      [this.#cancel, cancel],
      [this.#forget, forget],
    ])) {
      // A button that goes while it has the focus hands it on; otherwise a keyboard would start at the top again.
      if (!there && button === document.activeElement) this.#train.focus();
      button.hidden = !there;
    }
    if (setup === this.#setup) return;
    this.#setup = setup;
    this.#task.value = setup.task;
    hint(this.#task, `${SETTING.task} This one: ${taskOf(catalog, setup.task).summary}`);
    this.#showMain(catalog, setup);
    this.#models.show(catalog, setup);
    this.#options.show(catalog, setup);
  }

  /**
   * @param {SeedState} seeds
   * @param {boolean} due
   * @param {Act} act
   * @param {boolean} onward whether models go on from a snapshot
   */
  #showSeeds({ possible, chosen, over, total }, due, act, onward) {
    const shown = chosen && !due;
    // Until there is a result of one seed, the place beside Train is for Cancel. Otherwise it stays and keeps its width:
    // Train must not move away while it is pressed.
    this.#seeds.hidden = act === "going" && !chosen;
    this.#seeds.disabled = !possible;
    const words = over < total ? `${over} of ${plural(total, "run")}` : "One seed";
    setText(this.#seeds, shown ? words : `Train ${SEEDS} seeds`);
    hint(this.#seeds, SEVERAL[possible ? (shown ? "back" : onward ? "onward" : "many") : "own"]);
  }

  /**
   * @param {Catalog} catalog
   * @param {Setup} setup
   */
  #showMain(catalog, setup) {
    const option = mainOption(taskOf(catalog, setup.task));
    this.#main = option;
    if (!option) return;
    const value = Number(setup.changed[option.name] ?? taskDefault(catalog, setup.task, option.name));
    const [low, high] = [option.min ?? 0, option.max ?? 100];
    setText(this.#label, option.title);
    hint(this.#slider, optionHint(option));
    hint(this.#number, optionHint(option), "main-error");
    setAttribute(this.#slider, "aria-label", `${option.title}, slider`);
    this.#stops = stopsOf(low, high);
    setAttribute(this.#slider, "min", 0);
    setAttribute(this.#slider, "max", this.#stops.length - 1);
    setAttribute(this.#number, "min", low);
    setAttribute(this.#number, "max", high);
    this.#number.value = String(value);
    this.#slider.value = String(placeOf(this.#stops, value));
    setAttribute(this.#slider, "aria-valuetext", String(value));
    this.#hint.hidden = true;
    setAttribute(this.#number, "aria-invalid", null);
  }

  #slide() {
    const value = this.#stops[Number(this.#slider.value)];
    if (this.#main && value !== undefined) this.#set(this.#main.name, value);
  }

  #type() {
    const option = this.#main;
    if (!option) return;
    const value = Number(this.#number.value);
    const fits =
      this.#number.value !== "" &&
      Number.isInteger(value) &&
      value >= (option.min ?? value) &&
      value <= (option.max ?? value);
    this.#hint.hidden = fits;
    setAttribute(this.#number, "aria-invalid", fits ? null : "true");
    if (fits) this.#set(option.name, value);
    else setText(this.#hint, `${option.title} must be a whole number from ${option.min} to ${option.max}.`);
  }

  /**
   * @param {string} name
   * @param {Value} value
   */
  #set(name, value) {
    const setup = this.#setup;
    if (!setup || !this.#catalog) return;
    this.#change({ changed: put(setup.changed, name, value, taskDefault(this.#catalog, setup.task, name) ?? null) });
  }

  /** @param {CustomEvent} event an option was changed */
  #take({ target, detail }) {
    const setup = this.#setup;
    const key = target instanceof Element ? (target.closest("details")?.dataset.section ?? "") : "";
    if (!setup) return;
    const { field, value, preset } = detail;
    const [part, name] = field.split(".");
    if (key === "task") {
      const changed = put(setup.changed, name, value, preset);
      const answered = target instanceof FarbackText;
      this.#change({ changed, ...(answered ? { textMissing: false } : {}) });
    } else if (key === "training" && part === "seed") this.#change({ seed: value === preset ? null : value });
    else if (key === "training") this.#change({ training: put(setup.training, name, value, preset) });
    else {
      const at = indexOf(key);
      const models = setup.models.map((model, i) => {
        if (i !== at) return model;
        if (part === "seed") return { ...model, seed: value === preset ? null : value };
        if (part === "training") return { ...model, training: put(model.training, name, value, preset) };
        return { ...model, changed: put(model.changed, name, value, preset) };
      });
      this.#change({ models });
    }
  }

  /** @param {Partial<Setup>} part */
  #change(part) {
    tell(this, "setup", { ...this.#setup, ...part });
  }

  /** What the big button does, which a key does as well. */
  submit() {
    const wrong = this.#options.invalid;
    if (wrong) {
      this.open(wrong.closest("details")?.dataset.section ?? "task");
      wrong.focus();
    } else if (!this.#hint.hidden) this.#number.focus();
    else if (this.#act === "replay") tell(this, "replay");
    else if (this.#act !== "going") tell(this, "train");
  }

  /** Has the focus on what trains. */
  focus() {
    this.#train.focus();
  }

  /** @param {boolean} open */
  #unfold(open) {
    this.#options.hidden = !open;
    setAttribute(this.#more, "aria-expanded", String(open));
  }

  /**
   * Unfolds the options of a model, or a section by name.
   *
   * @param {number | string} which
   */
  open(which) {
    this.#unfold(true);
    this.#options.open(typeof which === "number" ? `model-${which}` : which);
  }

  /**
   * @param {string} field
   * @param {number} index
   * @param {string} reason
   * @returns {boolean} whether the sentence stands beside its field now
   */
  refuse(field, index, reason) {
    this.#unfold(true);
    const shown = this.#options.refuse(field, index, reason);
    if (!shown) this.#unfold(false);
    return shown;
  }
}

/**
 * @param {Record<string, Value>} values
 * @param {string} name
 * @param {Value} value
 * @param {Value} preset
 * @returns {Record<string, Value>} with the value, or without it where it is the preset
 */
function put(values, name, value, preset) {
  const { [name]: _, ...others } = values;
  return value === preset ? others : { ...others, [name]: value };
}

customElements.define("farback-controls", FarbackControls);
