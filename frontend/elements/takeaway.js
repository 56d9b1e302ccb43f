/**
 * Everything of a snapshot that can be taken along, as links with what each is good for.
 *
 * @import {Manifest} from "../types.js"
 */

import { fileOf } from "../source.js";
import { make } from "./dom.js";

/**
 * @param {string} id
 * @param {Manifest} manifest
 * @returns {HTMLElement}
 */
export function takeaway(id, { files }) {
  const size = Object.values(files).reduce((sum, file) => sum + file.size, 0);
  return make(
    "details",
    { class: "takeaway", "data-testid": "takeaway" },
    make("summary", {}, "Take it with you"),
    make(
      "ul",
      {},
      make(
        "li",
        {},
        make(
          "a",
          { href: fileOf(`api/snapshots/${id}/file`) },
          `The whole snapshot as one file (${(size / 1e6).toFixed(1)} MB)`,
        ),
        ", which any Farback server takes in.",
      ),
    ),
  );
}
