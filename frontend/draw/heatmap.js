/**
 * A heatmap on a canvas of one pixel a value; the style sheet makes it big, without smoothing.
 *
 * @import {Heatmap} from "../types.js"
 */

import { codeColours, colouring, ramp } from "../scales.js";

/** Pixels of a colour bar: as many as one can tell apart on a bar that is a finger high. */
const BAR = 64;

/** @type {WeakMap<HTMLCanvasElement, {image: ImageData, pixels: Uint32Array}>} */
const images = new WeakMap();

/**
 * The canvas's image data, made anew when its size changes.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
function imageOf(canvas, width, height) {
  let held = images.get(canvas);
  if (!held || held.image.width !== width || held.image.height !== height) {
    canvas.width = width;
    canvas.height = height;
    const image = new ImageData(width, height);
    held = { image, pixels: new Uint32Array(image.data.buffer) };
    images.set(canvas, held);
  }
  return held;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Heatmap} picture
 * @param {boolean} dark
 */
export function paintHeatmap(canvas, picture, dark) {
  const { matrix, timeFirst } = picture;
  const { rows, cols, codes, values } = matrix;
  const [steps, units] = timeFirst ? [rows, cols] : [cols, rows];
  const { image, pixels } = imageOf(canvas, steps, units);
  const [stepStride, unitStride] = timeFirst ? [cols, 1] : [1, cols];
  const colours = codes && codeColours(matrix, picture, dark);
  const colourOf = colouring(picture, dark);
  for (let unit = 0; unit < units; unit++) {
    let from = unit * unitStride;
    let to = unit * steps;
    for (let step = 0; step < steps; step++, from += stepStride, to++) {
      // @ts-expect-error every place lies inside both arrays; checking each of thousands would cost the frame
      pixels[to] = colours ? colours[codes[from]] : colourOf(values[from]);
    }
  }
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {"magnitude" | "diverging"} palette
 * @param {boolean} dark
 */
export function paintBar(canvas, palette, dark) {
  const { image, pixels } = imageOf(canvas, 1, BAR);
  const colours = ramp(palette, dark);
  const step = (colours.length - 1) / (BAR - 1);
  for (let i = 0; i < BAR; i++) pixels[BAR - 1 - i] = colours[Math.round(i * step)] ?? 0;
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}
