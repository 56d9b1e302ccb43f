/**
 * A question that the reader answers before the rest of a step is shown: a choice, or a curve to be drawn.
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
 */

import { make, setText, uniqueId } from "./dom.js";

export class Predict {
  /** Whether it was answered. */
  made = false;
  #group = uniqueId("choice");
  #said = make("p", { class: "verdict", role: "status" });

  /**
   * @param {string} lesson
   * @param {Prediction} prediction
   * @param {() => void} onMade
   */
  constructor(lesson, prediction, onMade) {
    this.lesson = lesson;
    this.prediction = prediction;
    this.onMade = onMade;
    this.element = make(
      "form",
      { class: "asked", onsubmit: (/** @type {Event} */ event) => this.#answer(event) },
      make(
        "fieldset",
        {},
        make("legend", {}, make("strong", {}, "Before you look: "), prediction.question),
        ...prediction.choices.map((choice, i) =>
          make(
            "label",
            {},
            make("input", { type: "radio", name: this.#group, value: i, required: true }),
            make("span", {}, choice),
          ),
        ),
      ),
      make("button", { type: "submit", class: "primary" }, "Look"),
      this.#said,
    );
  }

  /** @param {Event} event */
  #answer(event) {
    event.preventDefault();
    const chosen = Number(new FormData(this.element).get(this.#group));
    const { right, choices } = this.prediction;
    this.made = true;
    this.element.classList.add("made");
    for (const [i, label] of [...this.element.querySelectorAll("label")].entries()) {
      label.classList.toggle("right", i === right);
      label.classList.toggle("wrong", i === chosen && right !== null && i !== right);
    }
    if (right !== null) setText(this.#said, chosen === right ? "That is what happens." : `It is: ${choices[right]}.`);
    this.onMade();
  }
}
