import assert from "node:assert/strict";
import { test } from "node:test";
import {
  advance,
  frameAt,
  insert,
  paceFrom,
  positionOf,
  secondsLeft,
  stepAt,
  stepTicks,
} from "../../frontend/timeline.js";
import { random } from "./random.js";

/** @type {(seq: number, step?: number) => any} */
const frame = (seq, step = seq) => ({ seq, step });

test("a step and its place on the line are inverse, and order is kept", () => {
  for (const last of [1, 16, 262, 1500, 20000]) {
    let before = -1;
    for (let step = 0; step <= last; step += Math.max(1, Math.floor(last / 97))) {
      const place = positionOf(step, last);
      assert.ok(place > before && place >= 0 && place <= 1);
      assert.ok(Math.abs(stepAt(place, last) - step) < 1e-6 * last + 1e-9);
      before = place;
    }
    assert.equal(positionOf(last, last), 1);
  }
  assert.equal(positionOf(5, 0), 0);
});

test("early steps get more room than their share", () => {
  assert.ok(positionOf(100, 1500) > 0.3);
});

test("the numbers under the line keep apart and name both ends", () => {
  for (const last of [1, 7, 250, 1500, 20000]) {
    const ticks = stepTicks(last, 0.1);
    assert.deepEqual([ticks[0], ticks.at(-1)], [0, last]);
    for (let i = 1; i < ticks.length; i++) {
      const apart = positionOf(ticks[i] ?? 0, last) - positionOf(ticks[i - 1] ?? 0, last);
      assert.ok(apart >= 0.1, `${ticks}`);
    }
  }
});

test("the frame of a step is the newest that is not later", () => {
  const steps = [0, 1, 2, 4, 8, 16, 20, 30];
  const frames = steps.map((step, seq) => frame(seq, step));
  for (let step = 0; step < 40; step++) {
    assert.equal(frameAt(frames, step)?.step, Math.max(...steps.filter((s) => s <= step)));
  }
  assert.equal(frameAt(frames, null)?.step, 30);
  assert.equal(frameAt([], 3), null);
});

test("frames that come in any order, some twice, end in order, each once", () => {
  const draw = random(1);
  for (let round = 0; round < 50; round++) {
    const arriving = Array.from({ length: 40 }, () => Math.floor(draw() * 20));
    /** @type {any[]} */
    const frames = [];
    const known = new Set();
    for (const seq of arriving) {
      assert.equal(insert(frames, frame(seq)), !known.has(seq));
      known.add(seq);
    }
    assert.deepEqual(
      frames.map((held) => held.seq),
      [...new Set(arriving)].sort((a, b) => a - b),
    );
  }
});

test("going on by frames stays on the line", () => {
  const steps = [0, 1, 2, 4];
  assert.equal(advance(steps, 0, 1), 1);
  assert.equal(advance(steps, 3, 1), 4);
  assert.equal(advance(steps, 4, 5), 4);
  assert.equal(advance(steps, 2, -9), 0);
});

/** @type {(step: number) => any} */
const running = (step) => ({ status: "running", step, steps: 1500 });

test("no time to go is told before there is a pace to tell it from", () => {
  const since = paceFrom(null, running(0), 0);
  // The first step comes after a second, and a handful of them says nothing: 5 minutes for a job of 15 seconds.
  const started = paceFrom(since, running(4), 1000);
  assert.equal(secondsLeft({ status: running(8), since: started }, 1900), null);
  assert.equal(secondsLeft({ status: running(104), since: started }, 3000), (1396 / 100) * 2);
  // Where steps are slow it is told all the same.
  assert.equal(secondsLeft({ status: running(14), since: started }, 11_000), 1486);
});

test("the pace is counted anew once frames are rare, and the former one holds until then", () => {
  const first = paceFrom(null, running(4), 0);
  const again = paceFrom(first, running(200), 10_000);
  assert.equal(secondsLeft({ status: running(204), since: again }, 10_100), (1296 / 200) * 10.1);
  assert.equal(secondsLeft({ status: running(500), since: again }, 12_000), (1000 / 300) * 2);
  assert.equal(paceFrom(again, running(600), 13_000), again);
  assert.equal(paceFrom(again, { status: "queued", step: 600 }, 13_000), null);
});
