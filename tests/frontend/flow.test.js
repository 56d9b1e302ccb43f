import assert from "node:assert/strict";
import { test } from "node:test";
import { valueAt } from "../../frontend/decode.js";
import { clippedShares, clippedText, flow, historyOf } from "../../frontend/panels/flow.js";
import { insert } from "../../frontend/timeline.js";

/** @type {(seq: number, norms: number[], updates?: object | null) => any} */
function frame(seq, norms, updates = null) {
  const gradNorm = { rows: 1, cols: norms.length, codes: null, values: Float32Array.from(norms) };
  return { seq, step: 10 * seq, length: norms.length, answers: [norms.length - 1], updates, layers: [{ gradNorm }] };
}

/** @type {(frames: any[], layer: number, relative: boolean) => number[][]} */
const rows = (frames, layer, relative) => {
  const matrix = historyOf(frames, layer, relative);
  return Array.from({ length: matrix.rows }, (_, row) =>
    Array.from({ length: matrix.cols }, (_, t) => valueAt(matrix, row, t)),
  );
};

test("a frame adds a row, and those before stay in the same buffer", () => {
  const frames = [frame(0, [1, 2, 4])];
  assert.deepEqual(rows(frames, 0, true), [[0.25, 0.5, 1]]);
  const { values } = historyOf(frames, 0, true);
  insert(frames, frame(1, [8, 4, 2]));
  assert.deepEqual(rows(frames, 0, true), [
    [0.25, 0.5, 1],
    [4, 2, 1],
  ]);
  assert.equal(historyOf(frames, 0, true).values?.buffer, values?.buffer);
  assert.deepEqual(rows(frames, 0, false), [
    [1, 2, 4],
    [8, 4, 2],
  ]);
});

test("a frame that came late is put where it belongs", () => {
  const frames = [frame(0, [1, 1]), frame(2, [3, 3])];
  historyOf(frames, 0, false);
  insert(frames, frame(1, [2, 2]));
  assert.deepEqual(rows(frames, 0, false), [
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
});

test("more rows than there was room for keep what was there", () => {
  /** @type {any[]} */
  const frames = [];
  for (let seq = 0; seq < 300; seq++) {
    insert(frames, frame(seq, [seq, 2 * seq]));
    historyOf(frames, 0, false);
  }
  assert.deepEqual(
    rows(frames, 0, false),
    frames.map((_, seq) => [seq, 2 * seq]),
  );
});

test("where the gradient at the answer is zero, so is the row", () => {
  assert.deepEqual(rows([frame(0, [0, 0])], 0, true), [[0, 0]]);
});

test("the share of clipped updates counts every update once", () => {
  const frames = [
    frame(0, [1]),
    { ...frame(1, [1], { norm: 2, clipped_norm: 1, clipped: 1 }), step: 10 },
    { ...frame(2, [1], { norm: 0.5, clipped_norm: 0.5, clipped: 0.1 }), step: 40 },
  ];
  assert.deepEqual(clippedShares(frames), { recent: 0.1, overall: (10 + 3) / 40 });
  assert.match(clippedText(frames, 1), /dashed where clipped: 10 % of updates, 33 % overall$/);
  assert.match(clippedText(frames.slice(0, 1), 1), /clipped beyond 1/);
  assert.match(clippedText(frames, null), /never clipped/);
});

test("the training step that is shown is marked, and every row is a place to go to", () => {
  const frames = [0, 1, 2].map((seq) => frame(seq, [1, 1], { norm: 2, clipped_norm: 1, clipped: 0.37 }));
  const scene = /** @type {any} */ ({
    frame: frames[1],
    frames,
    view: { gradient: "relative" },
    extent: { signal: [1e-3, 1], norm: [1e-3, 1], updates: [1, 2] },
    layer: 0,
    steps: 100,
    clip: 1,
  });
  const [map, updates] = /** @type {any[]} */ (flow.pictures(scene));
  assert.deepEqual(map.outlines, [{ row: 1, from: 0, to: 2 }]);
  assert.deepEqual(map.training, [0, 10, 20]);
  assert.equal(updates.lines[0].at, 1);
  assert.match(updates.caption, /clipped: 37 % of updates/);
});
