/**
 * A canvas in the pixels of the screen, drawn on in the pixels of the page.
 */

/** @type {WeakMap<CanvasRenderingContext2D, string>} what each writes with */
const fonts = new WeakMap();

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @returns {CanvasRenderingContext2D}
 */
export function surface(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [columns, rows] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  const resized = canvas.width !== columns || canvas.height !== rows;
  if (resized) {
    canvas.width = columns;
    canvas.height = rows;
  }
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser gives no canvas to draw on");
  if (resized) fonts.delete(context);
  context.setTransform(columns / width, 0, 0, rows / height, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/**
 * Chooses what is written with. The canvas is told of a change only: told of a font, even of the same one, the browser
 * brings the styles of the whole page up to date.
 *
 * @param {CanvasRenderingContext2D} c
 * @param {string} font
 */
export function writeWith(c, font) {
  if (fonts.get(c) === font) return;
  fonts.set(c, font);
  c.font = font;
}

/** Font of everything that is written on a canvas. */
export const font = /** @param {number} size @param {string} [weight] */ (size, weight = "") =>
  `${weight} ${size}px system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif`.trim();
