import assert from "node:assert/strict";
import { test } from "node:test";
import { disown, own, owned } from "../../frontend/own.js";
import { textOf, textRefusal } from "../../frontend/plaintext.js";
import { placeOf, stopsOf } from "../../frontend/slider.js";

test("a slider stops at both ends and at round numbers between, each once", () => {
  for (const [low, high] of [
    [1, 399],
    [4, 400],
    [8, 400],
    [0, 7],
    [1, 1],
  ]) {
    const stops = stopsOf(low ?? 0, high ?? 0);
    assert.equal(stops[0], low);
    assert.equal(stops.at(-1), high);
    assert.ok(
      stops.every((stop, i) => i === 0 || stop > (stops[i - 1] ?? 0)),
      String(stops),
    );
  }
  const lags = stopsOf(1, 399);
  assert.deepEqual(lags.slice(17, 24), [18, 19, 20, 25, 30, 35, 40]);
});

test("from every stop a key press leads to the next one", () => {
  const stops = stopsOf(1, 399);
  for (const [place, stop] of stops.entries()) assert.equal(placeOf(stops, stop), place);
  assert.equal(stops[placeOf(stops, 41) + 1], 45);
});

const limits = { least: 5, most: 20 };
/** @param {string} text */
const latin1 = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

test("a text is refused with what is wrong with it", () => {
  assert.equal(textRefusal("long enough", limits), null);
  assert.match(textRefusal("", limits) ?? "", /empty; at least 5 characters/);
  assert.match(textRefusal(" \n ", limits) ?? "", /empty/);
  assert.match(textRefusal("abc", limits) ?? "", /3 characters; at least 5/);
  assert.match(textRefusal("a".repeat(21), limits) ?? "", /21 characters; at most 20/);
  assert.match(textRefusal("a\u0000bcdef", limits) ?? "", /not a plain text/);
});

test("a file is read as UTF-8, and another encoding is told from what is no text", () => {
  assert.equal(textOf(new TextEncoder().encode("\ufeffGrüße")), "Grüße");
  assert.throws(() => textOf(latin1("Gr\u00fc\u00dfe")), /Latin-1.*save it as UTF-8/);
  assert.throws(() => textOf(latin1("\u00ff\u00feG\u0000")), /UTF-16.*save it as UTF-8/);
  assert.throws(() => textOf(latin1("\u0089PNG\r\n\u001a\u0000")), /not a plain text/);
});

test("own runs are known without any storage", () => {
  own(["a", "b"]);
  assert.deepEqual(owned(["a", "c", "b"]), ["a", "b"]);
  disown(["a"]);
  assert.deepEqual(owned(["a", "b"]), ["b"]);
});
