/**
 * The codes that show a snapshot in another page, one of them at a time, to be copied.
 *
 * @import {Shared} from "../codes.js"
 */

import { CODES } from "../codes.js";
import { make, setText } from "./dom.js";

/**
 * @param {Shared} shared
 * @param {typeof CODES} [codes] those that there are of what is shared
 * @returns {HTMLElement[]}
 */
export function codesFor(shared, codes = CODES) {
  const code = make("textarea", {
    ...{ rows: 4, readonly: true, class: "code", "data-testid": "code", "aria-label": "Code" },
  });
  const hint = make("span", { class: "hint" });
  const kind = make(
    "select",
    {
      "aria-label": "Where it is shown",
      "data-testid": "code-kind",
      onchange: () => choose(kind.selectedIndex),
    },
    ...codes.map(({ name }) => make("option", {}, name)),
  );
  const choose = /** @param {number} at */ (at) => {
    const chosen = codes[at];
    if (!chosen) return;
    code.value = chosen.code(shared);
    setText(hint, chosen.hint);
  };
  choose(0);
  return [make("p", { class: "kinds" }, kind, " ", hint), code, copying("Copy the code", () => code.value)];
}

/**
 * The codes in a dialog of their own.
 *
 * @param {Shared} shared
 */
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
    make("div", { class: "kept" }, ...codesFor(shared)),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
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
