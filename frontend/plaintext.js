/** A person's own text, looked at before it is sent. */

import { plural } from "./format.js";

/** Characters that no plain text has: what has one of them is something else. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const BINARY = /[\u0000-\u0008\u000e-\u001f\ufffd]/;

/** First bytes of a text in UTF-16, which editors call Unicode. */
const UTF16 = ["\u00ff\u00fe", "\u00fe\u00ff"];

/** @typedef {{least: number, most: number}} Limits in characters */

/**
 * Why a text cannot be trained on, as a sentence; null where it can.
 *
 * @param {string} text
 * @param {Limits} limits
 * @returns {string | null}
 */
export function textRefusal(text, { least, most }) {
  const length = [...text].length;
  if (BINARY.test(text)) return "This is not a plain text: it has characters that no text has.";
  if (!text.trim()) return `The text is empty; at least ${plural(least, "character")} are needed.`;
  if (length > most)
    return `The text has ${plural(length, "character")}; at most ${most.toLocaleString("en")} are allowed.`;
  if (length < least)
    return `The text has ${plural(length, "character")}; at least ${least.toLocaleString("en")} are needed.`;
  return null;
}

/**
 * The text of a file.
 *
 * @param {Uint8Array} bytes
 * @returns {string}
 * @throws {Error} a sentence that says what it is instead, and what helps
 */
export function textOf(bytes) {
  const start = String.fromCharCode(...bytes.subarray(0, 2));
  if (UTF16.includes(start)) throw new Error(notUtf8("UTF-16"));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // As Latin-1 every byte is a character, so control characters tell what never was a text.
    if (BINARY.test(new TextDecoder("latin1").decode(bytes)))
      throw new Error("This is not a plain text: it has characters that no text has.");
    throw new Error(notUtf8("another encoding, such as Latin-1"));
  }
}

/** @param {string} encoding */
const notUtf8 = (encoding) =>
  `The text is saved in ${encoding}: open it in an editor, save it as UTF-8 and choose it again.`;
