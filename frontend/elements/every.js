/**
 * Every seed by itself: a table under the bars, unfolded by whoever wants to know.
 *
 * @import {Summary} from "../seeds.js"
 */

import { changed, make } from "./dom.js";

const HEADS = ["model", "seed", "reach (5–95 %)", "horizon (middle half)", "solved"];

export class EverySeed extends HTMLElement {
  #rows = make("tbody");

  connectedCallback() {
    if (this.childElementCount) return;
    this.hidden = true;
    const heads = HEADS.map((head) => make("th", { scope: "col" }, head));
    this.append(
      make(
        "details",
        {},
        make("summary", { "data-testid": "every-seed" }, "Every seed"),
        make("div", { class: "body" }, make("table", {}, make("thead", {}, make("tr", {}, ...heads)), this.#rows)),
      ),
    );
  }

  /**
   * @param {string[]} titles of the models
   * @param {(Summary | null)[]} summaries null: trained with one seed
   */
  show(titles, summaries) {
    const rows = summaries.flatMap((summary, i) => (summary?.each ?? []).map((result) => ({ i, result })));
    this.hidden = rows.length === 0;
    const cells = rows.map(({ i, result: { seed, reach, horizon, solved } }) => [
      ...[titles[i] ?? "", String(seed), reach, horizon, solved],
    ]);
    if (!changed(this, cells.flat())) return;
    this.#rows.replaceChildren(
      ...cells.map(([title = "", ...rest]) =>
        make("tr", {}, make("th", { scope: "row" }, title), ...rest.map((text) => make("td", {}, text))),
      ),
    );
  }
}

customElements.define("farback-every-seed", EverySeed);
