/**
 * Weights as the server gives them: a header in JSON that says where each array lies, and then the arrays.
 */

const LENGTH_BYTES = 8;

/**
 * @typedef {object} Weight
 * @property {number[]} shape
 * @property {Float32Array<ArrayBuffer>} values
 */

/**
 * @param {ArrayBuffer} file
 * @returns {Record<string, Weight>} by name
 * @throws {Error} it holds anything but float32
 */
export function readWeights(file) {
  const length = Number(new DataView(file).getBigUint64(0, true));
  const start = LENGTH_BYTES + length;
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, LENGTH_BYTES, length)));
  /** @type {Record<string, Weight>} */
  const weights = {};
  for (const [name, told] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { dtype, shape, data_offsets: offsets } = told;
    if (dtype !== "F32") throw new Error(`${name} is ${dtype}, not F32`);
    const [from, to] = offsets;
    weights[name] = { shape, values: new Float32Array(file.slice(start + from, start + to)) };
  }
  return weights;
}

/**
 * A matrix by its rows.
 *
 * @param {Weight | undefined} weight
 * @returns {number[][]}
 */
export function rowsOf(weight) {
  if (!weight) return [];
  const [rows = 0, columns = 1] = weight.shape;
  return Array.from({ length: rows }, (_, i) => [...weight.values.subarray(i * columns, (i + 1) * columns)]);
}

/**
 * @param {Weight | undefined} weight
 * @returns {number[]}
 */
export const vectorOf = (weight) => (weight ? [...weight.values] : []);
