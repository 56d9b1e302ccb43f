/**
 * Where one goes on from a snapshot, and what is told of models that did.
 *
 * @import {Origin} from "../onward.js"
 * @import {Manifest} from "../types.js"
 */

import { addressFor, isCopy } from "../source.js";
import { make, tell } from "./dom.js";

/**
 * The two ways on, where there is a server that trains.
 *
 * @param {string} id
 * @param {Manifest} manifest
 * @returns {HTMLElement | string} empty where there is none
 */
export function onward(id, { runs }) {
  if (isCopy() || document.documentElement.classList.contains("embed")) return "";
  const way = /** @param {string} name @param {string} text @param {string} says */ (name, text, says) => {
    const button = make("button", { type: "button", "data-testid": name, onclick: () => tell(button, name, id) }, text);
    return make("p", {}, button, " ", says);
  };
  const [step] = runs.map((run) => run.step);
  const where = runs.every((run) => run.step === step) ? `step ${step}` : "where each was kept";
  return make(
    "div",
    { class: "onward" },
    way(
      "onward",
      "Continue training",
      `Goes on from these weights, from ${where}, with the task and options set above.`,
    ),
    way(
      "fork",
      "Open as a new set-up",
      "Takes over task, models and options, and leaves the weights: nothing trains yet.",
    ),
  );
}

export class FarbackOrigin extends HTMLElement {
  /** @param {Origin[]} origins */
  show(origins) {
    this.hidden = origins.length === 0;
    this.replaceChildren(
      ...origins.map(({ snapshot, before, title, after }) =>
        make(
          "p",
          {},
          before,
          title === null
            ? `a snapshot${isCopy() ? "" : " that cannot be asked any more"}`
            : make("a", { href: addressFor("s", snapshot) }, `“${title}”`),
          after,
        ),
      ),
    );
  }
}

customElements.define("farback-origin", FarbackOrigin);
