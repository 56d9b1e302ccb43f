/**
 * The codes that show a snapshot in another page, one of them at a time, to be copied.
 *
 * @import {Shared} from "../codes.js"
 */

import { CODES } from "../codes.js";
import { make, setText } from "./dom.js";
import { ticks } from "./ticks.js";

/**
 * @param {Shared} shared
 * @param {typeof CODES} codes those that there are of what is shared
 * @returns {HTMLElement[]}
 */
export const codesFor = (shared, codes) => chooser(shared, codes).elements;

/**
 * The codes of a snapshot, and what they are to show of it.
 *
 * @param {Shared} shared
 * @returns {HTMLElement[]}
 */
export function snapshotCodes(shared) {
  const { elements, show } = chooser(shared, CODES);
  return [ticks(shared.query, (query) => show({ ...shared, query })), ...elements];
}

/**
 * @param {Shared} shared
 * @param {typeof CODES} codes
 * @returns {{elements: HTMLElement[], show: (shared: Shared) => void}}
 */
function chooser(shared, codes) {
  const code = make("textarea", {
    ...{ rows: 4, readonly: true, class: "code", "data-testid": "code", "aria-label": "Code" },
  });
  const hint = make("span", { class: "hint" });
  const kind = make(
    "select",
    {
      "aria-label": "Where it is shown",
      "data-testid": "code-kind",
      onchange: () => show(shared),
    },
    ...codes.map(({ name }) => make("option", {}, name)),
  );
  const show = /** @param {Shared} now */ (now) => {
    shared = now;
    const chosen = codes[kind.selectedIndex];
    if (!chosen) return;
    code.value = chosen.code(shared);
    setText(hint, chosen.hint);
  };
  show(shared);
  const elements = [make("p", { class: "kinds" }, kind, " ", hint), code, copying("Copy the code", () => code.value)];
  return { elements, show };
}

/**
 * A button that copies, and says so.
 *
 * @param {string} words
 * @param {() => string} text
 */
export function copying(words, text) {
  const button = make(
    "button",
    {
      type: "button",
      onclick: async () => {
        try {
          await navigator.clipboard.writeText(text());
          setText(button, "Copied");
        } catch {
          setText(button, "Mark it and copy it by hand");
        }
        setTimeout(() => setText(button, words), 2000);
      },
    },
    words,
  );
  return button;
}
