import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeArray, valueAt } from "../../frontend/decode.js";

/** @param {number[]} bytes */
const base64 = (bytes) => Buffer.from(bytes).toString("base64");

/** @type {(bytes: number[], shape: string, rest: object) => import("../../frontend/types.js").WireArray} */
const wire = (bytes, shape, rest) => ({ dtype: "u1", bdata: base64(bytes), shape, ...rest });

test("a linear array counts from its offset, and 255 is not finite", () => {
  const matrix = decodeArray(wire([0, 10, 254, 255], "2,2", { scale: 0.5, offset: -1, map: "linear", signed: false }));
  assert.deepEqual([matrix.rows, matrix.cols], [2, 2]);
  assert.deepEqual([valueAt(matrix, 0, 0), valueAt(matrix, 0, 1), valueAt(matrix, 1, 0)], [-1, 4, 126]);
  assert.ok(Number.isNaN(valueAt(matrix, 1, 1)));
  assert.deepEqual([matrix.low, matrix.high], [-1, 126]);
});

test("a signed array is exactly zero at 128 and not finite at 0", () => {
  const matrix = decodeArray(wire([128, 1, 255, 0], "4", { scale: 0.25, offset: 0, map: "linear", signed: true }));
  assert.deepEqual([matrix.rows, matrix.cols], [1, 4]);
  assert.equal(valueAt(matrix, 0, 0), 0);
  assert.equal(valueAt(matrix, 0, 1), -127 * 0.25);
  assert.equal(valueAt(matrix, 0, 2), 127 * 0.25);
  assert.ok(Number.isNaN(valueAt(matrix, 0, 3)));
});

test("a log array is zero at 0, a power of ten above, not finite at 255", () => {
  const matrix = decodeArray(wire([0, 1, 101, 255], "1,4", { scale: 0.02, offset: -6, map: "log10", signed: false }));
  assert.equal(valueAt(matrix, 0, 0), 0);
  assert.ok(Math.abs(valueAt(matrix, 0, 1) / 10 ** -5.98 - 1) < 1e-6);
  assert.ok(Math.abs(valueAt(matrix, 0, 2) / 10 ** -3.98 - 1) < 1e-6);
  assert.ok(Number.isNaN(valueAt(matrix, 0, 3)));
});

test("full precision is little-endian float32, row by row", () => {
  const bytes = Buffer.alloc(24);
  [1.5, -2, 3, 4, 5, Number.POSITIVE_INFINITY].forEach((value, i) => {
    bytes.writeFloatLE(value, 4 * i);
  });
  const matrix = decodeArray({ dtype: "f4", bdata: bytes.toString("base64"), shape: "3,2" });
  assert.equal(valueAt(matrix, 0, 1), -2);
  assert.equal(valueAt(matrix, 2, 0), 5);
  assert.equal(matrix.low, -2);
});

test("bytes that do not fill the shape are refused", () => {
  assert.throws(() => decodeArray(wire([1, 2, 3], "2,2", {})), /shape 2,2/);
});
