/**
 * Paints what the page shows, at most once a frame of the screen.
 *
 * @import {Comparison} from "./comparison.js"
 * @import {Desk} from "./desk.js"
 * @import {Pointing} from "./pointing.js"
 * @import {Replay} from "./replay.js"
 * @import {Seeds} from "./seeds.js"
 * @import {Column} from "./types.js"
 */

import { postProbe } from "./api.js";
import { Asking } from "./asking.js";
import { unfinished } from "./comparison.js";
import { applyTheme, readInk } from "./elements/ink.js";
import { complain, later, page } from "./elements/page.js";
import { Instead } from "./instead.js";
import { leftOut } from "./parts.js";
import { hasText, readsText } from "./setup.js";
import { frameAt, lastStep } from "./timeline.js";
import { misfits } from "./view.js";

export class Painter {
  ink = readInk();
  #scheduled = false;
  /** The comparison of which frames were on the screen. @type {Column[] | null} */
  #painted = null;
  /** Whether what shows text as text was asked for. */
  #reading = false;
  #asking = new Asking(postProbe, () => this.repaint());
  #instead = new Instead(this.#asking);

  /**
   * @param {Desk} desk
   * @param {Comparison} comparison
   * @param {Seeds} seeds
   * @param {Replay} replay
   * @param {Pointing} pointing
   */
  constructor(desk, comparison, seeds, replay, pointing) {
    this.desk = desk;
    this.comparison = comparison;
    this.seeds = seeds;
    this.replay = replay;
    this.pointing = pointing;
  }

  /** Asks for a painting at the next frame of the screen. */
  repaint() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame((now) => this.#paint(now));
  }

  /** Reads what the view says of colours and of parts that are left out. */
  retint() {
    const { view } = this.desk;
    applyTheme(view.theme);
    document.documentElement.dataset.without = [...leftOut(view)].join(" ");
    this.ink = readInk();
    this.repaint();
  }

  /** Has the controls say what is set, and what their buttons do now. */
  showControls() {
    const { setup, shown, view } = this.desk;
    const { columns, training, withdrawn, complete, ownTextRuns } = this.comparison;
    const { going: sowing, over, total } = this.seeds;
    const going = training && !withdrawn;
    const due = setup !== shown && columns.length > 0;
    later.controls.now?.show(setup, {
      act: due || !columns.length ? "train" : going ? "going" : complete ? "replay" : "again",
      due,
      cancel: going || sowing,
      forget: ownTextRuns.length > 0,
      seeds: { possible: !hasText(setup), chosen: view.seeds > 0, over, total },
    });
  }

  /** @param {number} now */
  #paint(now) {
    this.#scheduled = false;
    const began = performance.now();
    this.replay.tick(now);
    const { columns } = this.comparison;
    const last = lastStep(columns);
    this.#rewind(columns, last);
    this.#fit(columns, last);
    const count = this.#show(columns, last);
    if (count > 0) this.#measure(began);
    if (this.replay.playing) this.repaint();
  }

  /**
   * Gives every column the frame of the step that is looked at, or what is asked for instead.
   *
   * @param {Column[]} columns
   * @param {number} last
   */
  #rewind(columns, last) {
    const { desk } = this;
    const { view, task } = desk;
    for (const column of columns) {
      column.frame = frameAt(column.frames, view.step);
      const newest = column.frames.at(-1)?.step ?? 0;
      column.ended = !unfinished(column) && (view.step ?? last) > newest;
    }
    const { frames, refusal } = this.#instead.show(columns, view, task);
    this.comparison.widen(frames);
    if (refusal === null) return;
    // A sentence that was refused stays in its field, which says why; the gates stay as they are held.
    const written = view.sequence !== null && readsText(task);
    if (written) later.reading.now?.refuse(refusal);
    else page.notice.show(refusal);
    desk.look(written ? { sequence: null } : { hold: [], sequence: null });
  }

  /**
   * Takes back what the view asks for and the runs do not have.
   *
   * @param {Column[]} columns
   * @param {number} last
   */
  #fit(columns, last) {
    const { part, messages } = misfits(this.desk.view, columns);
    if (!messages.length) return;
    for (const message of messages) page.notice.show(message);
    this.desk.look(part);
    this.#rewind(columns, last);
  }

  /**
   * @param {Column[]} columns
   * @param {number} last
   * @returns {number} panels that were painted
   */
  #show(columns, last) {
    const { desk, seeds, ink } = this;
    const { view: chosen, task } = desk;
    const { view } = this.pointing;
    const { extent, version, training } = this.comparison;
    const asking = this.#asking;
    page.reach.hidden = page.columns.hidden = page.timeline.hidden = page.hold.hidden = columns.length === 0;
    page.notice.connection(columns.some((column) => column.lost));
    const scales = { extent, version, ink };
    const count = page.columns.show({ columns, task: task.name, view, ...scales, steps: last, asking });
    page.reach.show(columns, extent, chosen.threshold, (model) =>
      seeds.of(model, chosen.threshold, columns[model]?.frame?.answers.at(-1)),
    );
    page.hold.show(chosen, columns);
    if (readsText(task)) this.#bringReading();
    later.reading.now?.show({ columns, task, view, chosen, ...scales, asking });
    asking.settle();
    page.timeline.show({ columns, step: chosen.step, playing: this.replay.playing, training });
    this.showControls();
    return count;
  }

  /** Fetches what shows text as text. */
  #bringReading() {
    if (this.#reading) return;
    this.#reading = true;
    later.reading.get().then((part) => {
      part.furnish(this.desk.catalog);
      this.repaint();
    }, complain);
  }

  /** @param {number} began */
  #measure(began) {
    performance.measure("farback:frame", { start: began, end: performance.now() });
    const { columns } = this.comparison;
    if (this.#painted === columns || !columns.some((column) => column.frame)) return;
    this.#painted = columns;
    performance.mark("farback:painted");
  }
}
