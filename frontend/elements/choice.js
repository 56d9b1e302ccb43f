/**
 * Switches between a few ways of looking, as buttons side by side.
 */

import { LOOKING } from "../hints.js";
import { make, setAttribute, tell } from "./dom.js";
import { hint } from "./hint.js";

/**
 * What a switch chooses from, in words.
 *
 * @type {Record<"gradient" | "state" | "of" | "scale", {label: string, choices: Record<string, string>}>}
 */
const CHOICES = {
  gradient: { label: "Scale of the gradient", choices: { relative: "relative", absolute: "absolute" } },
  of: { label: "Connectivity", choices: { inputs: "of the inputs", states: "of the states" } },
  scale: { label: "Scale of connectivity", choices: { shared: "one scale for all", row: "each row by itself" } },
  state: { label: "Gradient of", choices: { c: "memory c", h: "shown state h" } },
};

/**
 * @param {EventTarget} teller
 * @param {"gradient" | "state" | "of" | "scale"} name
 */
export function choice(teller, name) {
  const { label, choices } = CHOICES[name];
  return make(
    "span",
    { class: "segments", role: "group", "aria-label": label },
    ...Object.entries(choices).map(([value, words]) =>
      hint(
        make("button", { type: "button", value, onclick: () => tell(teller, "view", { [name]: value }) }, words),
        LOOKING[/** @type {keyof typeof LOOKING} */ (value)],
      ),
    ),
  );
}

/**
 * Shows which one is chosen.
 *
 * @param {Element | undefined} segments
 * @param {string} chosen
 */
export function press(segments, chosen) {
  for (const button of segments?.children ?? [])
    setAttribute(button, "aria-pressed", String(button.getAttribute("value") === chosen));
}
