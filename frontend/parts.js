/**
 * What of the page is shown, as a link chooses it: `?show=` names what alone is, `?hide=` what is not.
 *
 * @import {View} from "./types.js"
 */

import { PANELS } from "./panels/index.js";

/** Parts beside the panels; a style sheet leaves them out by these names. */
export const PARTS = [
  "brand",
  "toolbar",
  "title",
  "run",
  "reach",
  "legend",
  "hold",
  "text",
  "timeline",
  "explanations",
];

/** Names of the panels. */
const panels = PANELS.map(({ id }) => id);

/** All names that a link may use. */
export const NAMES = [...PARTS, ...panels];

/**
 * What a link leaves out. Panels and parts are chosen apart: who shows one panel alone keeps the timeline.
 *
 * @param {Pick<View, "hide" | "show">} view
 * @returns {Set<string>}
 */
export function leftOut({ hide, show }) {
  const others = [PARTS, panels].flatMap((group) =>
    group.some((name) => show.includes(name)) ? group.filter((name) => !show.includes(name)) : [],
  );
  return new Set([...others, ...hide]);
}

/**
 * Names as a link gives them.
 *
 * @param {string} text between commas
 * @returns {{names: string[], unknown: string[]}}
 */
export function namesIn(text) {
  const given = [...new Set(text.split(",").map((name) => name.trim()))].filter(Boolean);
  return {
    names: given.filter((name) => NAMES.includes(name)),
    unknown: given.filter((name) => !NAMES.includes(name)),
  };
}
