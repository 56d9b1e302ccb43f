/**
 * Where the page's state stands in the address bar, under whatever path the server is reached.
 *
 * @import {Catalog} from "./types.js"
 * @import {State} from "./url.js"
 */

import { opening } from "./setup.js";
import { addressFor, copied } from "./source.js";
import { runIds, writeUrl } from "./url.js";
import { plainView } from "./view.js";

/** Longest time that the address lags behind the page. */
const ADDRESS_MS = 250;

/** A snapshot's id; a run's is twice as long. */
const SNAPSHOT = /^[a-z2-7]{12}$/;

/**
 * What a path names: runs by `/r/ID,ID` and `/embed/ID,ID`, a snapshot by `/s/ID` and `/embed/ID`.
 *
 * @param {string} path
 * @returns {{runs: string[]} | {snapshot: string} | null}
 */
export function namedIn(path) {
  const [, page, name = ""] = /\/(r|s|embed)\/([^/]+)\/?$/.exec(path) ?? [];
  if (!page) return null;
  if (page === "s" || (page === "embed" && SNAPSHOT.test(name))) return { snapshot: name };
  return { runs: runIds(decodeURIComponent(name)) };
}

/** What the page's own address names; a copy is told, since it may be anywhere. @returns {ReturnType<typeof namedIn>} */
export function namedHere() {
  const snapshot = copied();
  return snapshot === null ? namedIn(location.pathname) : { snapshot };
}

/** @returns {string} the path of the explorer, below whatever prefix */
const home = () => new URL(".", document.baseURI).pathname;

/**
 * The address of what the page shows. The opening comparison keeps the bare address, and a path that names the runs
 * needs no set-up beside it.
 *
 * @param {State} state
 * @param {Catalog} catalog
 * @returns {string}
 */
export function addressOf(state, catalog) {
  const named = namedHere() !== null;
  const query = writeUrl(state, catalog, !named);
  const path = named ? location.pathname : home();
  const bare = query === writeUrl({ setup: opening(catalog), view: plainView() }, catalog, !named);
  return bare ? path : `${path}?${query}`;
}

/** Keeps the address to what the page shows, so that a reload or a link gives the same page. */
export class AddressBar {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {() => State} read
   * @param {Catalog} catalog
   */
  constructor(read, catalog) {
    this.write = () => {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      // Against the page's own address, which may be a file's, and not against its base, which may be another site's.
      history.replaceState(null, "", new URL(addressOf(read(), catalog), location.href));
    };
    addEventListener("pagehide", () => this.#timer && this.write());
  }

  /** Writes soon: browsers refuse an address that changes some hundred times in half a minute. */
  remember() {
    this.#timer ??= setTimeout(this.write, ADDRESS_MS);
  }
}

/** Leaves a path that names what it shows: the page shows another comparison now. */
export function leaveNamed() {
  if (namedHere()) history.replaceState(null, "", home());
}

/**
 * A link that says everything, also about the opening comparison. Out of an embed it leads to the page of the same runs.
 *
 * @param {State} state
 * @param {Catalog} catalog
 * @returns {string}
 */
export function shareLink(state, catalog) {
  const named = namedHere();
  if (!named) return `${location.origin}${home()}?${writeUrl(state, catalog)}`;
  return "runs" in named ? linkTo("r", named.runs, state, catalog) : linkTo("s", [named.snapshot], state, catalog);
}

/**
 * What is looked at, as a link to runs or to a snapshot says it.
 *
 * @param {State} state
 * @param {Catalog} catalog
 * @returns {string}
 */
export const viewQuery = ({ setup, view }, catalog) => writeUrl({ setup, view: { ...view, runs: [] } }, catalog, false);

/**
 * @param {"r" | "s" | "embed"} page
 * @param {string[]} ids of runs, or the one of a snapshot
 * @param {State} state
 * @param {Catalog} catalog
 * @returns {string} a link to them, looked at as the view says
 */
export function linkTo(page, ids, state, catalog) {
  const query = viewQuery(state, catalog);
  const path = addressFor(page, ids.join(","));
  return query ? `${path}?${query}` : path;
}

/** In an attribute. @param {string} text */
const quoted = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/**
 * The code that shows runs in another page.
 *
 * @param {string} link
 * @param {string} title what a screen reader calls it there
 * @returns {string}
 */
export const embedCode = (link, title) =>
  `<iframe src="${quoted(link)}" title="${quoted(title)}" width="100%" height="720" loading="lazy" allow="clipboard-write"></iframe>`;
