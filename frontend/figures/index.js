/**
 * Which module draws which figure. Each is loaded when a lesson first shows it.
 *
 * @import {LessonModels} from "./models.js"
 */

/**
 * @typedef {object} LiveFigure
 * @property {HTMLElement} element
 * @property {(setup: any) => void} set up anew, as the text asks for
 * @property {() => void} stop whatever plays
 */

/** @typedef {(models: LessonModels, setup: any) => Promise<LiveFigure>} Create */

/** @type {Record<string, () => Promise<Create>>} */
export const FIGURES = {
  nets: async () => (await import("./nets.js")).Nets.create,
  unfold: async () => (await import("./unfold.js")).Unfold.create,
};
