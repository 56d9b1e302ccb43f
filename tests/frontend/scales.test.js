import assert from "node:assert/strict";
import { test } from "node:test";
import { decades } from "../../frontend/extent.js";
import { cividis, colouring, diverging, lightness, placing, ramp, roundUp } from "../../frontend/scales.js";

const PARTS = Array.from({ length: 201 }, (_, i) => i / 200);
/** A step of one in an 8-bit channel moves the lightness by up to this much. */
const ROUNDING = 0.004;

test("cividis grows lighter all the way, between its published ends", () => {
  const values = PARTS.map((part) => lightness(cividis(part)));
  for (let i = 1; i < values.length; i++) assert.ok((values[i] ?? 0) >= (values[i - 1] ?? 0) - ROUNDING, `at ${i}`);
  assert.deepEqual(cividis(0), [0x00, 0x22, 0x4e]);
  assert.deepEqual(cividis(1), [0xfe, 0xe8, 0x38]);
});

for (const dark of [false, true]) {
  test(`signed values: neutral zero, both signs equally far from it, ${dark ? "dark" : "light"}`, () => {
    const [red, green, blue] = diverging(0, dark);
    assert.ok(red === green && green === blue, "zero has no hue");
    const zero = lightness(diverging(0, dark));
    let last = 0;
    for (const part of PARTS.slice(1)) {
      const plus = Math.abs(lightness(diverging(part, dark)) - zero);
      const minus = Math.abs(lightness(diverging(-part, dark)) - zero);
      assert.ok(Math.abs(plus - minus) < 0.02, `signs differ at ${part}: ${plus} and ${minus}`);
      assert.ok(plus >= last - ROUNDING, `not monotone at ${part}`);
      last = plus;
    }
    assert.ok(last > 0.4, "the ends stand out");
  });

  test(`the map's exact middle is zero, ${dark ? "dark" : "light"}`, () => {
    const scale = /** @type {const} */ ({ palette: "diverging", domain: [-3, 3], log: false });
    const colours = ramp("diverging", dark);
    assert.equal(colouring({ ...scale, domain: [-3, 3] }, dark)(0), colours[(colours.length - 1) / 2]);
  });
}

test("what is not finite has a colour of its own", () => {
  const odd = colouring({ palette: "magnitude", domain: [0, 1], log: false }, false)(Number.NaN);
  assert.ok(![...ramp("magnitude", false), ...ramp("diverging", false), ...ramp("diverging", true)].includes(odd));
});

test("a log scale goes by ratios and puts zero at its lowest colour", () => {
  assert.equal(placing([1e-4, 1], true)(0), 0);
  assert.ok(Math.abs(placing([1e-4, 1], true)(1e-2) - 0.5) < 1e-12);
  assert.equal(placing([1e-4, 1], true)(5), 1);
});

test("scales end at 1, 2 or 5", () => {
  assert.deepEqual([0.04, 0.9, 1, 1.0000001, 1.2, 3, 51, 0].map(roundUp), [0.05, 1, 1, 1, 2, 5, 100, 1]);
});

test("decades hold the range and at least three of them", () => {
  for (const [low, high] of [
    [1e-7, 1],
    [0.5, 0.9],
    [2e-10, 4e3],
  ]) {
    const axis = decades(/** @type {[number, number]} */ ([low, high]));
    assert.ok(axis.low <= (low ?? 0) * 1.13 && axis.high >= (high ?? 0) / 1.13);
    assert.ok(Math.log10(axis.high / axis.low) > 2.999);
    assert.ok(axis.exponents.length <= 5);
  }
});
