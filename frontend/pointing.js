/**
 * Where a person points, and the time step and the row of connectivity that stay chosen when they point no more.
 *
 * @import {Comparison} from "./comparison.js"
 * @import {Desk} from "./desk.js"
 * @import {View} from "./types.js"
 */

import { page } from "./elements/page.js";
import { choose, outputOf } from "./lags.js";

/**
 * @typedef {object} Spot
 * @property {number} t time step
 * @property {number} row of the heatmap
 * @property {boolean} pin whether it is to stay marked
 * @property {boolean} [keep] by key, not by pointer
 * @property {number} [output] the output time whose row it is
 */

export class Pointing {
  /** Where the pointer is. @type {Spot | null} */
  #spot = null;
  /** The row of heatmaps that is marked along with a pinned step. */
  #row = 0;

  /**
   * @param {Desk} desk
   * @param {Comparison} comparison
   */
  constructor(desk, comparison) {
    this.desk = desk;
    this.comparison = comparison;
  }

  /** The view with the output time that is pointed at. @returns {View} */
  get view() {
    const { view } = this.desk;
    return this.#spot?.output === undefined ? view : { ...view, output: this.#spot.output };
  }

  /** @param {Spot | null} spot */
  point(spot) {
    const before = this.#spot?.output;
    this.#spot = spot && !spot.keep ? spot : null;
    if (spot?.pin) {
      const again = !spot.keep && this.desk.view.mark === spot.t && this.#row === spot.row;
      this.#row = spot.row;
      this.desk.look({ mark: again ? null : spot.t });
      if (spot.output !== undefined) this.#choose(spot.output);
      this.#spot = spot.keep ? null : spot;
    }
    if (this.#spot?.output !== before) this.desk.changed();
    this.show();
  }

  /** @param {number} count rows of the connectivity down, or up */
  turn(count) {
    const frame = this.#frame();
    if (!frame) return;
    const row = outputOf(frame, this.desk.view).row + count;
    this.#choose(frame.rows[Math.min(Math.max(row, 0), frame.rows.length - 1)] ?? 0);
  }

  /** Takes the mark and the chosen output time away; where there are none, the sequence of one's own. */
  unmark() {
    const { mark, output } = this.desk.view;
    const free = mark === null && output === null;
    this.desk.look(free ? { sequence: null } : { mark: null, output: null });
    this.show();
  }

  /** Marks the step that is pointed at, or the one that stays marked, in every panel. */
  show() {
    const { mark } = this.desk.view;
    page.columns.mark(this.#spot ?? (mark === null ? null : { t: mark, row: this.#row }));
  }

  /** @param {number} output the output time that every column is to show the connectivity of */
  #choose(output) {
    this.#spot = null;
    const frame = this.#frame();
    if (frame) this.desk.look(choose(frame, output));
  }

  #frame() {
    return this.comparison.columns.find((column) => column.frame)?.frame;
  }
}
