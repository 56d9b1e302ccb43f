/**
 * Where the page's state stands in the address bar, under whatever path the server is reached.
 *
 * @import {Catalog} from "./types.js"
 * @import {State} from "./url.js"
 */

import { opening } from "./setup.js";
import { plainView, runIds, writeUrl } from "./url.js";

/**
 * Runs that a path names: `/r/ID,ID` and `/embed/ID,ID`.
 *
 * @param {string} path
 * @returns {string[] | null}
 */
export function idsInPath(path) {
  const match = /\/(?:r|embed)\/([^/]+)\/?$/.exec(path);
  return match ? runIds(decodeURIComponent(match[1] ?? "")) : null;
}

/**
 * The address of what the page shows. The opening comparison keeps the bare address.
 *
 * @param {State} state
 * @param {Catalog} catalog
 * @returns {string}
 */
export function addressOf(state, catalog) {
  const query = writeUrl(state, catalog);
  const home = new URL(".", document.baseURI);
  const path = idsInPath(location.pathname) ? location.pathname : home.pathname;
  const bare = query === writeUrl({ setup: opening(catalog), view: plainView() }, catalog);
  return bare ? path : `${path}?${query}`;
}

/**
 * @param {State} state
 * @param {Catalog} catalog
 * @returns {string} a link that says everything, also about the opening comparison
 */
export function shareLink(state, catalog) {
  const path = idsInPath(location.pathname) ? location.pathname : new URL(".", document.baseURI).pathname;
  return `${location.origin}${path}?${writeUrl(state, catalog)}`;
}
