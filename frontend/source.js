/**
 * Where the page's data come from. Mostly from the server that sent the page; a copy of a snapshot brings them along: in a
 * folder of files beside it, or in the page itself. Whoever asks names the server's route, and need not know which it is.
 *
 * The root element of a copy says so: `data-source` is "folder" or "page", `data-snapshot` the snapshot's id, `data-home`
 * the address of the server or site that it was taken from, where that is known, and `data-links` is "folders" where
 * pages there are folders.
 */

/** Told where something is asked for that only a server can do. */
export const NO_SERVER =
  "This page is a copy: it replays what was kept, and only a Farback server can compute something new.";

/** What a route's answer is called as a file, by the last word of the route; anything else is JSON. */
const KINDS = /** @type {Record<string, string>} */ ({ weights: "safetensors", file: "farback" });

/** @returns {DOMStringMap} what the root element says */
const said = () => document.documentElement.dataset;

/** Whether the page is a copy, which no server is behind. */
export const isCopy = () => said().source !== undefined;

/** The snapshot that a copy shows. @returns {string | null} */
export const copied = () => said().snapshot ?? null;

/**
 * The address of the server or site that the page belongs to, with a slash at its end.
 *
 * @returns {string | null} null for a file that does not know where it was taken from
 */
export function home() {
  const { home } = said();
  return home || (location.protocol === "file:" ? null : new URL(".", document.baseURI).href);
}

/** How the address of a snapshot's page ends: a site of files has a folder for it. */
export const ending = () => (said().links === "folders" ? "/" : "");

/**
 * The address of a page.
 *
 * @param {"r" | "s" | "embed"} kind
 * @param {string} name ids of runs, or the one of a snapshot
 * @returns {string}
 */
export const addressFor = (kind, name) => `${home() ?? ""}${kind}/${name}${ending()}`;

/**
 * Where a file is that can be downloaded.
 *
 * @param {string} route as the server has it
 * @returns {string} relative to the page's base
 */
export const fileOf = (route) => (ending() ? named(route) : route);

/** @param {string} route */
function named(route) {
  const [path = ""] = route.split("?");
  return `${path}.${KINDS[path.split("/").at(-1) ?? ""] ?? "json"}`;
}

/**
 * An answer that a copy brought along.
 *
 * @param {string} route
 * @param {RequestInit} init
 * @returns {Promise<any>}
 * @throws {Error} it did not, in a sentence
 */
export async function readCopy(route, { method = "GET", signal } = {}) {
  if (method !== "GET") throw new Error(NO_SERVER);
  return said().source === "folder" ? readFile(route, signal ?? null) : readPage(route);
}

/**
 * @param {string} route
 * @param {AbortSignal | null} signal
 * @returns {Promise<any>}
 */
async function readFile(route, signal) {
  const response = await fetch(new URL(named(route), document.baseURI), { signal }).catch(() => null);
  if (response?.ok) return response.json();
  throw new Error("A file of this page cannot be loaded. Look whether the network is there, and load the page again.");
}

/**
 * @param {string} route
 * @returns {Promise<any>}
 */
async function readPage(route) {
  const held = holderOf(route.split("?")[0] ?? "");
  if (!held) throw new Error(NO_SERVER);
  const text = held.textContent ?? "";
  return held.dataset.packed === undefined ? JSON.parse(text) : unpacked(text).json();
}

/**
 * Where Plotly is. The server writes it into the page with its version, so that it is kept until there is another one; a
 * page that stands alone holds it packed, and unpacks it only here.
 *
 * @returns {Promise<string>}
 */
export async function plotlyAddress() {
  const held = holderOf("plotly.js");
  if (!held) return said().plotly ?? "plotly.js";
  return URL.createObjectURL(new Blob([await unpacked(held.textContent ?? "").text()], { type: "text/javascript" }));
}

/**
 * @param {string} name
 * @returns {HTMLScriptElement | undefined} the element of the page that holds what is called so
 */
const holderOf = (name) => [...document.scripts].find((script) => script.dataset.holds === name);

/** @param {string} text base64 of gzip */
function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
}
