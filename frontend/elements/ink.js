/**
 * The style sheet's colours as the canvas needs them, and the choice between light and dark.
 *
 * @import {Ink, View} from "../types.js"
 */

import { MAX_MODELS } from "../setup.js";

/**
 * Reads the colours that hold now.
 *
 * @returns {Ink}
 */
export function readInk() {
  const probe = document.createElement("i");
  probe.hidden = true;
  document.body.append(probe);
  const read = /** @param {string} name */ (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const ink = {
    dark: isDark(),
    text: read("text"),
    muted: read("muted"),
    faint: read("faint"),
    line: read("line"),
    paper: read("card"),
    accent: read("accent"),
    models: Array.from({ length: MAX_MODELS }, (_, i) => read(`model-${i}`)),
  };
  probe.remove();
  return ink;
}

/** @returns {boolean} */
export function isDark() {
  const theme = document.documentElement.dataset.theme;
  return theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
}

/** @param {View["theme"]} theme */
export function applyTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
