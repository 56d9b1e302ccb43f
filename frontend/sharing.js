/**
 * Links to what the page shows, and the code that shows it in another page.
 *
 * @import {Comparison} from "./comparison.js"
 * @import {Desk} from "./desk.js"
 */

import { embedCode, linkTo, namedHere, shareLink, viewQuery } from "./address.js";
import { complain, embedded, later, page } from "./elements/page.js";
import { ending, home } from "./source.js";

const EXPOSED = "Whoever has it sees the models trained on your text, and a passage of that text.";

export class Sharing {
  /**
   * @param {Desk} desk
   * @param {Comparison} comparison
   */
  constructor(desk, comparison) {
    this.desk = desk;
    this.comparison = comparison;
  }

  share() {
    const { catalog, shown: setup, view } = this.desk;
    const use = embedded ? "it opens these models with all controls" : "it opens this page as you see it";
    const whole = embedded ? { ...view, hide: [], show: [] } : view;
    return this.#copy(shareLink({ setup, view: whole }, catalog), "link", use);
  }

  async embed() {
    const { catalog, shown: setup, snapshot, task, view } = this.desk;
    const named = namedHere();
    if (snapshot && named && "snapshot" in named) {
      const query = viewQuery({ setup, view }, catalog);
      const title = snapshot.title || "Snapshot";
      const part = await later.embedding.get().catch(complain);
      return part?.showCodes({ base: home() ?? "", id: named.snapshot, title, query, end: ending() });
    }
    const there = this.comparison.columns.filter(({ run }) => run);
    if (!there.length) return page.notice.show("There is nothing to embed yet: press Train first.", "told");
    const runs = there.map(({ run }) => run ?? "");
    const link = linkTo("embed", runs, { setup, view }, catalog);
    const title = `How far back? ${task.title}: ${there.map((column) => column.title).join("; ")}`;
    return this.#copy(embedCode(link, title), "code", "paste it into the page that is to show these models");
  }

  /**
   * @param {string} text
   * @param {string} what
   * @param {string} use
   */
  async #copy(text, what, use) {
    const warning = this.comparison.textRuns.length ? ` ${EXPOSED}` : "";
    try {
      await navigator.clipboard.writeText(text);
      page.notice.show(`The ${what} is copied: ${use}.${warning}`, "told");
    } catch {
      page.notice.show(`Copy this ${what}: ${text}${warning && `.${warning}`}`, "told");
    }
  }
}
