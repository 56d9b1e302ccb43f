/**
 * Where one goes on from a snapshot.
 *
 * @import {Manifest} from "../types.js"
 */

/**
 * @param {string} _id
 * @param {Manifest} _manifest
 * @returns {HTMLElement | string} empty where there is nothing to do
 */
export function onward(_id, _manifest) {
  return "";
}
