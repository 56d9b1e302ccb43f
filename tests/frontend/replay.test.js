import assert from "node:assert/strict";
import { test } from "node:test";
import { Replay } from "../../frontend/replay.js";

/** Asks for motion, as most people do. */
Object.assign(globalThis, { matchMedia: () => ({ matches: false }) });

/** A desk and a comparison of frames at these steps, and how often the address and the picture were to change. */
function parts({ steps = [0, 1, 2, 4, 8], training = false, stored = true } = {}) {
  const told = { looked: 0, changed: 0 };
  /** @type {any} */
  const desk = {
    view: { step: null, mark: 3 },
    set: (/** @type {object} */ part) => Object.assign(desk.view, part),
    look: (/** @type {object} */ part) => {
      desk.set(part);
      told.looked++;
    },
    changed: () => told.changed++,
  };
  /** @type {any} */
  const comparison = { columns: [{ frames: steps.map((step) => ({ step })) }], training, stored };
  return { desk, told, replay: new Replay(desk, comparison) };
}

test("what had ended before is played from its first frame to its last, and then followed", (context) => {
  context.mock.method(performance, "now", () => 0);
  const { desk, told, replay } = parts();
  replay.prepare(true);
  assert.deepEqual([desk.view.step, replay.lasting], [0, { step: null, mark: 3 }]);
  assert.ok(!replay.playing, "until all frames are there");
  replay.go();
  const seen = [];
  for (let now = 130; replay.playing; now += 130) {
    replay.tick(now);
    seen.push(desk.view.step);
  }
  assert.deepEqual(seen, [1, 2, 4, null]);
  assert.equal(told.looked, 1, "the address says nothing of the way");
});

test("nothing is replayed by itself while it trains, where a step is asked for, or where it opens as it was kept", () => {
  const live = parts({ stored: false });
  live.replay.prepare(true);
  const asked = parts();
  asked.desk.view.step = 4;
  asked.replay.prepare(true);
  const kept = parts();
  kept.replay.prepare(false);
  for (const { replay } of [live, asked, kept]) {
    replay.go();
    assert.ok(!replay.playing);
  }
  assert.deepEqual([live.desk.view.step, asked.desk.view.step, kept.desk.view.step], [null, 4, null]);
});

test("the end of what is finished is the same as following it, and of what trains it is not", () => {
  for (const [training, step] of /** @type {const} */ ([
    [false, null],
    [true, 8],
  ])) {
    const { desk, replay } = parts({ training });
    replay.move(-1);
    assert.equal(desk.view.step, 4);
    replay.seekFrame(3);
    assert.equal(desk.view.step, 2);
    replay.move(9);
    assert.equal(desk.view.step, step);
  }
});

test("playing goes on from where it stood, and from the end it starts anew; a person's step is in the link", () => {
  const { desk, replay } = parts();
  replay.seek(2);
  replay.toggle();
  assert.deepEqual([desk.view.step, replay.lasting.step, replay.playing], [2, 2, true]);
  replay.toggle();
  replay.seek(null);
  replay.toggle();
  assert.deepEqual([desk.view.step, replay.playing], [0, true]);
});
