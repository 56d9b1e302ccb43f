/**
 * Where one goes on from a snapshot.
 *
 * @import {Manifest} from "../types.js"
 */

/**
 * @param {string} _id
 * @param {Manifest} _manifest
 * @returns {HTMLElement | null}
 */
export function onward(_id, _manifest) {
  return null;
}
