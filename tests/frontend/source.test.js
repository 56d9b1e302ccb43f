/** Where a copy's data and links are, by what its root element says. */

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { addressFor, copied, ending, fileOf, home, isCopy, NO_SERVER, readCopy } from "../../frontend/source.js";

/**
 * @param {Record<string, string>} dataset
 * @param {string} base
 * @param {Record<string, string>} [holders] what the page holds, by name
 */
function open(dataset, base, holders = {}) {
  const scripts = Object.entries(holders).map(([holds, textContent]) => ({ dataset: { holds }, textContent }));
  Object.assign(globalThis, {
    document: { documentElement: { dataset }, baseURI: base, scripts },
    location: new URL(base),
  });
}

afterEach(() => {
  for (const name of ["document", "location"]) Reflect.deleteProperty(globalThis, name);
});

test("a server's page is no copy, and its links are the server's", () => {
  open({}, "https://farback.test/x/");
  assert.deepEqual([isCopy(), copied(), ending(), home()], [false, null, "", "https://farback.test/x/"]);
  assert.equal(addressFor("s", "abcdefgh2345"), "https://farback.test/x/s/abcdefgh2345");
  assert.equal(fileOf("api/snapshots/abc/file"), "api/snapshots/abc/file");
});

test("on a site of files a page is a folder and an answer is a file", () => {
  open({ source: "folder", snapshot: "abc", links: "folders" }, "https://course.test/y/");
  assert.deepEqual([isCopy(), copied()], [true, "abc"]);
  assert.equal(addressFor("embed", "abc"), "https://course.test/y/embed/abc/");
  assert.equal(fileOf("api/snapshots/abc/file"), "api/snapshots/abc/file.farback");
  assert.equal(fileOf("api/snapshots/abc/runs/0/weights?v=1"), "api/snapshots/abc/runs/0/weights.safetensors");
});

test("a file knows where it was taken from, or that it does not", () => {
  open({ source: "page", snapshot: "abc", home: "https://farback.test/" }, "file:///mnt/ann/abc.html");
  assert.equal(home(), "https://farback.test/");
  open({ source: "page", snapshot: "abc" }, "file:///mnt/ann/abc.html");
  assert.equal(home(), null);
});

test("a page answers from what it holds, and says what it cannot", async () => {
  open({ source: "page", snapshot: "abc" }, "file:///abc.html", { "api/catalog": '{"version":"\\u003c/script>"}' });
  assert.deepEqual(await readCopy("api/catalog?v=1", {}), { version: "</script>" });
  await assert.rejects(readCopy("api/memory", {}), { message: NO_SERVER });
  await assert.rejects(readCopy("api/catalog", { method: "POST" }), { message: NO_SERVER });
});
