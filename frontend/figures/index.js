/**
 * Which module draws which figure. Each is loaded when a lesson first shows it.
 *
 * @import {LessonModels} from "./models.js"
 */

/**
 * @typedef {object} LiveFigure
 * @property {HTMLElement} element
 * @property {(setup: any) => void} set up anew, as the text asks for
 * @property {() => void} [stop] what plays, where something does
 * @property {(name: string) => number[] | null} [curve] what a drawn prediction is compared with: values from left to
 *   right, each from 0 to 1 on the axis that axes.js tells of
 */

/** @typedef {(models: LessonModels, setup: any) => Promise<LiveFigure>} Create */

/** @type {Record<string, () => Promise<Create>>} */
export const FIGURES = {
  panels: async () => (await import("./panels.js")).Panels.create,
  race: async () => (await import("./race.js")).Race.create,
  functions: async () => (await import("./functions.js")).Functions.create,
  steps: async () => (await import("./steps.js")).Steps.create,
  vanish: async () => (await import("./vanish.js")).Vanish.create,
  updates: async () => (await import("./updates.js")).Updates.create,
  cell: async () => (await import("./cell.js")).Cell.create,
  nets: async () => (await import("./nets.js")).Nets.create,
  unfold: async () => (await import("./unfold.js")).Unfold.create,
};
