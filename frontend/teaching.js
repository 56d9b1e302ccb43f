/**
 * A teacher and the classes that were made in this browser: the secret of each is kept here, and nowhere else.
 *
 * @import {Class, Standing} from "./classroom.js"
 * @import {Asked} from "./elements/tally.js"
 *
 * @typedef {{name: string, title: string, predictions: Asked[]}} Lesson what can be asked in a lesson
 * @typedef {{code: string, secret: string, title: string, until: string}} Led a class that this browser leads
 */

import { ask } from "./api.js";
import { codeOf, placeIn } from "./classroom.js";

const KEY = "farback:classes";

/** How a link hands the secret on to another machine; what stands after # is never sent to a server. */
const HANDED = /^#secret=([\w-]{16,64})$/;

/** Kept where nothing is stored. @type {Map<string, Led>} */
const here = new Map();

/** @param {Storage} storage @returns {Led[]} */
function stored(storage) {
  const kept = JSON.parse(storage.getItem(KEY) ?? "[]");
  return Array.isArray(kept)
    ? kept.filter((one) => typeof one?.code === "string" && typeof one.secret === "string")
    : [];
}

/** @returns {Led[]} the classes that this browser leads, the newest first; those over their time are forgotten */
export function led() {
  const all = new Map(here);
  for (const storage of storages()) for (const one of stored(storage)) all.set(one.code, one);
  const now = new Date().toISOString();
  return [...all.values()].filter(({ until }) => until > now).toReversed();
}

/** @returns {Storage[]} what this browser stores in: for good, and for this tab */
function storages() {
  try {
    return [localStorage, sessionStorage];
  } catch {
    return [];
  }
}

/**
 * @param {Led} one
 * @param {boolean} [forGood] or as long as the tab is open: on a lecture hall's machine
 */
export function keep(one, forGood = true) {
  here.set(one.code, one);
  const storage = storages()[forGood ? 0 : 1];
  write(storage, (kept) => [...kept.filter(({ code }) => code !== one.code), one]);
}

/** Learns what a class is called and how long it is kept now, wherever it is known. @param {Led} one */
export function renew(one) {
  for (const storage of storages()) write(storage, (kept) => kept.map((old) => (old.code === one.code ? one : old)));
}

/** @param {string} code */
export function forget(code) {
  here.delete(code);
  for (const storage of storages()) write(storage, (kept) => kept.filter((one) => one.code !== code));
}

/**
 * @param {Storage | undefined} storage
 * @param {(kept: Led[]) => Led[]} change
 */
function write(storage, change) {
  try {
    storage?.setItem(KEY, JSON.stringify(change(stored(storage))));
  } catch {
    // Storage is full; what this page knows must do.
  }
}

/**
 * The secret of a class, from this browser or from the link that led here, of which it is taken off.
 *
 * @param {Class} found
 * @returns {string | null}
 */
export function secretOf({ code, title, until }) {
  const handed = HANDED.exec(location.hash)?.[1];
  if (handed) {
    keep({ code, secret: handed, title, until }, false);
    history.replaceState(null, "", location.pathname + location.search);
    return handed;
  }
  return led().find((one) => one.code === code)?.secret ?? null;
}

/**
 * @param {string} title
 * @returns {Promise<Led>} a new class, which this browser leads
 */
export async function makeClass(title) {
  const made = { ...(await ask("api/classes", { method: "POST", body: JSON.stringify({ title }) })), title };
  keep(made);
  return made;
}

/** @returns {Promise<{hours: number, days: number}>} how long a class is kept */
export const rules = () => ask("api/classes", { headers: {} });

/** @returns {Promise<Lesson[]>} the lessons that ask something, in order */
export async function askingLessons() {
  const { lessons } = await ask("api/lessons", { headers: {} });
  return lessons.filter((/** @type {Lesson} */ { predictions }) => predictions.length > 0);
}

/** @param {string} secret */
const as = (secret) => ({ "content-type": "application/json", "x-farback-secret": secret });

/**
 * Deletes a class with all that was answered in it.
 *
 * @param {string} code
 * @param {string} secret
 */
export async function endClass(code, secret) {
  await ask(placeIn(code), { method: "DELETE", headers: as(secret) });
  forget(codeOf(code));
}

/**
 * @param {string} code
 * @param {string} secret
 * @param {string} lesson
 * @param {string} prediction
 * @param {"ask" | "open" | "close" | "reveal" | "hide" | "clear"} what
 * @returns {Promise<Standing>}
 */
export const act = (code, secret, lesson, prediction, what) =>
  ask(placeIn(code, lesson, prediction), { method: "POST", headers: as(secret), body: JSON.stringify({ act: what }) });
