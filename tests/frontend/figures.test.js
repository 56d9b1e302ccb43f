import assert from "node:assert/strict";
import { test } from "node:test";
import { nested } from "../../frontend/figures/nested.js";
import { bothSentence, ownSentence, sharedSentence } from "../../frontend/figures/nets.js";
import { piecesOf } from "../../frontend/figures/plot.js";
import { scrolledTo } from "../../frontend/figures/sight.js";
import { farthest, placesIn } from "../../frontend/figures/updates.js";
import { change, lowered, two } from "../../frontend/format.js";
import { parametersOf } from "../../frontend/nets.js";

/** @type {(rows: number, columns: number) => number[][]} */
const blank = (rows, columns) => Array.from({ length: rows }, () => Array(columns).fill(0));

test("a net with weights of its own has as many parameters as there are numbers in it", () => {
  for (const [I, H, O] of [
    [4, 3, 2],
    [2, 1, 5],
  ]) {
    const net = { w_ih: blank(H, I), w_hh: blank(H, H), w_out: blank(O, H) };
    for (const steps of [1, 2, 5, 12]) {
      const layers = Array.from({ length: steps }, (_, t) => [
        net.w_ih,
        t > 0 ? net.w_hh : [], // no layer stands before the first
        blank(2, H), // torch's two biases
      ]);
      assert.equal(parametersOf(net, steps), [layers, net.w_out, blank(1, O)].flat(9).length);
    }
  }
  const drawn = { w_ih: blank(3, 4), w_hh: blank(3, 3), w_out: blank(2, 3) };
  assert.equal(parametersOf(drawn, 5), 134);
});

test("one net alone is not told of as two, and two steps have one way between them", () => {
  const net = { built: 5, steps: 5, at: 2 };
  const short = { built: 5, steps: 2, at: 1 };
  const longer = { built: 5, steps: 6, at: 2 };
  const alone = [net, short, longer].flatMap((one) =>
    [0, 0.5].flatMap((by) => [ownSentence(one, by, 1), sharedSentence(one, by, 4)]),
  );
  for (const text of alone) assert.doesNotMatch(text, /both|upper|recurrent/i);
  const together = [net, short, longer].flatMap((one) => [0, 0.5].map((by) => bothSentence(one, by, 1, 1)));
  for (const text of [...alone, ...together]) assert.doesNotMatch(text, /all 1 |1 ways|1 steps/);
  assert.match(bothSentence(short, 0.5, 1, 1), /the way to step 1 in the upper net, and on the only way there is/);
});

test("a slope is told as long as it is not zero, and agrees with the function's difference", () => {
  const [, slope] = nested(["exp", "sigmoid"], 4).slopes; // of 54.6
  assert.ok(Math.abs(slope / Math.exp(-Math.exp(4)) - 1) < 1e-9, "σ' falls as exp(−u)");
  assert.ok(Math.abs(nested(["tanh"], 20).slopes[0] / (4 * Math.exp(-40)) - 1) < 1e-9, "tanh' falls as 4 exp(−2u)");
  for (const name of ["sigmoid", "tanh"]) {
    for (const x of [-2.5, -0.3, 0, 1, 3]) {
      const { slopes, measured } = nested([name], x);
      assert.ok(Math.abs(slopes[0] - measured) < 1e-8);
    }
  }
});

test("a line is cut where it passes the ends of its axis", () => {
  const points = /** @type {[number, number][]} */ (
    [0, -13, Number.NEGATIVE_INFINITY, -14, -2, 7, 8, 1].map((y, x) => [x, y])
  );
  const pieces = piecesOf(points, { low: -12, high: 6 });
  assert.deepEqual(
    pieces.map(({ side, points: piece }) => [side, piece.map(([x]) => x)]),
    [
      [0, [0, 1]],
      [-1, [1, 2, 3]],
      [0, [3, 4, 5]],
      [1, [5, 6]],
      [0, [6, 7]],
    ],
  );
  assert.deepEqual(piecesOf([[0, 1]], { low: 0, high: 2 }), []);
});

test("a place is scrolled by no more than is needed to see what moved", () => {
  const place = { scrollLeft: 100, clientWidth: 300 };
  assert.equal(scrolledTo(place, 150, 300), 100, "it is in sight already");
  assert.equal(scrolledTo(place, 400, 460), 172);
  assert.equal(scrolledTo(place, 40, 90), 28);
  assert.equal(scrolledTo(place, 5, 60), 0);
  assert.equal(scrolledTo(place, 200, 900), 188, "the beginning of what is wider than the place");
});

test("weights are fetched at few places, and their longest throw is found", () => {
  const frames = [0, 1, 2, 4, 8, 16, ...Array.from({ length: 19 }, (_, i) => 20 + 10 * i), 250, 300, 350, 730];
  const places = placesIn(frames);
  assert.deepEqual(places, [0, 50, 100, 150, 200, 250, 300, 350, 730]);
  assert.ok(placesIn(Array.from({ length: 5001 }, (_, i) => i)).length <= 27);
  assert.deepEqual(placesIn([0]), [0]);
  const weights = /** @type {[number, number][]} */ ([4.2, 4.4, 26.1, 26.2, Number.NaN].map((w, i) => [50 * i, w]));
  assert.deepEqual(farthest(weights), { from: [50, 4.4], to: [100, 26.1] });
  assert.equal(farthest(weights.slice(0, 1)), null);
});

test("numbers of two digits, changes and subscripts", () => {
  assert.deepEqual([-0.5, 1.234].map(two), ["−0.50", "1.23"]);
  assert.deepEqual([0.5, -0.5, 0].map(change), ["+0.50", "−0.50", "±0.00"]);
  assert.equal(lowered(10), "₁₀");
});
