/**
 * What a screen reader is told of the place where a person is: the last thing only, once they rest there.
 */

import { make, setText } from "./dom.js";

/** Milliseconds without a move after which it is said: whoever holds a key down hears the end, not every step. */
const REST_MS = 300;

const region = make("p", { class: "unseen", role: "status", "data-testid": "said" });
document.body.append(region);

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {() => string} text asked when it is due, since pictures may be slower than keys */
export function sayAtRest(text) {
  clearTimeout(timer);
  timer = setTimeout(() => setText(region, text()), REST_MS);
}
