/**
 * Passages of the text that tell long memory from short, found by measuring the models that are shown.
 *
 * @import {Column, PassagesAnswer} from "../types.js"
 * @import {Shown} from "./reading.js"
 */

import { percent } from "../format.js";
import { READING } from "../hints.js";
import { changed, make, setAttribute, tell } from "./dom.js";
import { hint } from "./hint.js";

/** Characters before the chosen one that a button shows. */
const SHOWN = 28;

export class Passages extends HTMLElement {
  #find = make(
    "button",
    { type: "button", "aria-expanded": "false", "data-testid": "passages", onclick: () => this.#ask() },
    "Find sentences that need memory",
  );
  #list = make("ul", { class: "passages", hidden: true });
  /** @type {{run: string, step: number}[] | null} the models as they were when they were asked */
  #asked = null;
  /** @type {Shown | null} */
  #shown = null;

  connectedCallback() {
    if (this.childElementCount) return;
    this.append(hint(this.#find, READING.find), this.#list);
  }

  /** @param {Shown} shown */
  show(shown) {
    this.#shown = shown;
    const asked = this.#asked;
    this.#list.hidden = !asked;
    setAttribute(this.#find, "aria-expanded", String(asked !== null));
    if (!asked) return;
    const answers = shown.columns.map(({ index, run }) => {
      const question = asked.find((each) => each.run === run);
      return question && shown.asking.want(index, "passages", { ...question, inquiry: { name: "passages" } });
    });
    if (
      !changed(
        this.#list,
        answers.flatMap((answer) => [answer?.value, answer?.refusal]),
      )
    )
      return;
    const known = answers.find((answer) => answer?.value)?.value;
    const distance = /** @type {PassagesAnswer | undefined} */ (known)?.distance;
    this.#list.replaceChildren(
      ...(distance
        ? [make("li", {}, `Of what is said there, what rests on text more than ${distance} characters back:`)]
        : []),
      ...shown.columns.flatMap((column, at) => {
        const answer = answers[at];
        if (!answer) return [];
        if (answer.refusal) return [make("li", {}, answer.refusal)];
        return [line(this, column, /** @type {PassagesAnswer | null} */ (answer.value))];
      }),
    );
  }

  /** Asks the models as they are now; a second press puts the list away. */
  #ask() {
    const columns = this.#shown?.columns ?? [];
    const asked = columns.flatMap(({ run, own, frame }) => (run && frame ? [{ run, step: (own ?? frame).step }] : []));
    this.#asked = this.#asked ? null : asked;
    tell(this, "repaint");
  }
}

/**
 * @param {Passages} teller
 * @param {Column} column
 * @param {PassagesAnswer | null} answer null: it is on its way
 */
function line(teller, { title, colour }, answer) {
  const name = make("b", {}, title);
  const style = `--model: var(--model-${colour})`;
  if (!answer) return make("li", { style }, name, " asking …");
  const button = /** @param {PassagesAnswer["long"][number]} passage */ ({ text, k, share }) => {
    const before = text.slice(Math.max(0, k + 1 - SHOWN), k + 1).replaceAll(/\s+/g, " ");
    return make(
      "button",
      {
        type: "button",
        "data-testid": "passage",
        title: `${percent(share)} of what its answer there depends on lies more than ${answer.distance} characters back`,
        onclick: () => tell(teller, "view", { sequence: text, output: k, mark: k, row: -1 }),
      },
      `…${before} `,
      make("small", {}, percent(share)),
    );
  };
  if (!answer.long.length) return make("li", { style }, name, " not measured: no output has so many words before it");
  // A window ends before that: there is nothing to choose from.
  if (!answer.long.some(({ share }) => share > 0)) return make("li", { style }, name, " none anywhere");
  const group = /** @param {string} words @param {PassagesAnswer["long"]} passages */ (words, passages) =>
    passages.length ? [make("span", { class: "how" }, words), ...passages.map(button)] : [];
  return make("li", { style }, name, ...group("most:", answer.long), ...group("least:", answer.short));
}

customElements.define("farback-passages", Passages);
