/**
 * What moved is brought into sight where a drawing is wider than its place: the place is scrolled, and never the page.
 */

import { calm } from "../elements/dom.js";

/** Pixels that are left beside what is to be seen. */
const BESIDE = 12;

/**
 * How far a place must be scrolled.
 *
 * @param {{scrollLeft: number, clientWidth: number}} place
 * @param {number} from pixels of the drawing
 * @param {number} to
 * @returns {number} as it is where all of it is in sight; where it is wider than the place, its beginning is shown
 */
export function scrolledTo({ scrollLeft, clientWidth }, from, to) {
  const [left, right] = [Math.max(from - BESIDE, 0), to + BESIDE];
  if (left < scrollLeft || right - left > clientWidth) return left;
  return Math.max(scrollLeft, right - clientWidth);
}

/** @type {WeakMap<HTMLElement, string>} */
const shown = new WeakMap();

/**
 * Shows a stretch of a place's drawing when another one moved than last time: who scrolls it by hand is left alone.
 *
 * @param {HTMLElement} place
 * @param {string} moved what moved; one name as long as nothing else does
 * @param {number} from pixels of the drawing
 * @param {number} to
 */
export function show(place, moved, from, to) {
  if (!place.clientWidth || shown.get(place) === moved) return;
  shown.set(place, moved);
  const left = scrolledTo(place, from, to);
  if (left !== place.scrollLeft) place.scrollTo({ left, behavior: calm() ? "auto" : "smooth" });
}
