/**
 * What this is, in a few sentences, and the keys.
 *
 * @import {Catalog} from "../types.js"
 */

import { setSingleKeys, singleKeys } from "../keys.js";
import { isCopy } from "../source.js";
import { make } from "./dom.js";

const KEYS = [
  ["Space", "play or pause"],
  ["← →", "one frame back or on"],
  ["Home End", "first and last frame"],
  ["t", "train, or replay what is trained"],
  ["?", "this help"],
  ["Tab", "next control or panel"],
  ["← → ↑ ↓ on a panel", "mark a time step, choose a unit; a screen reader says the value there"],
  ["Enter on a panel", "enlarge, zoom, read its numbers as a table, download"],
  ["↑ ↓ on connectivity", "choose an output, whose inputs every column then shows"],
  ["Esc", "stop the sound; take the mark away and go back to the answer, then to the held-out sequence"],
];

export class FarbackHelp extends HTMLElement {
  #dialog = make("dialog", { class: "about", "data-testid": "help", "aria-label": "Help" });

  /** @param {Catalog} catalog */
  open(catalog) {
    if (!this.childElementCount) this.#furnish(catalog);
    this.#dialog.showModal();
  }

  /** @param {Catalog} catalog */
  #furnish(catalog) {
    const measure = /** @param {string} name */ (name) => catalog.measures[name];
    const sources = [...catalog.tasks, ...catalog.cells].map(({ title, cite }) =>
      make("li", {}, `${title}: `, make("a", { href: cite.url, rel: "noreferrer" }, cite.text)),
    );
    this.#dialog.append(
      make(
        "div",
        { class: "bar" },
        make("h2", {}, "What you are looking at"),
        make(
          "button",
          { type: "button", class: "close", "aria-label": "Close", onclick: () => this.#dialog.close() },
          "×",
        ),
      ),
      make(
        "p",
        {},
        "Each column is a model that learns the same task; models with the same seed read the same sequences. Every picture in a column has the same time axis: what was read first is on the left, the answer is on the right. Drag the timeline to see how it came about.",
      ),
      make("p", {}, make("strong", {}, "Reach. "), measure("reach")?.plain),
      make("p", {}, make("strong", {}, "Gradient horizon. "), measure("horizon")?.plain),
      make(
        "p",
        {},
        make("strong", {}, "Train 5 seeds. "),
        "Trains every model from five starts and on other sequences each time: median and range over the seeds tell how much of a result is luck.",
      ),
      isCopy()
        ? ""
        : make(
            "p",
            {},
            make("a", { href: "memory" }, "What every model remembers on every task"),
            ", measured beforehand.",
          ),
      make(
        "p",
        {},
        make("strong", {}, "What a control will change "),
        "is said when the pointer rests on it, when the keyboard comes to it, and while a finger is held on it.",
      ),
      make("h3", {}, "Keys"),
      make("dl", {}, ...KEYS.flatMap(([key, does]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, does)])),
      make(
        "label",
        { class: "single" },
        make("input", {
          type: "checkbox",
          checked: singleKeys(),
          onchange: (/** @type {Event} */ event) =>
            setSingleKeys(/** @type {HTMLInputElement} */ (event.target).checked),
        }),
        " The single characters t and ? act as keys",
      ),
      make("h3", {}, "Sources"),
      make("ul", {}, ...sources),
      make("p", { class: "source" }, `Farback ${catalog.version}`),
    );
    this.append(this.#dialog);
  }
}

customElements.define("farback-help", FarbackHelp);
