/**
 * Which module draws which figure. Each is loaded when a lesson first shows it.
 *
 * @import {Table} from "../draw/read.js"
 * @import {LessonModels} from "./models.js"
 */

/**
 * @typedef {object} Named
 * @property {string} name by which it is chosen, where there are several
 * @property {string} caption what its numbers are, and in what unit
 * @property {string[]} [links] where each row's first cell leads
 */

/** @typedef {Table & Named} FigureTable */

/**
 * @typedef {object} Heard
 * @property {string} title
 * @property {(number | null)[]} left what is left at the answer, one step back, two steps back, ...: as far as it is shown
 */

/**
 * A figure tells of each drawing by the event `farback:drawn`: what stands in `tables` and `heard` may be another then.
 *
 * @typedef {object} LiveFigure
 * @property {HTMLElement} element
 * @property {(setup: any) => void} set up anew, as the text asks for
 * @property {() => void} [stop] what plays, where something does
 * @property {() => FigureTable[]} [tables] the numbers that it shows now, and no others
 * @property {() => Heard | null} [heard] what falls step by step; null where it shows nothing of the kind
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
