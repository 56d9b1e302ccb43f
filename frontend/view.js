/**
 * How the page looks at its runs.
 *
 * @import {Frame, View} from "./types.js"
 */

/** @returns {View} */
export const plainView = () => ({
  step: null,
  mark: null,
  row: -1,
  layers: [],
  gradient: "relative",
  state: "h",
  folded: [],
  theme: "auto",
  runs: [],
});

/**
 * What a view asks for that a run does not have.
 *
 * @param {View} view
 * @param {Frame} frame
 * @returns {{part: Partial<View>, messages: string[]}} what to put in its place, and why
 */
export function misfits(view, frame) {
  /** @type {Partial<View>} */
  const part = {};
  const messages = [];
  if (view.mark !== null && view.mark >= frame.length) {
    part.mark = null;
    messages.push(`Step ${view.mark} cannot be marked: the sequence ends at step ${frame.length - 1}.`);
  }
  if (view.row >= frame.answers.length) {
    part.row = -1;
    messages.push(`There is no answer number ${view.row}: there are ${frame.answers.length}, counted from 0.`);
  }
  return { part, messages };
}
