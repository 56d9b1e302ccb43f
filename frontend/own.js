/**
 * The runs that were started from this browser with a text of one's own: only here is deleting them offered, since
 * whoever has a link sees them. Where a browser stores nothing, they are known until the page is left.
 */

const KEY = "farback:own";
/** More are not remembered: a person who has as many has forgotten the first. */
const MOST = 200;

/** @type {Set<string>} */
const here = new Set();

/** @returns {string[]} */
function stored() {
  try {
    const runs = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(runs) ? runs.map(String) : [];
  } catch {
    return [];
  }
}

/** @param {string[]} runs */
function store(runs) {
  try {
    localStorage.setItem(KEY, JSON.stringify(runs.slice(-MOST)));
  } catch {
    // Storage is switched off or full; what this page knows must do.
  }
}

/** @param {string[]} runs */
export function own(runs) {
  for (const run of runs) here.add(run);
  store([...new Set([...stored(), ...runs])]);
}

/** @param {string[]} runs */
export function disown(runs) {
  for (const run of runs) here.delete(run);
  store(stored().filter((run) => !runs.includes(run)));
}

/**
 * @param {string[]} runs
 * @returns {string[]} those that were started from this browser
 */
export function owned(runs) {
  const known = new Set([...here, ...stored()]);
  return runs.filter((run) => known.has(run));
}
