/** Snapshots: what is kept, how it is looked at again, and the codes that show it elsewhere. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { namedIn } from "../../frontend/address.js";
import { placeOf } from "../../frontend/api.js";
import { citation } from "../../frontend/citation.js";
import { CODES, embedLink } from "../../frontend/codes.js";
import { isKept, selectionOf, titleFor, viewOf } from "../../frontend/keeping.js";
import { plainView } from "../../frontend/view.js";
import { catalog } from "./catalog.js";

/** @import {Column, Manifest} from "../../frontend/types.js" */

/** @type {(run: string | null, step: number, own?: number) => Column} */
const column = (run, step, own) =>
  /** @type {any} */ ({ run, frame: { step }, own: own === undefined ? null : { step: own } });
const wish = { title: "A title", note: "and a note", withText: false };

test("every model is kept at the step that its weights are of", () => {
  const columns = [column("a", 150), column(null, 0), column("b", 150, 140)];
  assert.deepEqual(selectionOf(columns, wish, "scale=row", null), {
    runs: [
      { id: "a", step: 150 },
      { id: "b", step: 140 },
    ],
    ...{ title: "A title", note: "and a note", with_text: false, view: { query: "scale=row" } },
  });
  assert.deepEqual(/** @type {any} */ (selectionOf(columns, wish, "", "to be")).view, { query: "", sequence: "to be" });
  assert.ok(titleFor("Recall", Array(99).fill("LSTM")).length <= 200);
});

/** @type {(view: object) => Manifest} */
const manifest = (view) => /** @type {any} */ ({ view });

test("it is looked at as when it was kept, but for light and dark", () => {
  const found = viewOf(manifest({ query: "connectivity=row&theme=dark&step=40", sequence: "to be" }), catalog);
  assert.deepEqual([found.scale, found.step, found.sequence, found.theme], ["row", 40, "to be", undefined]);
  assert.deepEqual(viewOf(manifest({}), catalog), {});
  assert.deepEqual(viewOf(manifest({ query: 7, sequence: ["x"] }), catalog), {});
  const { scale } = viewOf(manifest({ query: "connectivity=<script>" }), catalog);
  assert.equal(scale, plainView().scale, "what is no scale is none");
});

test("a path names runs, a snapshot, or nothing", () => {
  assert.deepEqual(namedIn("/r/aaa,bbb"), { runs: ["aaa", "bbb"] });
  assert.deepEqual(namedIn("/course/farback/s/abcdefgh2345"), { snapshot: "abcdefgh2345" });
  assert.deepEqual(namedIn("/embed/abcdefgh2345"), { snapshot: "abcdefgh2345" });
  assert.deepEqual(namedIn(`/embed/${"a".repeat(24)}`), { runs: ["a".repeat(24)] });
  assert.equal(namedIn("/"), null);
  assert.equal(namedIn("/memory"), null);
});

test("a run of a snapshot has its routes below the snapshot's", () => {
  assert.equal(placeOf("abc"), "api/runs/abc");
  assert.equal(placeOf("abcdefgh2345.1"), "api/snapshots/abcdefgh2345/runs/1");
  assert.deepEqual([isKept("abc"), isKept("abcdefgh2345.0")], [false, true]);
});

const shared = {
  base: "https://farback.test/x/",
  id: "abcdefgh2345",
  title: 'A "quoted" <b>&',
  query: "theme=dark",
  end: /** @type {const} */ (""),
};

test("codes never let a title out of its attribute", () => {
  for (const { name, code } of CODES) {
    const text = code(shared);
    assert.ok(!text.includes("<b>"), name);
    assert.ok(text.includes("abcdefgh2345"), name);
  }
  assert.equal(embedLink(shared), "https://farback.test/x/embed/abcdefgh2345?theme=dark");
  assert.equal(embedLink({ ...shared, end: "/" }), "https://farback.test/x/embed/abcdefgh2345/?theme=dark");
  assert.match(CODES[0]?.code(shared) ?? "", /sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox"/);
  assert.match(CODES[0]?.code(shared) ?? "", /title="A &quot;quoted&quot; &lt;b>&amp;"/);
});

test("a snapshot is cited by title, day and address", () => {
  const said = citation({ title: "T", link: "https://x/s/a", created: "2026-01-31", version: "0.1.0" });
  assert.equal(said, "“T”, Farback 0.1.0 snapshot, 2026-01-31. https://x/s/a");
});
