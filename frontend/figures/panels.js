/**
 * Panels: the explorer's own panels on some of the lesson's models, in a frame that is as high as what it shows. While a
 * model trains, they show it.
 *
 * @import {Spec} from "../types.js"
 * @import {LessonModels} from "./models.js"
 */

import { getRun, postRun } from "../api.js";
import { make, setText } from "../elements/dom.js";
import { heightIn } from "../frame.js";

/** Height until the frame tells its own, in pixels. */
const HEIGHT = 620;
/** How often it is asked how far the models are, in milliseconds. */
const ASK_MS = 1000;

/** @typedef {{models: string[], panels: string[]}} Setup */

export class Panels {
  element = make("div", { class: "explorer" });
  #models;
  /** @type {Setup} */
  #setup = { models: [], panels: [] };
  /** Which runs are shown, and the training step that they are shown at; "" where they are followed. */
  #shown = { ids: "", step: "" };
  /** What the frame was given last. */
  #address = "";
  #timer = 0;

  #frame = make("iframe", { title: "Panels of the explorer", style: `height: ${HEIGHT}px` });
  #waited = make("span", { role: "status" });
  #far = make("span");
  #told = make("p", { class: "told" }, this.#waited, this.#far);
  #out = make("a", { target: "_blank" }, "Open these models in the explorer");

  /** @param {LessonModels} models */
  constructor(models) {
    this.#models = models;
    this.element.append(this.#told, this.#frame, make("p", {}, this.#out));
    window.addEventListener("message", (event) => {
      // Any frame and any window can send a message: only the height of this one is its own.
      const height = event.source === this.#frame.contentWindow ? heightIn(event.data) : null;
      if (height) this.#frame.style.height = `${height}px`;
    });
  }

  /** @param {LessonModels} models */
  static async create(models) {
    return new Panels(models);
  }

  /** @param {Setup} setup */
  set(setup) {
    this.#setup = setup;
    this.stop();
    this.element.setAttribute("aria-busy", "true"); // until the frame has what it is to show
    void this.#open();
  }

  stop() {
    window.clearTimeout(this.#timer);
  }

  get #runs() {
    return this.#setup.models.map((name) => this.#models.of(name).runs[0]);
  }

  /** Starts what is not there, and shows it. */
  async #open() {
    try {
      for (const name of this.#setup.models) {
        const { spec, known } = this.#models.of(name);
        if (!known[0]) await postRun(/** @type {Spec} */ (spec));
      }
    } catch (error) {
      setText(this.#waited, /** @type {Error} */ (error).message);
      this.element.removeAttribute("aria-busy");
      return;
    }
    await this.#ask();
  }

  #show() {
    const ids = this.#runs.join(",");
    const { panels } = this.#setup;
    const query = new URLSearchParams();
    if (panels.length) query.set("show", panels.join(","));
    const theme = document.documentElement.dataset.theme ?? new URLSearchParams(location.search).get("theme");
    if (theme) query.set("theme", theme);
    if (this.#shown.step) query.set("step", this.#shown.step);
    const said = query.toString().replaceAll("%2C", ",");
    const address = new URL(`embed/${ids}${said && `?${said}`}`, document.baseURI).href;
    const rest = () => this.element.removeAttribute("aria-busy");
    if (address === this.#address) rest();
    else {
      this.#frame.addEventListener("load", rest, { once: true });
      // Replaced, so that it is no entry of the history: Back leads to the step before.
      if (this.#address && this.#frame.contentWindow) this.#frame.contentWindow.location.replace(address);
      else this.#frame.src = address;
    }
    this.#address = address;
    this.#out.href = new URL(`r/${ids}`, document.baseURI).href;
  }

  /** Says how far the models are, until all are trained. */
  async #ask() {
    const asked = this.#runs;
    const runs = await Promise.all(asked.map((id) => getRun(id).catch(() => null)));
    if (asked.join() !== this.#runs.join()) return;
    const ids = asked.join();
    const open = runs.filter((run) => !run || run.status === "queued" || run.status === "running");
    const said = open.map((run) =>
      run?.status === "running"
        ? "The model is being trained, and the panels follow it."
        : "The model waits for its turn to be trained.",
    );
    // Read out is what happens, not every update.
    const far = open.flatMap((run) =>
      run?.status === "running" ? [` Update ${run.step} of at most ${run.steps}.`] : [],
    );
    if (ids !== this.#shown.ids) {
      // One that is trained is not replayed from its start.
      const last = Math.max(...runs.map((run) => run?.step ?? 0));
      this.#shown = { ids, step: open.length ? "" : String(last) };
    }
    this.#show();
    setText(this.#waited, said.join(" "));
    setText(this.#far, far.join(""));
    this.#told.hidden = !open.length;
    if (open.length) this.#timer = window.setTimeout(() => void this.#ask(), ASK_MS);
  }
}
