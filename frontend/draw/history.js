/**
 * A heatmap that grows by a row: what was painted stays, and only what is new is put through the colours.
 *
 * @import {Heatmap} from "../types.js"
 */

import { colourOf } from "../scales.js";

/**
 * @typedef {object} Painted
 * @property {string} key scale and theme
 * @property {Float32Array} values
 * @property {number} rows that are in the pixels
 * @property {Uint32Array<ArrayBuffer>} pixels
 */

/** @type {WeakMap<HTMLCanvasElement, Painted>} */
const paintings = new WeakMap();

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Heatmap} picture with a row a training step; its values grow in one buffer
 * @param {boolean} dark
 */
export function paintHistory(canvas, picture, dark) {
  const { rows, cols, values } = picture.matrix;
  if (!values || rows === 0) return;
  const key = JSON.stringify([picture.palette, picture.domain, dark, cols]);
  let painted = paintings.get(canvas);
  if (painted?.key !== key || painted.values.buffer !== values.buffer || painted.rows > rows) {
    // As much room as the values have, so that both grow together.
    painted = { key, values, rows: 0, pixels: new Uint32Array(values.buffer.byteLength / 4) };
    paintings.set(canvas, painted);
  }
  const { pixels } = painted;
  for (let at = painted.rows * cols; at < rows * cols; at++)
    pixels[at] = colourOf(/** @type {number} */ (values[at]), picture, dark);
  painted.rows = rows;
  canvas.width = cols;
  canvas.height = rows;
  const bytes = new Uint8ClampedArray(pixels.buffer, 0, 4 * rows * cols);
  canvas.getContext("2d")?.putImageData(new ImageData(bytes, cols, rows), 0, 0);
}
