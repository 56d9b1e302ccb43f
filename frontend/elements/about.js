/**
 * What a snapshot says of itself, above its columns.
 *
 * @import {Manifest} from "../types.js"
 */

import { citation } from "../codes.js";
import { addressFor, home } from "../source.js";
import { make } from "./dom.js";
import { onward } from "./onward.js";
import { takeaway } from "./takeaway.js";

export class FarbackAbout extends HTMLElement {
  /**
   * @param {string} id
   * @param {Manifest} manifest
   * @param {string[]} titles of its models
   */
  show(id, manifest, titles) {
    const { title, note, saved, versions } = manifest;
    const day = saved.slice(0, 10);
    // A file that does not know where it was taken from leads nowhere.
    const known = home() !== null;
    const link = known ? addressFor("s", id) : "";
    this.hidden = false;
    this.replaceChildren(
      make("h2", { "data-testid": "snapshot-title" }, title || "Snapshot"),
      note && make("p", { class: "note", "data-testid": "snapshot-note" }, note),
      make(
        "p",
        { class: "source" },
        `Kept on ${day} by Farback ${versions.farback} with torch ${versions.torch}: it opens as it was, with the weights of that day. `,
        make(
          "details",
          {},
          make("summary", {}, "Cite"),
          make(
            "p",
            { class: "cite" },
            citation({ title: title || "Snapshot", link, created: day, version: versions.farback }),
          ),
        ),
      ),
      onward(id, manifest),
      known ? takeaway(id, manifest, titles) : "",
    );
  }
}

customElements.define("farback-about", FarbackAbout);
