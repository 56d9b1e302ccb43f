/**
 * What is kept of a comparison in a snapshot, and how it is looked at when it is opened.
 *
 * @import {Catalog, Column, Manifest, Saved, View} from "./types.js"
 * @import {Wish} from "./elements/save.js"
 */

import { readUrl, saysOnlyWhatIsShown } from "./url.js";

/** What a link says by itself, whatever it leads to: light or dark, what is shown, what is trained besides. */
const OF_THE_LINK = new Set(["theme", "runs", "seeds", "hide", "show"]);

/** Longest title, as on the server. */
const TITLE = 200;

/** Whether a run is one of a snapshot, which is kept already. @param {string} run */
export const isKept = (run) => run.includes(".");

/**
 * @param {string} task its title
 * @param {string[]} models their titles
 * @returns {string}
 */
export const titleFor = (task, models) => `How far back? ${task}: ${models.join(", ")}`.slice(0, TITLE);

/**
 * What the server is asked to keep: every model that is shown, at the step that is shown.
 *
 * @param {Column[]} columns
 * @param {Wish} wish
 * @param {string} query of a link that looks at it as it is looked at now
 * @param {string | null} sequence a text of the person's own that the models read; it stands in no link
 * @returns {object}
 */
export const selectionOf = (columns, wish, query, sequence) => ({
  runs: columns.flatMap(({ run, own, frame }) => (run && frame ? [{ id: run, step: (own ?? frame).step }] : [])),
  title: wish.title,
  note: wish.note,
  with_text: wish.withText,
  view: { query, ...(sequence === null ? {} : { sequence }) },
});

/**
 * @param {{id: string, secret: string}} answer
 * @param {string} title
 * @param {string} base address of the server
 * @param {string} version of Farback
 * @returns {Saved}
 */
export const savedOf = ({ id, secret }, title, base, version) => ({
  ...{ base, id, secret, title, version, link: `${base}s/${id}` },
  created: new Date().toISOString().slice(0, 10),
});

/**
 * How a snapshot is looked at where the link does not say it: as when it was kept. What it says is a stranger's, and is
 * read like any link. Other seeds are not in it.
 *
 * @param {Manifest} manifest
 * @param {Catalog} catalog
 * @returns {Partial<View>}
 */
export function viewOf({ view: { query, sequence } }, catalog) {
  if (typeof query !== "string") return {};
  const told = Object.entries(readUrl(query, catalog).view).filter(([name]) => !OF_THE_LINK.has(name));
  /** @type {Partial<View>} */
  const view = Object.fromEntries(told);
  return typeof sequence === "string" ? { ...view, sequence } : view;
}

/**
 * The view that a snapshot opens with: the link's own where it says how to look at it, else as it was kept.
 *
 * @param {View} view what the link says
 * @param {string} query of the link
 * @param {Manifest} manifest
 * @param {Catalog} catalog
 * @returns {View}
 */
export function openingView(view, query, manifest, catalog) {
  if (!saysOnlyWhatIsShown(query)) return view;
  const kept = viewOf(manifest, catalog);
  return { ...view, ...kept, open: [...new Set([...(kept.open ?? []), ...view.open])] };
}
