/**
 * A heatmap that grows by a row: what was painted stays, and only what is new is put through the colours.
 *
 * @import {Heatmap} from "../types.js"
 */

import { colouring } from "../scales.js";
import { surface } from "./surface.js";

/**
 * @typedef {object} Painted
 * @property {string} key scale and theme
 * @property {Float32Array} values
 * @property {number} rows that are on the sheet
 * @property {OffscreenCanvasRenderingContext2D} sheet of one pixel a value, with room for rows to come
 */

/** @type {WeakMap<HTMLCanvasElement, Painted>} */
const paintings = new WeakMap();

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Heatmap} picture with a row a training step; its values grow in one buffer
 * @param {{width: number, height: number}} size
 * @param {boolean} dark
 */
export function paintHistory(canvas, picture, { width, height }, dark) {
  const { rows, cols, values } = picture.matrix;
  if (!values || rows === 0) return;
  const key = JSON.stringify([picture.palette, picture.domain, dark, cols]);
  let painted = paintings.get(canvas);
  if (painted?.key !== key || painted.values.buffer !== values.buffer || painted.rows > rows) {
    // As much room as the values have, so that both grow together.
    painted = { key, values, rows: 0, sheet: sheetOf(cols, values.buffer.byteLength / (4 * cols)) };
    paintings.set(canvas, painted);
  }
  if (painted.rows < rows) {
    const added = values.subarray(painted.rows * cols);
    const image = new ImageData(cols, rows - painted.rows);
    const pixels = new Uint32Array(image.data.buffer);
    const colour = colouring(picture, dark);
    added.forEach((value, at) => {
      pixels[at] = colour(value);
    });
    painted.sheet.putImageData(image, 0, painted.rows);
    painted.rows = rows;
  }
  // Stretched here and not by the style sheet: a canvas that grew by a row would be made anew at every frame.
  const c = surface(canvas, width, height);
  c.imageSmoothingEnabled = false;
  c.drawImage(painted.sheet.canvas, 0, 0, cols, rows, 0, 0, width, height);
}

/**
 * @param {number} width
 * @param {number} height
 */
function sheetOf(width, height) {
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (!context) throw new Error("this browser gives no canvas to draw on");
  return context;
}
