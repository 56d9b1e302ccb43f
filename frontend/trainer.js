/**
 * Puts runs on the page: starts those of what the controls say, opens those that a link names, and withdraws from them.
 *
 * @import {Comparison} from "./comparison.js"
 * @import {Desk} from "./desk.js"
 * @import {Replay} from "./replay.js"
 * @import {Seeds} from "./seeds.js"
 * @import {Manifest} from "./types.js"
 */

import { leaveNamed } from "./address.js";
import { getSnapshot } from "./api.js";
import { confirmed } from "./elements/dom.js";
import { complain, embedded, enter, later, page } from "./elements/page.js";
import { afresh, onwardOf, originsOf } from "./onward.js";
import { jobsOf, SEEDS } from "./seeds.js";
import { hasText, readsText, specsOf, taskOf } from "./setup.js";
import { isCopy } from "./source.js";

const TITLE = "Farback: how far back can a network remember?";
/** Told until the runs have ended: what was withdrawn from goes on. */
const WITHDRAWN = "You have withdrawn, and it goes on for the others who watch.";
const GONE = "The models of this link are no longer kept here.";

export class Trainer {
  /** Snapshots that models go on from, by id. @type {Map<string, Manifest>} */
  #origins = new Map();

  /**
   * @param {Desk} desk
   * @param {Comparison} comparison
   * @param {Seeds} seeds
   * @param {Replay} replay
   */
  constructor(desk, comparison, seeds, replay) {
    this.desk = desk;
    this.comparison = comparison;
    this.seeds = seeds;
    this.replay = replay;
  }

  /**
   * Starts the runs of what the controls say.
   *
   * @param {number | null} [step] where the timeline is to stand; left out: it follows
   * @param {number} [many] seeds of each model
   */
  async train(step = null, many = 0) {
    const { desk, comparison } = this;
    page.notice.clear();
    const wanted = desk.setup;
    this.replay.pause();
    enter("starting");
    if (!(await comparison.train(wanted))) {
      enter(comparison.training ? "training" : "refused");
      return;
    }
    // Which layers are looked at is told by the place of the models.
    const layers = wanted.models === desk.shown.models ? desk.view.layers : [];
    desk.shown = wanted;
    this.#leave();
    // A person's own text is in no link; the run's unguessable id stands for it.
    const kept = comparison.textRuns.length ? comparison.columns.flatMap(({ run }) => run ?? []) : [];
    desk.set({ step, layers, runs: kept, tested: [], seeds: many });
    this.begin();
  }

  /** Several seeds of what the controls say, or back to one. */
  async trainSeeds() {
    const { desk } = this;
    // What a snapshot keeps are no runs: its other seeds are trained from the start.
    if (desk.setup !== desk.shown || !this.comparison.columns.length || desk.snapshot) return this.train(null, SEEDS);
    desk.set({ seeds: desk.view.seeds ? 0 : SEEDS });
    this.#sow();
    desk.look({});
  }

  /** Trains on from the weights of a snapshot. @param {string} id */
  async goOn(id) {
    this.desk.setup = onwardOf(this.desk.setup, this.desk.shown.models, id);
    await this.train();
    later.controls.now?.focus();
  }

  /** Makes a snapshot's set-up the page's own, and trains nothing yet. */
  fork() {
    const { desk } = this;
    this.replay.pause();
    desk.put(afresh(desk.setup));
    desk.set({ step: null, runs: [], tested: [], seeds: 0 });
    this.seeds.clear();
    this.comparison.clear();
    this.#leave();
    enter("forked");
    this.#tellOrigins();
    desk.remember();
    later.controls.now?.focus();
  }

  /** @param {string[]} ids of runs that exist already, to be shown */
  async open(ids) {
    const { desk } = this;
    const { setup, gone } = await this.comparison.open(ids);
    if (setup) {
      desk.put(setup);
      this.begin();
      if (gone) page.notice.show(`${gone} of the ${ids.length} models of this link are no longer kept here.`);
      return;
    }
    // A link that names runs beside a set-up does so because they were trained on a text that it cannot carry.
    if (desk.view.runs.length) {
      desk.put({ ...desk.setup, textMissing: readsText(taskOf(desk.catalog, desk.setup.task)) });
      desk.set({ runs: [] });
    }
    page.notice.show(GONE);
    enter("refused");
    desk.changed();
  }

  /**
   * What follows once runs are on the page.
   *
   * @param {boolean} [replays] whether what had ended before is replayed
   */
  begin(replays = true) {
    enter("training");
    this.replay.prepare(replays);
    this.#sow();
    this.#tellOrigins();
    this.desk.look({});
  }

  /** What follows once all have ended. */
  end() {
    enter("done");
    page.notice.take(WITHDRAWN);
    this.replay.go();
    this.desk.changed();
  }

  async cancel() {
    this.seeds.stop();
    if (await this.comparison.cancel()) page.notice.show(WITHDRAWN, "told");
    this.desk.changed();
  }

  /** Deletes the person's own text, and what was trained on it. */
  async forget() {
    const { desk } = this;
    const question = "Delete your text and every model trained on it, for good?";
    if (!(await confirmed(question, "Delete my text"))) return;
    await this.comparison.deleteText();
    const { text: _, ...changed } = desk.setup.changed;
    desk.setup = { ...desk.setup, changed, textMissing: false };
    leaveNamed();
    desk.look({ runs: [] });
    page.notice.show("Your text and everything made from it is deleted.", "told");
  }

  /** Leaves a snapshot, or runs that the address names. */
  #leave() {
    leaveNamed();
    if (!this.desk.snapshot) return;
    this.desk.snapshot = null;
    page.about.hidden = true;
    document.title = TITLE;
  }

  /** Starts what the view asks for of other seeds, and stops what it does not. */
  #sow() {
    const { catalog, shown, snapshot, view } = this.desk;
    this.seeds.clear();
    if (!view.seeds) return;
    try {
      if (snapshot) throw new Error("A snapshot has one seed a model: press Train 5 seeds to train others.");
      if (hasText(shown)) throw new Error("A text of your own is trained on with one seed only.");
      const runs = this.comparison.columns.map(({ run }) => run);
      this.seeds.start(jobsOf(specsOf(catalog, shown), runs, view.seeds, catalog.seed));
    } catch (error) {
      this.desk.set({ seeds: 0 });
      complain(error);
    }
  }

  /** Tells where the models come from that go on from a snapshot. */
  async #tellOrigins() {
    if (embedded) return;
    const { columns } = this.comparison;
    const asked = columns.flatMap(({ model }) => model.start?.snapshot ?? []);
    const unknown = [...new Set(asked)].filter((id) => !this.#origins.has(id) && !isCopy());
    const found = await Promise.allSettled(unknown.map(getSnapshot));
    found.forEach((answer, at) => {
      if (answer.status === "fulfilled") this.#origins.set(unknown[at] ?? "", answer.value);
    });
    page.origin.show(originsOf(this.comparison.columns, this.#origins));
  }
}
