/**
 * What a snapshot says of itself, above its columns.
 *
 * @import {Manifest} from "../types.js"
 */

import { citation } from "../codes.js";
import { make } from "./dom.js";

export class FarbackAbout extends HTMLElement {
  /**
   * @param {string} id
   * @param {Manifest} manifest
   */
  show(id, { title, note, saved, versions, files }) {
    const base = new URL(".", document.baseURI).href;
    const day = saved.slice(0, 10);
    const link = `${base}s/${id}`;
    const size = Object.values(files).reduce((sum, file) => sum + file.size, 0);
    this.hidden = false;
    this.replaceChildren(
      make("h2", { "data-testid": "snapshot-title" }, title || "Snapshot"),
      note && make("p", { class: "note", "data-testid": "snapshot-note" }, note),
      make(
        "p",
        { class: "source" },
        `Kept on ${day} by Farback ${versions.farback} with torch ${versions.torch}: it opens as it was, and is not trained again. `,
        make(
          "details",
          {},
          make("summary", {}, "Cite, download"),
          make(
            "p",
            { class: "cite" },
            citation({ title: title || "Snapshot", link, created: day, version: versions.farback }),
          ),
          make(
            "p",
            {},
            make(
              "a",
              { href: `api/snapshots/${id}/file` },
              `The whole snapshot as one file (${(size / 1e6).toFixed(1)} MB)`,
            ),
            ", which any Farback server takes in.",
          ),
        ),
      ),
    );
  }
}

customElements.define("farback-about", FarbackAbout);
