import assert from "node:assert/strict";
import { test } from "node:test";

import { codeOf, placeIn, shownCode } from "../../frontend/classroom.js";

test("a code is read as people type it, and shown in two parts", () => {
  assert.equal(codeOf(" hjk-7 wxm\n"), "HJK7WXM");
  assert.equal(shownCode("HJK7WXM"), "HJK 7WXM");
  assert.equal(shownCode("HJK"), "HJK");
});

test("whatever stands in an address stays in its place", () => {
  assert.equal(placeIn("hjk 7wxm"), "api/classes/HJK7WXM");
  assert.equal(placeIn("../x", "a/b", "c?d"), "api/classes/..%2FX/a%2Fb/c%3Fd");
});
