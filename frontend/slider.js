/** The numbers that a slider stops at: each is one key press from the next, and few enough for a hand to find one. */

/** From which number on it goes by how many. */
const PACES = [
  { from: 1, by: 1 },
  { from: 20, by: 5 },
  { from: 100, by: 10 },
];

/**
 * @param {number} low
 * @param {number} high
 * @returns {number[]} from low to high, both among them
 */
export function stopsOf(low, high) {
  const stops = [];
  for (let stop = low; stop < high; ) {
    stops.push(stop);
    const by = PACES.findLast(({ from }) => stop >= from)?.by ?? 1;
    // Round numbers, wherever it starts.
    stop = (Math.floor(stop / by) + 1) * by;
  }
  return [...stops, high];
}

/**
 * @param {number[]} stops
 * @param {number} value
 * @returns {number} the place of the stop that is nearest
 */
export function placeOf(stops, value) {
  const far = stops.map((stop) => Math.abs(stop - value));
  return far.indexOf(Math.min(...far));
}
