/**
 * A message of the stream to a Frame. Bytes stay bytes: a matrix keeps its codes and one table that reads them, so a
 * heatmap is painted through 256 colours without touching a float.
 *
 * @import {Frame, Layer, Matrix, WireArray, WireFrame, WireLayer} from "./types.js"
 */

const CODES = 256;
const ZERO_SIGNED = 128;
const NOT_FINITE = 255;

/**
 * Reads base64 in a browser that can, without a text of the bytes in between.
 *
 * @type {((text: string) => Uint8Array<ArrayBuffer>) | undefined}
 */
const fromBase64 = /** @type {any} */ (Uint8Array).fromBase64?.bind(Uint8Array);

/**
 * Bytes of a base64 text.
 *
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function bytesOf(text) {
  if (fromBase64) return fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/**
 * The 256 values that an array's codes stand for.
 *
 * @param {WireArray} wire
 * @returns {Float32Array<ArrayBuffer>}
 */
function tableOf({ scale = 1, offset = 0, map = "linear", signed = false }) {
  const table = new Float32Array(CODES);
  for (let code = 0; code < CODES; code++) {
    if (map === "log10") table[code] = 10 ** (offset + scale * code);
    else if (signed) table[code] = scale * (code - ZERO_SIGNED);
    else table[code] = offset + scale * code;
  }
  if (map === "log10") table[0] = 0;
  table[signed && map === "linear" ? 0 : NOT_FINITE] = Number.NaN;
  return table;
}

/**
 * Reads one array of a frame.
 *
 * @param {WireArray} wire
 * @returns {Matrix} a vector becomes one row
 * @throws {Error} when the bytes do not fill the shape, which would silently shear every picture
 */
export function decodeArray(wire) {
  const sizes = wire.shape.split(",").map(Number);
  const [rows, cols] = sizes.length === 1 ? [1, sizes[0] ?? 0] : [sizes[0] ?? 0, sizes[1] ?? 0];
  const bytes = bytesOf(wire.bdata);
  const log = wire.map === "log10";
  if (wire.dtype === "f4") {
    if (bytes.length !== 4 * rows * cols) throw new Error(`array of shape ${wire.shape} has ${bytes.length} bytes`);
    const values = new Float32Array(bytes.buffer);
    const ends = extremes(values);
    return { rows, cols, codes: null, values, table: new Float32Array(CODES), log, signed: ends.low < 0, ...ends };
  }
  if (bytes.length !== rows * cols) throw new Error(`array of shape ${wire.shape} has ${bytes.length} bytes`);
  const table = tableOf(wire);
  const signed = Boolean(wire.signed) && !log;
  const ends = extremes(valuesIn(bytes, table, log));
  return { rows, cols, codes: bytes, values: null, table, log, signed, ...ends };
}

/**
 * The values that occur: there are few of them, however many codes there are.
 *
 * @param {Uint8Array} codes
 * @param {Float32Array} table
 * @param {boolean} log whether zero, the first code, is left out, because a log scale has no place for it
 */
function valuesIn(codes, table, log) {
  const there = new Uint8Array(CODES);
  for (let i = 0; i < codes.length; i++) there[/** @type {number} */ (codes[i])] = 1;
  if (log) there[0] = 0;
  return table.filter((_, code) => there[code]);
}

/**
 * @param {Float32Array} values
 * @returns {{low: number, high: number, odd: boolean}} smallest and largest finite value, zeros where there is none,
 *   and whether there is one that is not finite
 */
function extremes(values) {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let odd = false;
  for (const value of values) {
    if (!Number.isFinite(value)) odd = true;
    else {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? { low, high, odd } : { low: 0, high: 0, odd };
}

/**
 * One value of a matrix; NaN where it is not finite.
 *
 * @param {Matrix} matrix
 * @param {number} row
 * @param {number} col
 * @returns {number}
 */
export function valueAt(matrix, row, col) {
  const place = row * matrix.cols + col;
  const value = matrix.codes ? matrix.table[matrix.codes[place] ?? NOT_FINITE] : matrix.values?.[place];
  return value ?? Number.NaN;
}

/**
 * @param {WireLayer} wire
 * @returns {Layer}
 */
function decodeLayer(wire) {
  const gates = Object.entries(wire.gates).map(([name, array]) => [name, decodeArray(array)]);
  return {
    h: decodeArray(wire.h),
    c: wire.c && decodeArray(wire.c),
    gates: Object.fromEntries(gates),
    gradH: decodeArray(wire.grad_h),
    gradC: wire.grad_c && decodeArray(wire.grad_c),
    inner: wire.inner && decodeArray(wire.inner),
    gradNorm: decodeArray(wire.grad_norm),
    signal: decodeArray(wire.signal),
    verdict: wire.verdict,
  };
}

/**
 * @param {Matrix} a
 * @param {Matrix} b
 * @returns {boolean} whether both hold the same bytes
 */
const same = (a, b) =>
  a.codes?.length === b.codes?.length && a.codes?.every((code, i) => code === b.codes?.[i]) === true;

/**
 * @param {WireFrame} wire
 * @param {Frame | null} [before] another frame of the run: the input is the same all along, and kept as one
 * @returns {Frame}
 */
export function decodeFrame(wire, before = null) {
  if (wire.version !== 2) throw new Error(`this page reads frames of version 2, not ${wire.version}: reload it`);
  const x = decodeArray(wire.x);
  return {
    ...wire,
    length: x.rows,
    x: before && same(before.x, x) ? before.x : x,
    output: wire.output && decodeArray(wire.output),
    suggestions: wire.suggestions && {
      classes: wire.suggestions.classes,
      probability: decodeArray(wire.suggestions.probability),
      right: decodeArray(wire.suggestions.right),
    },
    layers: wire.layers.map(decodeLayer),
    connectivity: decodeArray(wire.connectivity),
    profile: decodeArray(wire.profile),
  };
}
