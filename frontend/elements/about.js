/**
 * What a snapshot says of itself, above its columns.
 *
 * @import {Manifest} from "../types.js"
 * @import {State} from "./live.js"
 */

import { citation } from "../citation.js";
import { addressFor, home } from "../source.js";
import { make, setText } from "./dom.js";
import { onward } from "./onward.js";
import { takeaway } from "./takeaway.js";

const KEPT = "it opens as it was, with the weights of that day.";

/**
 * What is seen of it, and how the page's title tells that.
 *
 * @type {Record<State, {seen: string, title: string}>}
 */
const SEEN = {
  kept: { seen: KEPT, title: "" },
  starting: { seen: KEPT, title: "" },
  live: { seen: "what you see is being trained anew on this server, from the same set-up.", title: ", training live" },
  over: { seen: "what you see was trained anew on this server, from the same set-up.", title: ", trained anew" },
};

export class FarbackAbout extends HTMLElement {
  #title = "";
  #seen = make("span", { "data-testid": "seen" });

  constructor() {
    super();
    document.addEventListener("farback:live", (event) => this.#tell(/** @type {CustomEvent} */ (event).detail));
  }

  /** @param {State} state */
  #tell(state) {
    const { seen, title } = SEEN[state];
    setText(this.#seen, seen);
    document.title = `${this.#title}${title} · Farback`;
  }

  /**
   * @param {string} id
   * @param {Manifest} manifest
   * @param {string[]} titles of its models
   */
  show(id, manifest, titles) {
    const { title, note, saved, versions } = manifest;
    this.#title = title || "Snapshot";
    setText(this.#seen, KEPT);
    const day = saved.slice(0, 10);
    // A file that does not know where it was taken from leads nowhere.
    const known = home() !== null;
    const link = known ? addressFor("s", id) : "";
    this.hidden = false;
    this.replaceChildren(
      make("h2", { "data-testid": "snapshot-title" }, this.#title),
      note && make("p", { class: "note", "data-testid": "snapshot-note" }, note),
      make(
        "p",
        { class: "source" },
        `Kept on ${day} by Farback ${versions.farback} with torch ${versions.torch}: `,
        this.#seen,
        " ",
        make(
          "details",
          {},
          make("summary", {}, "Cite"),
          make("p", { class: "cite" }, citation({ title: this.#title, link, created: day, version: versions.farback })),
        ),
      ),
      onward(id, manifest),
      known ? takeaway(id, manifest, titles) : "",
    );
  }
}

customElements.define("farback-about", FarbackAbout);
