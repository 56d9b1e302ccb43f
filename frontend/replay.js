/**
 * The way through training: the timeline stands at a step, follows the newest frame, or plays what was recorded.
 *
 * @import {Comparison} from "./comparison.js"
 * @import {Desk} from "./desk.js"
 * @import {View} from "./types.js"
 */

import { calm } from "./elements/dom.js";
import { Player } from "./player.js";
import { advance, newestStep, stepsOf } from "./timeline.js";

export class Replay {
  #player = new Player();
  /** Whether a comparison that had ended before is replayed, or will be once all its frames are here. */
  #whole = false;

  /**
   * @param {Desk} desk
   * @param {Comparison} comparison
   */
  constructor(desk, comparison) {
    this.desk = desk;
    this.comparison = comparison;
  }

  get playing() {
    return this.#player.playing;
  }

  /** @param {number} speed */
  set speed(speed) {
    this.#player.speed = speed;
  }

  /**
   * The view as the address says it. What is replayed by itself stands nowhere: a link to it opens it again from the
   * start.
   *
   * @returns {View}
   */
  get lasting() {
    const { view } = this.desk;
    return this.#whole ? { ...view, step: null } : view;
  }

  /**
   * Goes on by the frames that have become due.
   *
   * @param {number} now milliseconds
   */
  tick(now) {
    const due = this.#player.tick(now);
    if (!due) return;
    const steps = stepsOf(this.comparison.columns);
    const newest = steps.at(-1) ?? 0;
    const next = advance(steps, this.desk.view.step ?? newest, due);
    this.desk.set({ step: next });
    if (next < newest) return;
    this.#player.pause();
    this.#whole = false;
    this.desk.look({ step: null });
  }

  /**
   * Stands at the first frame, where what had ended before is to be replayed: it waits until all frames are there.
   *
   * @param {boolean} wanted
   */
  prepare(wanted) {
    this.#whole = wanted && this.comparison.stored && this.desk.view.step === null && !calm();
    if (this.#whole) this.desk.set({ step: 0 });
  }

  /** Plays what was prepared. */
  go() {
    if (this.#whole) this.#player.play(performance.now());
  }

  /** Plays all of it, from the start. */
  again() {
    this.#whole = true;
    this.#play(0);
  }

  pause() {
    this.#player.pause();
  }

  toggle() {
    this.#whole = false;
    if (this.playing) {
      this.pause();
      this.desk.look({});
      return;
    }
    const { step } = this.desk.view;
    this.#play(step === null || step >= newestStep(this.comparison.columns) ? 0 : step);
  }

  /** @param {number} step to play from */
  #play(step) {
    this.desk.set({ step });
    this.#player.play(performance.now());
    this.desk.changed();
  }

  /** @param {number | null} step null: follow, or the end */
  seek(step) {
    this.pause();
    this.#whole = false;
    const { columns, training } = this.comparison;
    // The end of a finished comparison is the same as following it.
    this.desk.look({ step: step === null || (!training && step >= newestStep(columns)) ? null : step });
  }

  /** @param {number} step at which the newest frame up to there is to be seen */
  seekFrame(step) {
    this.seek(advance(stepsOf(this.comparison.columns), step, 0));
  }

  /** @param {number} count frames on, or back; told from what was asked for last, not from what is painted by now */
  move(count) {
    const steps = stepsOf(this.comparison.columns);
    this.seek(advance(steps, this.desk.view.step ?? steps.at(-1) ?? 0, count));
  }
}
