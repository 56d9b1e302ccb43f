/** The element that shows a snapshot in any page, and the heights that frames tell. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { frameAddress } from "../../frontend/element.js";
import { heightIn, messagesOf } from "../../frontend/frame.js";

test("what is told is read, and in every form that others send", () => {
  const messages = messagesOf(640);
  assert.deepEqual(messages.map(heightIn), [640, 640, 640]);
  assert.deepEqual(messages[0], { context: "iframe.resize", height: 640 });
  for (const message of [
    { subject: "lti.frameResize", height: "640px" },
    { type: "setHeight", height: 639.2 },
    { method: "setHeight", height: 640 },
    { subject: "setHeight", height: 640 },
    JSON.stringify({ subject: "lti.frameResize", height: 640 }),
  ])
    assert.equal(heightIn(message), 640, JSON.stringify(message));
});

test("any other message says nothing, and no height buries the page", () => {
  for (const message of [
    ...[null, undefined, 640, "", "640", "{", [], {}, { height: 640 }, { context: "other", height: 640 }],
    ...["", "x", null, Number.NaN, Number.POSITIVE_INFINITY, -5, 0, {}].map((height) => ({
      type: "setHeight",
      height,
    })),
  ])
    assert.equal(heightIn(message), null, JSON.stringify(message));
  assert.equal(heightIn({ context: "iframe.resize", height: 1e9 }), 20_000);
  assert.equal(heightIn({ context: "iframe.resize", height: 1 }), 80);
});

const BASE = "https://course.test/week/3";

/** @type {(src: string, attributes?: Record<string, string>) => string | null} */
const address = (src, attributes = {}) => frameAddress(src, (name) => attributes[name] ?? null, BASE);

test("a shared link and an embedded one lead to the same frame", () => {
  const embedded = "https://farback.test/x/embed/abcdefgh2345";
  assert.equal(address("https://farback.test/x/s/abcdefgh2345"), embedded);
  assert.equal(address(embedded), embedded);
  assert.equal(address("https://farback.test/x/s/abcdefgh2345/"), `${embedded}/`, "a page of a site of files");
  assert.equal(address("/embed/abcdefgh2345"), "https://course.test/embed/abcdefgh2345");
  assert.equal(address(`${embedded}?step=40#delete=secret`), `${embedded}?step=40`, "a secret is not handed on");
});

test("attributes are a part of the address, and win", () => {
  const src = "https://farback.test/s/abcdefgh2345?theme=light&step=40";
  const given = { theme: "dark", hide: "gates,loss", show: 'a"&b=c' };
  const url = new URL(address(src, given) ?? "");
  assert.deepEqual(Object.fromEntries(url.searchParams), { ...given, step: "40" });
});

test("what is no link is not shown", () => {
  for (const src of ["", "javascript:alert(1)", "data:text/html,x", "blob:https://x/y", "https://", "http://a:b/"])
    assert.equal(address(src), null, src);
});
