/**
 * What the columns show instead of their runs' frames: the models with gates held, or on a sequence of one's own.
 *
 * @import {Asking} from "./asking.js"
 * @import {Column, Frame, Task, View} from "./types.js"
 */

import { lookOf } from "./holds.js";

export class Instead {
  /** @type {WeakMap<Frame, Frame>} by the frame that was answered */
  #frames = new WeakMap();

  /** @param {Asking} asking */
  constructor(asking) {
    this.asking = asking;
  }

  /**
   * @param {Column[]} columns each with the run's own frame, changed in place
   * @param {View} view
   * @param {Task} task
   * @returns {{frames: Frame[], refusal: string | null}} the frames that are shown for the first time; why something
   *   cannot be shown
   */
  show(columns, view, task) {
    /** @type {Frame[]} */
    const frames = [];
    let refusal = null;
    for (const column of columns) {
      column.own = column.held = column.instead = null;
      column.gated = column.awaited = false;
      const { frame, run, index } = column;
      if (!frame || !run) continue;
      try {
        const look = lookOf(column, view, task);
        if (!look) continue;
        // Each look is a slot of its own: what was held before must not stand in for it.
        const slot = JSON.stringify(look.inquiry);
        const answer = this.asking.want(index, slot, { run, step: frame.step, inquiry: look.inquiry });
        refusal ??= answer.refusal;
        const { frame: asked } = /** @type {{frame?: Frame}} */ (answer.value ?? {});
        column.awaited = !asked;
        if (!asked) continue;
        const { name: _, result: __, ...instead } = look.inquiry;
        column.instead = instead;
        column.own = frame;
        column.held = look.badge;
        column.gated = look.gated;
        column.frame = this.#frames.get(asked) ?? null;
        if (column.frame) continue;
        column.frame = completed(asked, frame);
        this.#frames.set(asked, column.frame);
        frames.push(column.frame);
      } catch (error) {
        refusal ??= /** @type {Error} */ (error).message;
      }
    }
    return { frames, refusal };
  }
}

/**
 * What only the run's own frames tell: the horizon before training.
 *
 * @param {Frame} frame
 * @param {Frame} own
 * @returns {Frame}
 */
const completed = (frame, own) => ({ ...frame, horizon: { ...frame.horizon, at_start: own.horizon.at_start } });
