/**
 * What an embed shows, as one tick for each part of it, folded under one line.
 */

import { CHOICES, leavingOut, leftOut, namesIn } from "../parts.js";
import { make, setText } from "./dom.js";

/**
 * @param {string} query of the embed's link, as it is looked at now
 * @param {(query: string) => void} told takes the query each time that a tick changes
 * @returns {HTMLElement}
 */
export function ticks(query, told) {
  const said = new URLSearchParams(query);
  const [hide, show] = ["hide", "show"].map((key) => namesIn(said.get(key) ?? "").names);
  const out = leftOut({ hide: hide ?? [], show: show ?? [] });
  const summary = make("summary");
  const tell = () => setText(summary, `What the embed shows${out.size ? ` • ${out.size} left out` : ""}`);
  const tick = /** @param {string} name */ (name) => {
    const box = make("input", {
      type: "checkbox",
      value: name,
      onchange: () => {
        out[box.checked ? "delete" : "add"](name);
        tell();
        told(leavingOut(query, out));
      },
    });
    box.checked = !out.has(name);
    return box;
  };
  tell();
  const groups = CHOICES.map(({ title, entries }) =>
    make(
      "fieldset",
      {},
      make("legend", {}, title),
      ...entries.map(({ name, words }) => make("label", {}, tick(name), ` ${words}`)),
    ),
  );
  return make("details", { class: "chosen-parts", "data-testid": "ticks" }, summary, ...groups);
}
