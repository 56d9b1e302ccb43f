/**
 * What of the page is shown, as a link chooses it: `?show=` names what alone is, `?hide=` what is not.
 *
 * @import {Panel, View} from "./types.js"
 */

import { PANELS } from "./panels/index.js";
import { isShut } from "./view.js";

/** Parts beside the panels, and what each is; a style sheet leaves them out by these names. */
const WORDS = {
  brand: "Line at the top",
  toolbar: "Its buttons",
  title: "Title and note",
  run: "Run it live",
  reach: "How far back",
  legend: "Its legend",
  hold: "Hold a gate",
  text: "Text, where there is one",
  timeline: "Timeline",
  explanations: "Explanations",
};

/** Names of the parts. */
export const PARTS = Object.keys(WORDS);

/** Names of the panels. */
const panels = PANELS.map(({ id }) => id);

/**
 * All that a link can leave out, grouped as a person meets it.
 *
 * @type {{title: string, entries: {name: string, words: string}[]}[]}
 */
export const CHOICES = [
  { title: "Around the panels", entries: Object.entries(WORDS).map(([name, words]) => ({ name, words })) },
  { title: "Panels", entries: entriesOf((panel) => !isShut(panel)) },
  { title: "Panels folded until pressed", entries: entriesOf(isShut) },
];

/** @param {(panel: Panel) => boolean} among */
function entriesOf(among) {
  return PANELS.filter(among).map(({ id, title }) => ({ name: id, words: title }));
}

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
 * The query of a link that leaves out these and nothing else, said the shorter way.
 *
 * @param {string} query what else it says; what it says of this already gives way
 * @param {ReadonlySet<string>} out
 * @returns {string}
 */
export function leavingOut(query, out) {
  /** @type {{hide: string[], show: string[]}} */
  const said = { hide: [], show: [] };
  for (const group of [PARTS, panels]) {
    const [left, rest] = [true, false].map((gone) => group.filter((name) => out.has(name) === gone));
    if (!left?.length) continue;
    if (rest?.length && rest.join().length < left.join().length) said.show.push(...rest);
    else said.hide.push(...left);
  }
  const others = query.split("&").filter((part) => part && !/^(hide|show)=/.test(part));
  const own = Object.entries(said).flatMap(([key, names]) => (names.length ? [`${key}=${names.join(",")}`] : []));
  return [...others, ...own].join("&");
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
