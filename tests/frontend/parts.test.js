/** What a link shows of the page, and what it leaves out. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { openingView } from "../../frontend/keeping.js";
import { CHOICES, leavingOut, leftOut, NAMES, PARTS } from "../../frontend/parts.js";
import { readUrl } from "../../frontend/url.js";
import { plainView } from "../../frontend/view.js";
import { catalog } from "./catalog.js";
import { random } from "./random.js";

/** @import {Manifest} from "../../frontend/types.js" */

test("panels and parts are chosen apart", () => {
  const shown = /** @param {string[]} show @param {string[]} hide */ (show, hide) => {
    const out = leftOut({ show, hide });
    return NAMES.filter((name) => !out.has(name));
  };
  assert.deepEqual(shown([], []), NAMES);
  assert.deepEqual(shown(["connectivity"], []), [...PARTS, "connectivity"]);
  assert.deepEqual(
    shown(["timeline", "gates"], ["gates"]),
    NAMES.filter((name) => name === "timeline"),
  );
});

test("a query leaves out what is chosen and nothing else, said the shorter way", () => {
  assert.deepEqual(CHOICES.flatMap(({ entries }) => entries.map(({ name }) => name)).sort(), [...NAMES].sort());
  const said = /** @param {string} query */ (query) => readUrl(query, catalog).view;
  const rng = random(5);
  for (const share of [0, 0.1, 0.5, 0.9, 1]) {
    for (let n = 0; n < 50; n++) {
      const out = new Set(NAMES.filter(() => rng() < share));
      const query = leavingOut("step=40&hide=gates&theme=dark&show=reach", out);
      assert.deepEqual(leftOut(said(query)), out, query);
      assert.deepEqual([said(query).step, said(query).theme], [40, "dark"]);
    }
  }
  const others = NAMES.filter((name) => !PARTS.includes(name) && name !== "connectivity");
  assert.equal(leavingOut("", new Set(["legend", ...others])), "hide=legend&show=connectivity");
  assert.equal(leavingOut("hide=reach", new Set()), "");
});

test("what there is not is told once, and the rest holds", () => {
  const { view, refusals } = readUrl("hide=timeline,%3Cb%3E,skill,skill&show=jacobians,nothing", catalog);
  assert.deepEqual([view.hide, view.show, view.open], [["timeline", "skill"], ["jacobians"], ["jacobians"]]);
  assert.deepEqual(
    refusals.map(({ key, stops }) => [key, stops]),
    [
      ["hide", false],
      ["show", false],
    ],
  );
  assert.match(refusals[0]?.message ?? "", /no part called “<b>” to hide; there are brand, .*, lengths\.$/);
});

test("every part has a rule that leaves it out, and stands in the documentation", () => {
  const style = readFileSync(new URL("../../frontend/styles/snapshot.css", import.meta.url), "utf8");
  const docs = readFileSync(new URL("../../docs/api.md", import.meta.url), "utf8");
  for (const name of PARTS) assert.ok(style.includes(`[data-without~="${name}"]`), name);
  for (const name of NAMES) assert.ok(docs.includes(`\`${name}\``), name);
});

test("a link that only chooses what is shown opens a snapshot as it was kept", () => {
  const manifest = /** @type {Manifest} */ ({ view: { query: "step=40&open=chain&hide=reach&theme=dark" } });
  const opened = /** @param {string} query */ (query) =>
    openingView(readUrl(query, catalog).view, query, manifest, catalog);
  const { step, open, hide, theme } = opened("hide=timeline&show=lengths&utm_source=mail");
  assert.deepEqual([step, open, hide, theme], [40, ["chain", "lengths"], ["timeline"], "auto"]);
  assert.deepEqual(opened("row=1"), { ...plainView(), row: 1 });
});
