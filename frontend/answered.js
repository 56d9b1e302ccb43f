/**
 * What a reader has answered, remembered as long as the tab is open: a page that is loaded anew shows again what it had
 * revealed. A class asks for itself, so it is remembered apart. A frame that is closed in remembers nothing.
 *
 * @typedef {{lesson: string, prediction: string, code: string}} Place where something was answered; no code: alone
 */

const KEY = "farback:answers";

/** @param {Place} place */
const nameOf = ({ lesson, prediction, code }) => [lesson, prediction, code].join(" ");

/** @returns {Record<string, unknown>} */
function kept() {
  try {
    const all = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
    return typeof all === "object" && all !== null && !Array.isArray(all) ? all : {};
  } catch {
    return {};
  }
}

/** @param {Record<string, unknown>} all */
function keep(all) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // Nothing is stored in a frame that is closed in, or where storage is switched off or full.
  }
}

/**
 * @param {Place} place
 * @param {{choices: string[], points: number}} asked
 * @returns {number | number[] | null} null where nothing was answered that fits what is asked now
 */
export function recalled(place, { choices, points }) {
  const value = kept()[nameOf(place)];
  if (Array.isArray(value)) return value.length === points && value.every(isShare) ? value : null;
  return Number.isInteger(value) && choices[Number(value)] !== undefined ? Number(value) : null;
}

/** @param {unknown} value */
const isShare = (value) => typeof value === "number" && value >= 0 && value <= 1;

/** @param {Place} place @param {number | number[]} value */
export const remember = (place, value) => keep({ ...kept(), [nameOf(place)]: value });

/** @param {Place} place */
export function forget(place) {
  const { [nameOf(place)]: _, ...others } = kept();
  keep(others);
}
