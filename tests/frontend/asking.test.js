import assert from "node:assert/strict";
import { test } from "node:test";
import { Refused } from "../../frontend/api.js";
import { Asking, answerScenes, decodeAnswer } from "../../frontend/asking.js";

/** A server that answers when it is told to. */
function desk() {
  /** @type {{run: string, question: any, signal: AbortSignal, answer: (value: any) => void, refuse: (code: string, message: string) => void}[]} */
  const asked = [];
  /** @type {(() => void)[]} */
  const waiting = [];
  let changes = 0;
  const asking = new Asking(
    (run, question, signal) =>
      new Promise((answer, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
        asked.push({
          run,
          question,
          signal,
          answer,
          refuse: (code, message) => reject(new Refused(message, null, code)),
        });
      }),
    () => changes++,
    (act) => waiting.push(act),
  );
  const at = /** @param {number} step @param {string} [name] */ (step, name = "causal") =>
    asking.want(0, name, { run: "a", step, inquiry: { name } });
  /** @param {number} place */
  const of = (place) => {
    const found = asked[place];
    assert.ok(found, `question ${place} was asked`);
    return found;
  };
  return { asking, asked, waiting, at, of, changes: () => changes };
}

/** Until everything that was answered has arrived. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("an answer is asked for once and then kept", async () => {
  const { at, of, asked, changes } = desk();
  assert.deepEqual(at(5), { value: null, step: null, fresh: false, refusal: null });
  at(5);
  assert.deepEqual(of(0).question, { name: "causal", step: 5 });
  of(0).answer({ k: 3 });
  await settled();
  assert.equal(changes(), 1);
  assert.deepEqual(at(5), { value: { k: 3 }, step: 5, fresh: true, refusal: null });
  assert.equal(asked.length, 1);
});

test("one question is under way, the newest follows it, and the old answer stays meanwhile", async () => {
  const { asking, at, of, asked } = desk();
  for (const step of [1, 2, 3, 4]) {
    at(step);
    asking.settle();
  }
  assert.equal(asked.length, 1);
  of(0).answer({ k: 1 });
  await settled();
  assert.equal(at(1).fresh, true);
  const stale = at(4);
  assert.deepEqual([stale.value, stale.step, stale.fresh], [{ k: 1 }, 1, false]);
  assert.deepEqual(
    asked.map(({ question }) => question.step),
    [1, 4],
  );
});

test("panels of one model take turns while the step changes all the time", async () => {
  const { asking, at, of, asked } = desk();
  for (let step = 1; step <= 4; step++) {
    at(step, "look");
    at(step, "chain");
    asking.settle();
    of(asked.length - 1).answer({});
    await settled();
  }
  assert.deepEqual(
    asked.map(({ question }) => question.name),
    ["look", "chain", "look", "chain"],
  );
});

test("what is folded is let go, and the next question follows", async () => {
  const { asking, at, of, asked, changes } = desk();
  at(1, "chain");
  at(1, "causal");
  asking.settle();
  at(1, "causal");
  asking.settle();
  assert.equal(of(0).signal.aborted, true);
  assert.equal(of(1).question.name, "causal");
  await settled();
  assert.equal(changes(), 0);
  asking.settle();
  assert.equal(of(1).signal.aborted, true);
  assert.equal(asked.length, 2);
});

test("a refusal is its sentence, and is not asked for again", async () => {
  const { at, of, asked } = desk();
  at(1);
  of(0).refuse("invalid", "It has no state.");
  await settled();
  assert.equal(at(1).refusal, "It has no state.");
  at(1);
  assert.equal(asked.length, 1);
});

test("where the server has too much to do it is asked again later", async () => {
  const { at, of, asked, waiting, changes } = desk();
  at(1);
  of(0).refuse("busy", "Too many questions.");
  await settled();
  assert.equal(at(1).refusal, null);
  assert.equal(asked.length, 1);
  assert.equal(changes(), 0);
  waiting[0]?.();
  assert.equal(changes(), 1);
  at(1);
  assert.equal(asked.length, 2);
});

test("another run's answer is none, and models are asked side by side", async () => {
  const { asking, at, of, asked } = desk();
  at(1);
  of(0).answer({ k: 1 });
  await settled();
  at(1);
  assert.equal(asking.want(0, "causal", { run: "b", step: 1, inquiry: { name: "causal" } }).value, null);
  asking.want(1, "causal", { run: "c", step: 1, inquiry: { name: "causal" } });
  assert.deepEqual(
    asked.map(({ run }) => run),
    ["a", "b", "c"],
  );
  assert.equal(asking.last(0, "causal", "a").value?.constructor, Object);
});

test("answers are bounded: the oldest is asked for again", async () => {
  const { at, of, asked } = desk();
  for (let step = 0; step < 200; step++) {
    at(step);
    of(step).answer({});
    await settled();
  }
  assert.equal(at(199).fresh, true);
  assert.equal(asked.length, 200);
  assert.equal(at(0).fresh, false);
  assert.equal(asked.length, 201);
});

test("arrays of an answer are read wherever they are", () => {
  const wire = { dtype: "f4", bdata: btoa(String.fromCharCode(0, 0, 128, 63)), shape: "1,1" };
  const { direct, lags, memory } = decodeAnswer({ direct: { gate: "f", paths: wire }, lags: [1], memory: null });
  assert.deepEqual([...direct.paths.values], [1]);
  assert.deepEqual(lags, [1]);
  assert.equal(memory, null);
});

test("only panels that are seen ask, and each knows what the others answered", async () => {
  const { asking, of, asked } = desk();
  /** @type {any} */
  const panel = { id: "causal", inquiry: (/** @type {any} */ { frame }) => (frame.none ? null : { name: "causal" }) };
  /** @type {any[]} */
  const columns = [{ run: "a" }, { run: "b" }, { run: "c" }, { run: null }];
  const scenes = () => [{ frame: { step: 1 } }, { frame: { step: 1 } }, { frame: { step: 1, none: true } }, null];
  answerScenes(asking, panel, columns, /** @type {any} */ (scenes()), (place) => place !== 1);
  assert.deepEqual(
    asked.map(({ run }) => run),
    ["a"],
  );
  of(0).answer({ k: 1 });
  await settled();
  /** @type {any[]} */
  const later = scenes();
  answerScenes(asking, panel, columns, later, (place) => place !== 1);
  assert.equal(later[0].answer.fresh, true);
  assert.deepEqual(later[1].peers, [{ k: 1 }, null, null, null]);
});

test("a model is asked as its column shows it, and nothing that was answered before stands in", async () => {
  const { asking, of, asked } = desk();
  /** @type {any} */
  const panel = { id: "causal", inquiry: () => ({ name: "causal", k: 3 }) };
  const hold = [{ gate: "f", value: 0, start: 1, stop: 2, layer: 0 }];
  const show = (/** @type {any} */ column, /** @type {any} */ shown = panel) => {
    /** @type {any[]} */
    const scenes = [{ frame: { step: 1 } }];
    answerScenes(asking, shown, [{ run: "a", instead: null, awaited: false, ...column }], scenes, () => true);
    return scenes[0].answer;
  };
  show({});
  of(0).answer({ free: true });
  await settled();
  assert.deepEqual(show({}).value, { free: true });
  // What is only waited for is not asked about yet, and what stands there stays.
  assert.deepEqual(show({ awaited: true }).value, { free: true });
  assert.equal(asked.length, 1);
  assert.equal(show({ instead: { hold, sequence: ["A", "?"] } }).value, null);
  assert.deepEqual(asked[1]?.question, { name: "causal", k: 3, hold, sequence: ["A", "?"], step: 1 });
  of(1).answer({ free: false });
  await settled();
  assert.deepEqual(show({ instead: { hold, sequence: ["A", "?"] } }).value, { free: false });
  // A panel about the model as it was trained asks what it asked before.
  assert.deepEqual(show({ instead: { hold } }, { ...panel, trained: true }).value, { free: true });
  assert.equal(asked.length, 2);
});
