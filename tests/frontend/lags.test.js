import assert from "node:assert/strict";
import { test } from "node:test";
import { valueAt } from "../../frontend/decode.js";
import { choose, lagProfile, outputOf, perRow, quantile, sharesOf } from "../../frontend/lags.js";
import { random } from "./random.js";

/** @import {Matrix} from "../../frontend/types.js" */

/** @type {(rows: number[][]) => Matrix} */
export function matrix(rows) {
  const values = Float32Array.from(rows.flat());
  const cols = rows[0]?.length ?? 0;
  const table = new Float32Array(256);
  return { rows: rows.length, cols, codes: null, values, table, log: true, signed: false, low: 0, high: 1, odd: false };
}

/** @type {(codes: number[][], scale?: number, offset?: number) => Matrix} bytes of a log scale */
function coded(codes, scale = 0.02, offset = -6) {
  const table = Float32Array.from({ length: 256 }, (_, code) => 10 ** (offset + scale * code));
  table[0] = 0;
  table[255] = Number.NaN;
  return { ...matrix(codes), codes: Uint8Array.from(codes.flat()), values: null, table };
}

/**
 * The definition, read slowly: over all output times k >= 1 whose row is finite and whose lag d is in the sequence, the
 * quantile of C[k, k - d] over the largest C[k, k - d'] with d' >= 1.
 *
 * @param {Matrix} C
 * @param {number[]} rows
 * @param {number} d
 * @param {number} part
 */
function slowly(C, rows, d, part) {
  const shares = [];
  for (const [row, k] of rows.entries()) {
    if (k < 1 || d > k) continue;
    const line = Array.from({ length: k + 1 }, (_, t) => valueAt(C, row, t));
    if (line.some((value) => !Number.isFinite(value))) continue;
    const largest = Math.max(...line.slice(0, k));
    shares.push(largest === 0 ? 0 : Number(line[k - d]) / largest);
  }
  if (!shares.length) return Number.NaN;
  shares.sort((a, b) => a - b);
  const place = part * (shares.length - 1);
  const low = Number(shares[Math.floor(place)]);
  return low + (place - Math.floor(place)) * (Number(shares[Math.ceil(place)]) - low);
}

test("the lag profile is the definition, read slowly", () => {
  const draw = random(3);
  for (let round = 0; round < 40; round++) {
    const T = 1 + Math.floor(draw() * 12);
    const rows = Array.from({ length: T }, (_, k) => k).filter(() => draw() < 0.8);
    if (!rows.length) continue;
    const dull = draw() < 0.2;
    const C = matrix(
      rows.map((k) =>
        Array.from({ length: T }, (_, t) => {
          if (t > k || (dull && t < k)) return 0;
          return draw() < 0.02 ? Number.NaN : 10 ** (-6 * draw());
        }),
      ),
    );
    const { median, low, high } = lagProfile(C, rows);
    for (const [found, part] of /** @type {[number[], number][]} */ ([
      [median, 0.5],
      [low, 0.25],
      [high, 0.75],
    ])) {
      assert.equal(found.length, Math.max(...rows) + 1);
      found.forEach((value, d) => {
        const wanted = slowly(C, rows, d, part);
        assert.ok(Number.isNaN(wanted) ? Number.isNaN(value) : Math.abs(value - wanted) <= 1e-12 * wanted, `lag ${d}`);
      });
    }
  }
});

test("a share of a row leaves lag 0 out of what it is measured by", () => {
  const C = matrix([[0.5, 1, 4]]);
  assert.deepEqual([...sharesOf(C, 0, 2)], [4, 1, 0.5]);
  assert.deepEqual([...sharesOf(matrix([[0, 0, 4]]), 0, 2)], [0, 0, 0]);
  assert.ok(sharesOf(matrix([[Number.NaN, 1, 4]]), 0, 2).every(Number.isNaN));
});

test("each row by its own largest entry, in bytes as in numbers", () => {
  const draw = random(5);
  const codes = Array.from({ length: 6 }, () => Array.from({ length: 9 }, () => Math.floor(draw() * 255)));
  codes.push([0, 0, 0, 0, 0, 0, 0, 0, 0], [255, 0, 7, 3, 0, 1, 254, 2, 9]);
  const bytes = coded(codes);
  const plain = matrix(codes.map((row, at) => row.map((_, col) => valueAt(bytes, at, col))));
  const [shares, numbers] = [perRow(bytes), perRow(plain)];
  codes.forEach((row, at) => {
    row.forEach((_, col) => {
      const [share, number] = [valueAt(shares, at, col), valueAt(numbers, at, col)];
      if (Number.isNaN(number)) assert.ok(Number.isNaN(share));
      else assert.ok(Math.abs(share - number) <= 1e-3 * number, `${at}, ${col}: ${share}, ${number}`);
    });
  });
  assert.equal(perRow(bytes), shares, "made once");
});

test("the output that is looked at is the chosen one, else the chosen answer", () => {
  const frame = { answers: [20, 25, 29], rows: [0, 10, 20, 25, 29], length: 30 };
  assert.deepEqual(outputOf(frame, { output: null, row: -1 }), { step: 29, row: 4, answer: 2 });
  assert.deepEqual(outputOf(frame, { output: null, row: 0 }), { step: 20, row: 2, answer: 0 });
  assert.deepEqual(outputOf(frame, { output: 10, row: 0 }), { step: 10, row: 1, answer: -1 });
  assert.deepEqual(outputOf(frame, { output: 8, row: 0 }), { step: 10, row: 1, answer: -1 }, "the nearest row");
});

test("choosing an answer is going back to it", () => {
  const frame = { answers: [20, 25, 29] };
  assert.deepEqual(choose(frame, 7), { output: 7 });
  assert.deepEqual(choose(frame, 29), { output: null, row: -1 });
  assert.deepEqual(choose(frame, 20), { output: null, row: 0 });
});

test("a quantile lies between its neighbours", () => {
  assert.equal(quantile([1, 2, 3, 4], 0.5), 2.5);
  assert.equal(quantile([1, 2, 3, 4], 0.25), 1.75);
  assert.equal(quantile([5], 0.75), 5);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});
