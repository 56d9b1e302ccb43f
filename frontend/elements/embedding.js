/**
 * The codes that show a snapshot in another page, in a dialog of their own. An embed never needs it: it comes when it is
 * wanted.
 *
 * @import {Shared} from "../codes.js"
 */

import { snapshotCodes } from "./codes.js";
import { make } from "./dom.js";

/** @param {Shared} shared */
export function showCodes(shared) {
  const dialog = make(
    "dialog",
    { class: "about save", "data-testid": "codes", "aria-label": "Embed" },
    make(
      "div",
      { class: "bar" },
      make("h2", {}, "Show it in a course's page"),
      make("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => dialog.close() }, "×"),
    ),
    make("div", { class: "kept" }, ...snapshotCodes(shared)),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
