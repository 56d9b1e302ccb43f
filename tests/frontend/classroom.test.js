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
  assert.equal(placeIn("HJK7WXM", "a/b", "c?d"), "api/classes/HJK7WXM/a%2Fb/c%3Fd");
});

test("what can be no code is refused in a sentence before anything is asked", () => {
  for (const typed of ["", "../x", "HJK7WX", "HJK7WXMM", "HJK7WX0", "HJK7WX/"]) {
    assert.throws(() => placeIn(typed), {
      code: "not_found",
      message: `${JSON.stringify(typed)} is no class code. A code has 7 letters and digits, out of FHJKLMRTWXY246789.`,
    });
  }
});
