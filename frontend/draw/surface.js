/**
 * A canvas in the pixels of the screen, drawn on in the pixels of the page.
 */

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @returns {CanvasRenderingContext2D}
 */
export function surface(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [columns, rows] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns;
    canvas.height = rows;
  }
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser gives no canvas to draw on");
  context.setTransform(columns / width, 0, 0, rows / height, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** Font of everything that is written on a canvas. */
export const font = /** @param {number} size @param {string} [weight] */ (size, weight = "") =>
  `${weight} ${size}px system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif`.trim();
