/** The keys of the whole page; a control that has the focus keeps its own. */

/**
 * @typedef {object} Acts
 * @property {(frames: number) => void} move
 * @property {() => void} play
 * @property {() => unknown} train
 * @property {() => void} help
 * @property {() => void} unmark
 */

/**
 * @param {EventTarget | null} target
 * @param {string} key
 * @returns {boolean} whether the key belongs to what has the focus
 */
function taken(target, key) {
  if (!(target instanceof Element)) return false;
  if (document.querySelector("dialog[open]")) return true;
  if (target.closest("input:not([type=checkbox]), select, textarea")) return true;
  return key === " " && target.closest("button, summary, a, input") !== null;
}

const KEY = "farback:single-keys";
let single = stored();

/** @returns {boolean} */
function stored() {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
}

/** Whether single characters act: speech input and a slipping hand type them unmeant, so they can be switched off. */
export const singleKeys = () => single;

/** @param {boolean} on */
export function setSingleKeys(on) {
  single = on;
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    // Storage is switched off: it holds until the page is left.
  }
}

/** @param {Acts} acts */
export function listenToKeys({ move, play, train, help, unmark }) {
  /** @type {Record<string, () => void>} */
  const keys = {
    " ": play,
    ArrowLeft: () => move(-1),
    ArrowRight: () => move(1),
    Home: () => move(Number.NEGATIVE_INFINITY),
    End: () => move(Number.POSITIVE_INFINITY),
    t: train,
    "?": help,
    Escape: unmark,
  };
  document.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    const character = event.key.length === 1 && event.key !== " ";
    if (
      !act ||
      (character && !single) ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      taken(event.target, event.key)
    )
      return;
    event.preventDefault();
    act();
  });
}
