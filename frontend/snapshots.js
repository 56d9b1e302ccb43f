/**
 * Snapshots: opened, trained again in their place, deleted, and made of what is on the page.
 *
 * @import {Comparison} from "./comparison.js"
 * @import {Desk} from "./desk.js"
 * @import {Pointing} from "./pointing.js"
 * @import {Replay} from "./replay.js"
 * @import {Trainer} from "./trainer.js"
 */

import { viewQuery } from "./address.js";
import { deleteSnapshot, postSnapshot } from "./api.js";
import { confirmed } from "./elements/dom.js";
import { complain, embedded, later, page } from "./elements/page.js";
import { isKept, openingView, savedOf, selectionOf, titleFor } from "./keeping.js";
import { isCopy } from "./source.js";

export class Snapshots {
  /** The one that was opened. @type {string | null} */
  #id = null;

  /**
   * @param {Desk} desk
   * @param {Comparison} comparison
   * @param {Replay} replay
   * @param {Pointing} pointing
   * @param {Trainer} trainer
   */
  constructor(desk, comparison, replay, pointing, trainer) {
    this.desk = desk;
    this.comparison = comparison;
    this.replay = replay;
    this.pointing = pointing;
    this.trainer = trainer;
  }

  /** @param {string} id */
  async open(id) {
    const { desk, comparison } = this;
    const { manifest, setup } = await comparison.openSnapshot(id);
    desk.snapshot = manifest;
    desk.put(setup);
    desk.view = openingView(desk.view, location.search, manifest, desk.catalog);
    this.pointing.show();
    document.title = `${manifest.title || "Snapshot"} · Farback`;
    const titles = comparison.columns.map(({ title }) => title);
    page.about.show(id, manifest, titles);
    this.#id = id;
    const own = manifest.runs.some(({ spec }) => Boolean(spec.task.text) || spec.start?.private === true);
    const again = embedded && !isCopy() && !own; // the server trains nobody's own text again
    if (again) page.live.show("kept");
    this.trainer.begin(false); // it opens as it was kept
    this.trainer.end();
    const secret = /^#delete=(.+)$/.exec(location.hash)?.[1];
    if (secret) await this.#delete(id, secret);
  }

  /** Trains the runs of the snapshot again, in its place; nothing is trained before somebody asks for it. */
  async runLive() {
    const { desk } = this;
    if (!this.#id) return;
    page.notice.clear();
    this.replay.pause();
    page.live.show("starting");
    if (!(await this.comparison.train(desk.shown, this.#id))) return page.live.show("kept");
    desk.set({ step: null, tested: [] });
    page.live.show("live");
    this.trainer.begin();
  }

  /** Tells that what was trained again has ended. */
  endLive() {
    if (page.live.state === "live") page.live.show("over");
  }

  /** Back to what the snapshot kept. */
  async leaveLive() {
    if (!this.#id) return;
    this.replay.pause();
    await this.open(this.#id);
  }

  /** Keeps what is on the page for good. */
  async save() {
    const { desk } = this;
    const { columns, textRuns } = this.comparison;
    const there = columns.filter(({ run, frame }) => run && frame);
    if (!there.length) return page.notice.show("There is nothing to keep yet: press Train first.", "told");
    if (there.some(({ run }) => isKept(run ?? "")))
      return page.notice.show("This is a snapshot already: Share copies its link.", "told");
    const title = titleFor(
      desk.task.title,
      there.map((column) => column.title),
    );
    const part = await later.save.get().catch(complain);
    part?.open({ title, models: there.length, secret: textRuns.length > 0 }, async (wish) => {
      const { catalog, shown, view } = desk;
      const query = viewQuery({ setup: shown, view }, catalog);
      const answer = await postSnapshot(selectionOf(columns, wish, query, view.sequence));
      return savedOf(answer, wish.title || title, new URL(".", document.baseURI).href, catalog.version);
    });
  }

  /**
   * Deletes a snapshot for whoever has the link that does so.
   *
   * @param {string} id
   * @param {string} secret
   */
  async #delete(id, secret) {
    const question = `Delete the snapshot “${this.desk.snapshot?.title || id}” for everyone, for good?`;
    if (!(await confirmed(question, "Delete it"))) return;
    await deleteSnapshot(id, secret);
    location.hash = "";
    page.notice.show("The snapshot is deleted. What you see is still in this browser, and nowhere else.", "told");
  }
}
