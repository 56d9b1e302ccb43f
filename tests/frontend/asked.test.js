import assert from "node:assert/strict";
import { test } from "node:test";
import { tableOf } from "../../frontend/draw/read.js";
import { agreement, causal } from "../../frontend/panels/causal.js";
import { chain, endsOf, formula } from "../../frontend/panels/chain.js";
import { jacobians } from "../../frontend/panels/jacobians.js";
import { lengths } from "../../frontend/panels/lengths.js";
import { plainView } from "../../frontend/view.js";

/** @import {Bars, Curves, Matrix, Note, Picture} from "../../frontend/types.js" */

/** @type {(rows: number[][]) => Matrix} */
function matrix(rows) {
  const values = Float32Array.from(rows.flat());
  const table = new Float32Array(256);
  const rest = { codes: null, values, table, log: false, signed: false, low: 0, high: 1, odd: false };
  return { rows: rows.length, cols: rows[0]?.length ?? 0, ...rest };
}

const verdict = { value: "vanishing", slope: -0.3, half_life: 1, doubling: null, left_out: 0, D: 4 };

/**
 * @param {any} value
 * @param {any} [part]
 * @param {any} [view]
 * @returns {any}
 */
const scene = (value, part = {}, view = {}) => ({
  frame: { step: 20, length: 5, answers: [4], layers: [{ verdict }], by_lag: { lags: [1, 2, 3, 4] } },
  facts: { lags: [1, 2, 3, 4] },
  cell: { options: [], gates: [] },
  view: { ...plainView(), ...view },
  layer: 0,
  answer: { value, step: 20, fresh: true, refusal: null },
  peers: [value],
  ...part,
});

const windowed = { options: [{ name: "window" }] };

/** @param {Picture[]} pictures */
const text = (pictures) => /** @type {Note} */ (pictures[0]).text;

const falling = [0, -1, -2, -3, -4].map((log) => [log, 2 * log, Number.NaN]);
const spectra = {
  k: 4,
  lags: [0, 1, 2, 3, 4],
  products: matrix(falling),
  direct: null,
  weights: { spectral_radius: 0.5, largest: 0.9, gamma: 1 },
  steps: matrix(falling),
  lyapunov: [-0.12, -0.5],
  reason: null,
};

test("what is left of a change is counted back from the answer, on a log axis that all models share", () => {
  const grown = { ...spectra, products: matrix([[2, 2, 2]]), lags: [0] };
  const [, curves] = /** @type {[Note, Curves]} */ (
    jacobians.pictures(scene(spectra, { peers: [spectra, grown] })).slice(0, 2)
  );
  assert.equal(curves.lagFrom, 4);
  const points = curves.series[0]?.points ?? [];
  assert.deepEqual(
    points.map(({ x }) => x),
    [0, 1, 2, 3, 4],
  );
  assert.ok(Math.abs((points[0]?.y ?? 0) - 1e-4) < 1e-9);
  assert.equal(curves.series[2]?.points[0]?.y, null);
  assert.deepEqual([curves.y.low, curves.y.high], [1e-8, 100]);
});

test("a model that explodes leaves 1, and the models beside it, on the axis", () => {
  const exploded = { ...spectra, products: matrix([[59, 50, 40]]), lags: [0] };
  const curves = /** @type {Curves} */ (jacobians.pictures(scene(spectra, { peers: [spectra, exploded] }))[1]);
  assert.deepEqual([curves.y.low, curves.y.high], [1e-8, 1e6]);
});

test("the verdict and the slowest decay are told in words", () => {
  const words = text(jacobians.pictures(scene(spectra)));
  assert.match(words, /vanishes \(median over sequences\): it halves every 1 step back/);
  assert.match(words, /lasts longest in the one shown shrinks: times e\^−0\.12 = 0\.887 a step/);
  const kept = text(jacobians.pictures(scene({ ...spectra, lyapunov: [0.001] })));
  assert.match(kept, /is kept, nearly/);
});

test("the recurrent weights of an RNN stand beside the bound of Pascanu", () => {
  const bars = /** @type {Bars} */ (jacobians.pictures(scene(spectra)).at(-1));
  assert.equal(bars.kind, "bars");
  assert.match(bars.caption, /must vanish/);
  const larger = { ...spectra, weights: { spectral_radius: 0.5, largest: 1.2, gamma: 1 } };
  assert.match(jacobians.pictures(scene(larger)).at(-1)?.caption ?? "", /need not vanish/);
  assert.ok(jacobians.pictures(scene({ ...spectra, weights: null })).every(({ kind }) => kind !== "bars"));
});

test("gates that keep the memory have a dashed line of their own", () => {
  const gated = { ...spectra, weights: null, direct: { gate: "f", paths: matrix(falling) } };
  const [, curves] = jacobians.pictures(scene(gated));
  assert.equal(/** @type {Curves} */ (curves).series.at(-1)?.style, "dashed");
  assert.match(curves?.caption ?? "", /gate f alone/);
});

test("a model without a state is not asked for its Jacobians", () => {
  const none = scene(null, { cell: windowed });
  assert.equal(jacobians.inquiry?.(none), null);
  assert.match(text(jacobians.pictures(none)), /hands no state/);
});

test("a panel that waits keeps its room, and a refusal is its sentence", () => {
  const [waiting] = jacobians.pictures(scene(null, { peers: [null] }));
  assert.match(/** @type {Note} */ (waiting).text, /Asking/);
  assert.ok(/** @type {Note} */ (waiting).height > 100);
  const refused = { value: null, step: 20, fresh: true, refusal: "It takes too long." };
  assert.equal(text(causal.pictures(scene(null, { answer: refused, peers: [null] }))), "It takes too long.");
});

const product = {
  kind: "state",
  t: 1,
  k: 4,
  steps: [4, 3, 2],
  spectral: [0.5, 2, 0.1],
  product_spectral: [Math.log10(0.5), Math.log10(0.4), Math.log10(0.02)],
  autograd: { spectral: Math.log10(0.02), frobenius: Math.log10(0.03) },
  difference: 4e-16,
};

test("the chain goes from the answer back to the marked step, or halfway", () => {
  const { frame, view } = scene(null);
  assert.deepEqual(endsOf(frame, view), { t: 2, k: 4 });
  assert.deepEqual(endsOf(frame, { ...view, mark: 1 }), { t: 1, k: 4 });
  assert.deepEqual(endsOf(frame, { ...view, mark: 4 }), { t: 2, k: 4 });
  assert.equal(endsOf({ ...frame, answers: [0] }, view), null);
  assert.deepEqual(chain.inquiry?.(scene(null, {}, { mark: 1 })), { name: "chain", t: 1, k: 4, layer: 0 });
});

test("the chain multiplies as many factors as were asked for, and ends with autograd's word", () => {
  const after = /** @param {number} factors */ (factors) => {
    const [note, bars, running] = /** @type {[Note, Curves, Curves]} */ (
      /** @type {unknown} */ (chain.pictures(scene(product, {}, { factors })))
    );
    return { text: note.text, done: bars.series[0]?.points.length, points: running.series[0]?.points ?? [] };
  };
  assert.match(after(0).text, /Nothing is multiplied yet: 3 factors lead from step 4 back to step 1/);
  assert.deepEqual(
    after(1).points.map(({ x }) => x),
    [3, 4],
  );
  const two = after(2);
  assert.equal(two.done, 2);
  assert.match(two.text, /‖J₄·J₃‖ = 0\.4, at most 0\.5 × 2 = 1\.$/);
  const whole = after(99);
  assert.equal(whole.done, 3);
  assert.match(whole.text, /∂s₄\/∂s₁ = J₄·J₃·J₂: product 0\.02, at most 0\.5 × 2 × 0\.1 = 0\.1;/);
  assert.match(whole.text, /autograd 0\.02, entries apart by at most 4\.0 × 10⁻¹⁶ of the largest\.$/);
  assert.ok(Math.abs((whole.points[0]?.y ?? 0) - 0.02) < 1e-12);
});

test("autograd's product is a ring where ours ends, and nowhere before", () => {
  const rings = /** @param {number} factors */ (factors) =>
    /** @type {Curves} */ (chain.pictures(scene(product, {}, { factors })).at(-1)).series.filter(
      ({ style }) => style === "rings",
    );
  assert.deepEqual(rings(2), []);
  const [ring] = rings(3);
  assert.equal(ring?.points[0]?.x, 1);
  assert.ok(Math.abs((ring?.points[0]?.y ?? 0) - 0.02) < 1e-12);
  const single = { ...product, t: 3, steps: [4], spectral: [0.5], product_spectral: [-1], difference: 0 };
  assert.match(text(chain.pictures(scene(single))), /∂s₄\/∂s₃ = J₄: product .* the same to the last digit/s);
});

test("many factors are told by the first and the last", () => {
  const steps = [9, 8, 7, 6, 5, 4];
  const long = {
    ...product,
    kind: /** @type {const} */ ("state"),
    k: 9,
    t: 3,
    steps,
    spectral: steps.map(() => 1),
    product_spectral: steps.map(() => 0),
    autograd: { spectral: null, frobenius: null },
    difference: null,
  };
  assert.match(
    formula(long, 6),
    /J₉·J₈·J₇·…·J₄: product 1, at most 1 × 1 × 1 × … × 1 = 1; autograd cannot be compared/,
  );
});

test("a feed-forward net moves by exactly 0 beyond its window", () => {
  const window = { kind: "window", t: 0, k: 4, window: 3, steps: [0, 1, 2, 3, 4], connectivity: [0, 0, 1, 2, 3] };
  const pictures = chain.pictures(scene(window, { cell: windowed }));
  assert.match(text(pictures), /the last 3 inputs.*Input 0 lies 4 back and moves the answer by exactly 0/);
  const near = { ...window, t: 2, steps: [2, 3, 4], connectivity: [1, 2, 3] };
  assert.match(text(chain.pictures(scene(near, { cell: windowed }))), /by 1\.$/);
});

test("what replacing does stands beside what the gradient says, with a plain word", () => {
  const value = {
    k: 4,
    measured: matrix([[1, 0.5, 0.1, 0, Number.NaN]]),
    connectivity: matrix([[2, 1, 0.1, 0, 3]]),
    correlation: 0.93,
  };
  const [curves] = /** @type {Curves[]} */ (causal.pictures(scene(value)));
  assert.match(curves?.caption ?? "", /agrees \(rank correlation 0\.93 of only 4 inputs\)/);
  assert.equal(curves?.series[0]?.points.at(-1)?.y, null);
  assert.equal(curves?.y.log, true);
  assert.match(agreement(-0.15, 12), /hardly agrees \(rank correlation −0\.15\)/);
  assert.match(agreement(0.6, 12), /partly agrees/);
  assert.match(agreement(null, 12), /cannot be compared/);
  assert.match(agreement(-1, 2), /rank correlation −1 of only 2 inputs/);
});

const chance = { loss: 2.08, accuracy: 0.125 };
const longer = {
  step: 20,
  at: [5, 8, 10].map((length, i) => ({ length, loss: i, accuracy: 1 - 0.3 * i, chance })),
  by_lag: { measure: "skill", lags: [1, 5, 9], value: [1, 1, 0.1], error: [0, 0, 0], trials: 50 },
  reach: { value: 5, at_least: false, spread: null },
};

test("longer sequences are asked for only where a person did so", () => {
  assert.equal(lengths.inquiry?.(scene(null)), null);
  assert.deepEqual(lengths.inquiry?.(scene(null, {}, { tested: [20] })), { name: "lengths" });
  assert.equal(lengths.inquiry?.(scene(null, {}, { tested: [10] })), null);
  assert.match(text(lengths.pictures(scene(null, { peers: [null] }))), /Press “Test longer sequences”/);
});

test("how far it answers on longer sequences is told and drawn", () => {
  const [note, scores, skill] = /** @type {[Note, Bars, Bars]} */ (
    /** @type {unknown} */ (lengths.pictures(scene(longer, {}, { tested: [20] })))
  );
  assert.equal(
    note.text,
    "Trained on 5 steps. On 10 it still answers 5 steps back, but not 9 (50 sequences a distance).",
  );
  assert.deepEqual(
    scores.bars.map(({ name, text }) => `${name} ${text}`),
    ["5 100 %", "8 70 %", "10 40 %"],
  );
  assert.equal(scores.lines[0]?.at, 0.125);
  assert.deepEqual(
    skill.bars.map(({ value }) => value),
    [0.1, 1, 1],
  );
  assert.equal(skill.divide?.before, 2);
  assert.deepEqual(tableOf(skill).body, [
    ["9", 0.1, null],
    ["5", 1, null],
    ["1", 1, null],
  ]);
});

test("of text it is told what context is worth", () => {
  const by_lag = { ...longer.by_lag, measure: "added_loss" };
  assert.match(text(lengths.pictures(scene({ ...longer, by_lag }))), /it still uses context 5 steps back, but not 9/);
  const none = { ...longer, by_lag, reach: { ...longer.reach, value: 0 } };
  assert.match(text(lengths.pictures(scene(none))), /its reach is 0: context does not clearly improve/);
});

test("a model that misses only the nearest lags is not called one that guesses", () => {
  const far = { ...longer, reach: { ...longer.reach, value: 0 }, by_lag: { ...longer.by_lag, value: [0, 1, 1] } };
  assert.match(text(lengths.pictures(scene(far))), /its reach is 0: it answers at 2 of 3 distances, but not at the/);
  assert.match(text(lengths.pictures(scene({ ...far, step: 10 }))), /tested at training step 10/);
});
