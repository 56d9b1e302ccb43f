/** Randomness that is the same in every run, for properties over many cases. */

/**
 * @param {number} seed
 * @returns {() => number} in 0..1, mulberry32
 */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * @template T
 * @param {() => number} draw
 * @param {readonly T[]} list
 * @returns {T}
 */
export const pick = (draw, list) => /** @type {T} */ (list[Math.floor(draw() * list.length)]);
