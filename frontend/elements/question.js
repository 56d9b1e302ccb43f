/**
 * Which prediction is asked: one list of all that the lessons ask.
 *
 * @import {Lesson} from "../teaching.js"
 */

import { make } from "./dom.js";

/**
 * A list to choose from.
 *
 * @param {Lesson[]} lessons
 * @param {Record<string, any>} attributes
 * @returns {HTMLSelectElement}
 */
export const questions = (lessons, attributes) =>
  make(
    "select",
    attributes,
    ...lessons.map(({ name, title, predictions }) =>
      make(
        "optgroup",
        { label: title },
        ...predictions.map((asked) =>
          make("option", { value: nameOf({ lesson: name, prediction: asked.name }) }, asked.question),
        ),
      ),
    ),
  );

/** @param {{lesson: string, prediction: string}} asked */
export const nameOf = ({ lesson, prediction }) => `${lesson}/${prediction}`;

/**
 * What is chosen.
 *
 * @param {HTMLSelectElement} list
 * @returns {{lesson: string, prediction: string}}
 */
export function chosenIn(list) {
  const [lesson = "", prediction = ""] = list.value.split("/");
  return { lesson, prediction };
}

/**
 * @param {Lesson[]} lessons
 * @param {{lesson: string, prediction: string} | null} asked
 * @returns {{lesson: Lesson, prediction: import("./tally.js").Asked} | null} what goes by these names, if anything does
 */
export function findIn(lessons, asked) {
  const lesson = lessons.find(({ name }) => name === asked?.lesson);
  const prediction = lesson?.predictions.find(({ name }) => name === asked?.prediction);
  return lesson && prediction ? { lesson, prediction } : null;
}
