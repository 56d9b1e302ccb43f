import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Siblings, SLOTS, takeLock } from "../../frontend/slots.js";
import { Stream } from "../../frontend/stream.js";

/** A stream that says only what the test makes it say. */
class FakeSource extends EventTarget {
  static CLOSED = 2;
  readyState = 1;
  /** @param {URL} url */
  constructor(url) {
    super();
    this.url = url;
    FakeSource.last = this;
  }

  /** @type {FakeSource} */
  static last;

  close() {
    this.readyState = FakeSource.CLOSED;
  }

  /**
   * @param {string} name
   * @param {unknown} [data]
   */
  say(name, data) {
    this.dispatchEvent(Object.assign(new Event(name), { data: JSON.stringify(data) }));
  }
}

/** @type {(path: string) => unknown} what the server answers; a throw: it cannot be reached, a number: a status alone */
let answer;
/** @type {string[]} */
let asked = [];
/** Milliseconds, moved by hand. */
let now = 0;

Object.assign(globalThis, {
  EventSource: FakeSource,
  document: { baseURI: "http://farback.test/" },
  fetch: async (/** @type {URL} */ url, /** @type {{headers: Record<string, string>}} */ { headers }) => {
    assert.equal(headers["x-farback-viewer"], "me", "a nameless viewer is another one, which a cancel leaves alone");
    const path = `${url.pathname}${url.search}`;
    asked.push(path);
    const body = answer(path);
    return typeof body === "number"
      ? { ok: false, status: body, json: async () => null }
      : { ok: true, status: 200, json: async () => body };
  },
});

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  mock.method(performance, "now", () => now);
  asked = [];
});

/** Lets what waits for an answer go on. */
async function settle() {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

/** @param {number} milliseconds */
async function pass(milliseconds) {
  for (let gone = 0; gone < milliseconds; gone += 500) {
    now += 500;
    mock.timers.tick(500);
    await settle();
  }
}

/**
 * @param {string[]} runs
 * @param {() => Promise<(() => void) | null>} [slot] what there is room for
 */
async function watch(runs, slot = async () => () => {}) {
  /** @type {{seqs: Set<number>, lost: boolean[], statuses: string[], ends: number}} */
  const seen = { seqs: new Set(), lost: [], statuses: [], ends: 0 };
  const stream = new Stream(
    runs,
    "me",
    {
      frame: (frame) => seen.seqs.add(frame.seq),
      reset: (frame) => {
        seen.seqs = new Set([frame.seq]);
      },
      status: ({ status }) => seen.statuses.push(status),
      lost: (lost) => seen.lost.push(lost),
      end: () => seen.ends++,
    },
    slot,
  );
  await settle();
  return { stream, seen };
}

/** @type {(seq: number, run?: string) => any} */
const frame = (seq, run = "a") => ({ run, seq });

/** @type {(last: number, size?: number) => (path: string) => unknown} a finished run with frames up to a seq */
const finished =
  (last, size = 50) =>
  (path) => {
    const after = /after=(-?\d+)/.exec(path);
    if (!after) return { id: "a", status: "done", step: last, steps: last };
    const from = Number(after[1]) + 1;
    const frames = Array.from({ length: Math.max(0, Math.min(size, last - from + 1)) }, (_, i) => frame(from + i));
    return { frames, next: frames.at(-1)?.seq ?? from - 1, status: "done" };
  };

const all = (/** @type {number} */ last) => new Set(Array.from({ length: last + 1 }, (_, seq) => seq));

test("a stream that a proxy holds back is replaced by polling, and one lost answer costs no frame", async () => {
  const server = finished(21, 10);
  let failures = 1;
  answer = (path) => {
    if (path.includes("after=9") && failures-- > 0) throw new TypeError("network");
    return server(path);
  };
  const { seen } = await watch(["a"]);
  await pass(6000);
  assert.equal(seen.ends, 0, "not whole yet");
  await pass(4000);
  assert.deepEqual(seen.seqs, all(21));
  assert.equal(seen.ends, 1);
  assert.deepEqual(seen.lost, [], "one lost answer is no lost connection");
});

test("a gap whose catching up failed stays known and is filled", async () => {
  let failures = 1;
  const server = finished(9);
  answer = (path) => {
    if (failures-- > 0) throw new TypeError("network");
    return server(path);
  };
  const { seen } = await watch(["a"]);
  for (const seq of [0, 1, 8]) FakeSource.last.say("frame", frame(seq));
  await settle();
  assert.deepEqual([...seen.seqs], [0, 1, 8]);
  FakeSource.last.say("frame", frame(9));
  await settle();
  assert.deepEqual(seen.seqs, all(9));
  assert.deepEqual(asked.slice(0, 2), ["/api/runs/a/frames?after=1", "/api/runs/a/frames?after=1"]);
});

test("the end waits for the frames that are missing", async () => {
  let failures = 2;
  const server = finished(9);
  answer = (path) => {
    if (failures-- > 0) return 502;
    return server(path);
  };
  const { seen } = await watch(["a"]);
  FakeSource.last.say("frame", frame(0));
  FakeSource.last.say("frame", frame(9));
  FakeSource.last.say("status", { run: "a", status: "done" });
  FakeSource.last.dispatchEvent(new Event("end"));
  await settle();
  assert.equal(seen.ends, 0);
  await pass(6000);
  assert.deepEqual(seen.seqs, all(9));
  assert.equal(seen.ends, 1);
});

test("frames that come in order end at once", async () => {
  answer = () => assert.fail("nothing is missing");
  const { seen } = await watch(["a"]);
  for (const seq of [0, 1, 2]) FakeSource.last.say("frame", frame(seq));
  FakeSource.last.dispatchEvent(new Event("end"));
  assert.equal(seen.ends, 1);
});

test("a lost connection is told after a moment, and told again when it is back", async () => {
  answer = () => {
    throw new TypeError("network");
  };
  const { seen } = await watch(["a"]);
  FakeSource.last.say("frame", frame(0));
  FakeSource.last.dispatchEvent(new Event("error"));
  await pass(2000);
  assert.deepEqual(seen.lost, [], "a browser mends most by itself");
  await pass(20_000);
  assert.deepEqual(seen.lost, [true]);
  FakeSource.last.dispatchEvent(new Event("open"));
  assert.deepEqual(seen.lost, [true, false]);
  assert.equal(seen.ends, 0);
});

test("a connection that comes back soon is not worth a word", async () => {
  answer = finished(3);
  const { seen, stream } = await watch(["a"]);
  FakeSource.last.dispatchEvent(new Event("error"));
  await pass(1000);
  FakeSource.last.dispatchEvent(new Event("open"));
  await pass(4000);
  assert.deepEqual(seen.lost, []);
  stream.close();
});

test("silence without an error is found out by asking", async () => {
  answer = () => {
    throw new TypeError("network");
  };
  const { seen, stream } = await watch(["a"]);
  await pass(12_000);
  assert.deepEqual(seen.lost, [true]);
  stream.close();
  assert.deepEqual(seen.lost, [true, false], "what comes after it starts with a clean slate");
});

test("a run that is gone is told as such and waited for no longer", async () => {
  answer = () => 404;
  const { seen } = await watch(["a"]);
  FakeSource.last.close();
  FakeSource.last.dispatchEvent(new Event("error"));
  await pass(2000);
  assert.deepEqual(seen.statuses, ["failed"]);
  assert.equal(seen.ends, 1);
  assert.deepEqual(seen.lost, []);
});

test("a run that starts anew is fetched from its start", async () => {
  answer = finished(4);
  const { seen, stream } = await watch(["a"]);
  for (const seq of [0, 1, 2, 3]) FakeSource.last.say("frame", frame(seq));
  FakeSource.last.say("reset", frame(4));
  await settle();
  assert.deepEqual(seen.seqs, all(4));
  assert.equal(asked[0], "/api/runs/a/frames?after=-1");
  stream.close();
});

test("what nobody looks at lets go of its connection, and loses no frame", async () => {
  answer = () => ({ frames: [], next: -1, status: "running" });
  let free = 0;
  const { stream, seen } = await watch(["a"], async () => () => free++);
  const first = FakeSource.last;
  first.say("frame", frame(0));
  stream.pause();
  stream.pause();
  assert.deepEqual([first.readyState, free], [FakeSource.CLOSED, 1]);
  await pass(20_000);
  assert.deepEqual([asked, FakeSource.last === first], [[], true], "it asks for nothing meanwhile");
  stream.resume();
  await settle();
  assert.notEqual(FakeSource.last, first);
  assert.equal(FakeSource.last.url.searchParams.get("last"), "a:0", "it goes on after what it has");
  FakeSource.last.say("frame", frame(1));
  assert.deepEqual([[...seen.seqs], seen.lost], [[0, 1], []]);
  stream.close();
  stream.resume();
  await settle();
  assert.equal(free, 2);
});

test("where no connection is free the frames come by polling, until one is", async () => {
  answer = (path) =>
    path.includes("frames")
      ? { frames: path.endsWith("after=-1") ? [frame(0)] : [], next: 0, status: "running" }
      : { id: "a", status: "running", step: 0, steps: 9 };
  /** @type {(() => void) | null} */
  let room = null;
  const before = FakeSource.last;
  const { stream, seen } = await watch(["a"], async () => room);
  await pass(2500);
  assert.deepEqual([[...seen.seqs], FakeSource.last === before], [[0], true]);
  room = () => {};
  await pass(2500);
  assert.notEqual(FakeSource.last, before);
  stream.close();
});

test("there are four slots, and what is given back is taken again", async () => {
  /** @type {Map<string, unknown>} */
  const held = new Map();
  const locks = /** @type {any} */ ({
    request: async (/** @type {string} */ name, /** @type {object} */ _, /** @type {Function} */ act) => {
      if (held.has(name)) return act(null);
      held.set(name, true);
      await act({ name });
      held.delete(name);
    },
  });
  const taken = [];
  for (let n = 0; n < SLOTS; n++) taken.push(await takeLock(locks));
  assert.equal(await takeLock(locks), null);
  taken[1]?.();
  await settle();
  assert.notEqual(await takeLock(locks), null);
  const closed = { request: () => Promise.reject(new Error("closed in")) };
  assert.notEqual(await takeLock(/** @type {any} */ (closed)), null);
});

test("of six frames of a page four have a stream, the first ones, and the next when one lets go", async () => {
  /** @type {any[]} */
  const frames = [];
  for (let n = 0; n < 6; n++) {
    /** @type {Function[]} */
    const heard = [];
    frames[n] = {
      parent: frames,
      addEventListener: (/** @type {string} */ _, /** @type {Function} */ act) => heard.push(act),
      postMessage: (/** @type {object} */ data) => {
        for (const act of heard) act({ data, source: asking });
      },
    };
  }
  /** @type {any} */
  let asking = null;
  const all = frames.map((frame) => new Siblings(frame));
  /** @param {number} n */
  const take = async (n) => {
    asking = frames[n];
    const taken = all[n]?.take();
    await settle();
    mock.timers.tick(300);
    return (await taken) ?? null;
  };
  const taken = [];
  for (let n = 0; n < 6; n++) {
    mock.method(Date, "now", () => 1000 + n);
    taken.push(await take(n));
  }
  assert.deepEqual(taken.map(Boolean), [true, true, true, true, false, false]);
  taken[2]?.();
  mock.method(Date, "now", () => 2000);
  assert.ok(await take(5));
  mock.method(Date, "now", () => 2001);
  assert.equal(await take(4), null);
  for (const data of [null, "x", { type: "farback:stream" }, { type: "farback:stream", id: 1, since: "x" }])
    frames[0].postMessage(data);
});
