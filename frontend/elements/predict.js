/**
 * A question that the reader answers before the rest of a step is shown: a choice, or a curve to be drawn.
 *
 * @import {Axes} from "../figures/axes.js"
 * @import {Curve} from "./sketch.js"
 * @import {Together} from "./together.js"
 *
 * @typedef {object} Prediction
 * @property {string} name
 * @property {string} question
 * @property {"choice" | "draw"} kind
 * @property {string[]} choices
 * @property {number | null} right
 * @property {number} points
 * @property {string} x
 * @property {string} y
 * @property {string | null} truth the figure's curve that turns out right
 */

import { forget, recalled, remember } from "../answered.js";
import { make, sender, setText, uniqueId } from "./dom.js";
import { Sketch } from "./sketch.js";

/** The class in which this page was opened; "" for none. */
const CLASS = new URLSearchParams(location.search).get("class") ?? "";

export class Predict {
  /** Whether it was answered. */
  made = false;
  #group = uniqueId("choice");
  #said = make("p", { class: "verdict", role: "status" });
  /** @type {Sketch | null} */
  #sketch = null;
  /** @type {Promise<Together> | null} */
  #together = null;

  /**
   * @param {string} lesson
   * @param {Prediction} prediction
   * @param {() => void} onMade
   * @param {Axes | null} [axes] of a curve that is drawn
   */
  constructor(lesson, prediction, onMade, axes = null) {
    this.lesson = lesson;
    this.prediction = prediction;
    this.onMade = onMade;
    if (prediction.kind === "draw") this.#sketch = new Sketch(prediction, axes);
    this.element = make(
      "form",
      { class: "asked" },
      make(
        "fieldset",
        {},
        make("legend", {}, make("strong", {}, "Before you look: "), prediction.question),
        this.#sketch?.element,
        ...prediction.choices.map((choice, i) =>
          make(
            "label",
            {},
            make("input", { type: "radio", name: this.#group, value: i, required: true }),
            make("span", {}, choice),
          ),
        ),
      ),
      sender({ class: "primary" }, () => this.#answer(), "Look"),
      this.#said,
    );
    if (CLASS) this.#together = this.#join();
    void this.#recall();
  }

  get #place() {
    return { lesson: this.lesson, prediction: this.prediction.name, code: CLASS };
  }

  /** Shows again what was answered in this tab before. A class may have been asked anew since. */
  async #recall() {
    const value = recalled(this.#place, this.prediction);
    if (value === null) return;
    const counts = !this.#together || (await (await this.#together).resumed(value));
    if (!counts) forget(this.#place);
    else if (!this.made) this.#close(value);
  }

  /** Puts what the class says below. */
  async #join() {
    const { Together } = await import("./together.js");
    const together = new Together(CLASS, this.lesson, this.prediction);
    this.element.append(together.element);
    return together;
  }

  /**
   * What the reader said: the number of a choice, or the drawn values from left to right, each from 0 to 1.
   *
   * @returns {number | number[]}
   */
  get value() {
    return this.#sketch ? [...this.#sketch.values] : Number(new FormData(this.element).get(this.#group));
  }

  /**
   * Lays what turned out right over what was drawn.
   *
   * @param {Curve | null} truth evenly spaced values from left to right, each from 0 to 1
   */
  compare(truth) {
    if (!this.made || !this.#sketch || !truth) return;
    setText(this.#said, this.#sketch.lay(truth));
    void this.#together?.then((together) => together.reveal(at(truth, this.prediction.points)));
  }

  #answer() {
    if (this.made) return;
    if (this.#sketch && !this.#sketch.touched) {
      setText(this.#said, "Draw it first: drag in the picture, or set each point with the arrow keys.");
      return;
    }
    const { value } = this;
    remember(this.#place, value);
    void this.#together?.then((together) => together.answered(value));
    this.#close(value);
  }

  /** Nothing more is answered, and the rest is shown. @param {number | number[]} value */
  #close(value) {
    this.made = true;
    this.element.classList.add("made");
    if (Array.isArray(value)) this.#sketch?.close(value);
    else this.#mark(value);
    this.onMade();
  }

  /** Shows which choice turns out right. @param {number} chosen */
  #mark(chosen) {
    const { right, choices } = this.prediction;
    for (const [i, label] of [...this.element.querySelectorAll("label")].entries()) {
      if (i === chosen) /** @type {HTMLInputElement} */ (label.firstElementChild).checked = true;
      label.classList.toggle("right", i === right);
      label.classList.toggle("wrong", i === chosen && right !== null && i !== right);
    }
    if (right !== null) setText(this.#said, chosen === right ? "That is what happens." : `It is: ${choices[right]}.`);
  }
}

/**
 * A curve at as many evenly spaced places as asked for.
 *
 * @param {Curve} curve
 * @param {number} points
 * @returns {Curve}
 */
function at(curve, points) {
  return Array.from({ length: points }, (_, i) => {
    const place = (i / (points - 1)) * (curve.length - 1);
    const [low, high] = [Math.floor(place), Math.ceil(place)];
    return curve[low] + (place - low) * (curve[high] - curve[low]);
  });
}
