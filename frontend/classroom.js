/**
 * A reader in a class: predictions are answered together under the class's code. Nothing says who the reader is but a
 * random word that the tab makes up, so that another answer replaces the first. Works in a frame that is closed in and
 * stores nothing; then the word lasts as long as the page.
 *
 * What the server refuses is thrown as `Refused`, whose message is a sentence for the reader.
 *
 * @typedef {object} Standing how a prediction stands in a class
 * @property {boolean} open whether answers are taken
 * @property {boolean} revealed whether everybody may see what was answered
 * @property {number} answers
 * @property {number[] | null} counts answers of each choice; null where a curve is drawn, or before one may see them
 * @property {{low: number[], median: number[], high: number[]} | null} curve quartiles of all curves, point by point;
 *   null for choices, where there is none, or before one may see them
 *
 * @typedef {object} Class
 * @property {string} code
 * @property {string} title
 * @property {string} until when it is deleted, if it is not used any more
 * @property {({lesson: string, prediction: string} & Standing) | null} asked what the projector shows
 */

import { ask, Refused } from "./api.js";

const KEY = "farback:reader";
const LETTERS = /^[\w-]{16,64}$/;

/** How often a reader who has answered looks what the others say, in milliseconds: 300 of them ask 60 times a second. */
const LOOK_MS = 5000;

/** Letters and digits of a class code, and out of which, as the server gives them. */
const CODE = 7;
const GIVEN = "FHJKLMRTWXY246789";

let here = "";

/** What this tab calls itself. */
function reader() {
  if (!here) {
    const fresh = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0"));
    here = fresh.join("");
    try {
      const kept = sessionStorage.getItem(KEY);
      if (kept && LETTERS.test(kept)) here = kept;
      else sessionStorage.setItem(KEY, here);
    } catch {
      // Nothing is stored in a frame that is closed in, or where storage is switched off.
    }
  }
  return here;
}

/**
 * A code as it is written, from how a person typed it.
 *
 * @param {string} typed
 */
export const codeOf = (typed) => typed.replaceAll(/[\s-]/g, "").toUpperCase();

/**
 * A code as it is shown: in two parts, which are easier to read and to say.
 *
 * @param {string} code
 */
export const shownCode = (code) => (code.length === CODE ? `${code.slice(0, 3)} ${code.slice(3)}` : code);

/**
 * Where a class's routes are.
 *
 * @param {string} code as a person typed it
 * @param {string[]} rest
 * @throws {Refused} it can be none, and may be nothing that an address could hold
 */
export function placeIn(code, ...rest) {
  const meant = codeOf(code);
  if (meant.length !== CODE || [...meant].some((letter) => !GIVEN.includes(letter))) {
    const said = `${JSON.stringify(code)} is no class code. A code has ${CODE} letters and digits, out of ${GIVEN}.`;
    throw new Refused(said, "code", "not_found");
  }
  return ["api/classes", ...[meant, ...rest].map((part) => encodeURIComponent(part))].join("/");
}

/**
 * The class of that code.
 *
 * @param {string} code
 * @returns {Promise<Class>}
 */
export const join = async (code) => ask(placeIn(code), { headers: {} });

/**
 * Answers a prediction, in the place of what this reader answered before.
 *
 * @param {string} code
 * @param {string} lesson
 * @param {string} prediction
 * @param {number | number[]} value which choice, counted from 0, or the heights of a drawn curve, from 0 to 1
 * @returns {Promise<Standing>} with what the class has answered so far
 */
export const answer = async (code, lesson, prediction, value) =>
  ask(placeIn(code, "answers"), {
    method: "POST",
    body: JSON.stringify({
      lesson,
      prediction,
      client: reader(),
      ...(typeof value === "number" ? { choice: value } : { curve: value }),
    }),
  });

/**
 * How a prediction stands; what was answered is told to readers who have answered themselves, and once it is revealed.
 *
 * @param {string} code
 * @param {string} lesson
 * @param {string} prediction
 * @returns {Promise<Standing>}
 */
export const counts = async (code, lesson, prediction) =>
  ask(placeIn(code, lesson, prediction), { headers: { "x-farback-viewer": reader() } });

/**
 * Looks now and then how a prediction stands, until the teacher has revealed it or the class is gone.
 *
 * @param {string} code
 * @param {string} lesson
 * @param {string} prediction
 * @param {(standing: Standing) => void} show
 * @returns {() => void} ends it
 */
export function follow(code, lesson, prediction, show) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let over = false;
  const look = async () => {
    try {
      if (!document.hidden) {
        const standing = await counts(code, lesson, prediction);
        if (over) return;
        show(standing);
        if (standing.revealed && !standing.open) return;
      }
    } catch (error) {
      if (error instanceof Refused && error.code !== "offline" && error.code !== "busy") return;
    }
    if (!over) timer = setTimeout(look, LOOK_MS);
  };
  timer = setTimeout(look, LOOK_MS);
  return () => {
    over = true;
    clearTimeout(timer);
  };
}
