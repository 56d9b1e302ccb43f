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
    if (!act || event.ctrlKey || event.metaKey || event.altKey || taken(event.target, event.key)) return;
    event.preventDefault();
    act();
  });
}
