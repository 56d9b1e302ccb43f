import assert from "node:assert/strict";
import { test } from "node:test";
import { jobsOf, parseSeeds, Seeds, summaryOf } from "../../frontend/seeds.js";

/** @import {Job} from "../../frontend/seeds.js" */
/** @import {Result, Spec} from "../../frontend/types.js" */

const option = { default: 0, max: 2 ** 31 - 1 };
const spec = /** @param {string} cell @param {number} [seed] */ (cell, seed) =>
  /** @type {Spec} */ ({
    task: { name: "recall", lag: 12 },
    cell: { name: cell },
    ...(seed === undefined ? {} : { seed }),
  });

/** @type {(value: number, part?: object) => Result} */
const result = (value, part = {}) => ({
  ...{ loss: 0, accuracy: 1, solved_at: 90, steps: 140 },
  reach: { value, at_least: value === 12, spread: null },
  horizon: { value: value - 1, threshold: 0.01, at_start: 1, spread: null },
  ...part,
});

/** Lets what waits for answers go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A server that trains what is posted for some looks, and a clock that is set by hand. */
class Fake {
  /** @type {Spec[]} */
  posted = [];
  /** @type {string[]} */
  cancelled = [];
  /** @type {Map<string, number>} looks until a run is done */
  left = new Map();
  /** @type {(() => void)[]} */
  due = [];
  most = 0;
  looks = 3;
  /** @type {(spec: Spec) => void} */
  refuse = () => {};
  /** @type {(run: string) => any} */
  ends = () => ({ status: "done", result: result(12), seq: 9, reason: null });

  routes = {
    post: async (/** @type {Spec} */ asked) => {
      this.refuse(asked);
      this.posted.push(asked);
      const run = `${asked.cell.name}-${asked.seed}`;
      this.left.set(run, this.looks);
      this.most = Math.max(this.most, [...this.left.values()].filter((looks) => looks > 0).length);
      return { id: run };
    },
    get: async (/** @type {string} */ run) => {
      const left = (this.left.get(run) ?? this.looks) - 1;
      this.left.set(run, left);
      return left > 0 ? { status: "running" } : this.ends(run);
    },
    cancel: async (/** @type {string} */ run) => this.cancelled.push(run),
    frames: async () => ({ frames: [] }),
  };

  seeds = new Seeds(
    /** @type {any} */ (this.routes),
    () => {},
    (act) => this.due.push(act),
  );

  /** @param {number} times that what is due is done */
  async pass(times) {
    for (let i = 0; i < times; i++) {
      await settle();
      for (const act of this.due.splice(0)) await act();
    }
    await settle();
  }
}

test("every model is trained with every seed, first all with the first, which the page has", () => {
  const jobs = jobsOf([spec("rnn"), spec("lstm", 7)], ["a", "b"], 3, option);
  assert.deepEqual(
    jobs.map(({ model, seed, run, shown }) => [model, seed, run, shown]),
    [
      [0, 0, "a", true],
      [1, 7, "b", true],
      [0, 1, null, false],
      [1, 8, null, false],
      [0, 2, null, false],
      [1, 9, null, false],
    ],
  );
  assert.deepEqual(jobs[3]?.spec, spec("lstm", 8));
  assert.equal(jobsOf([spec("rnn"), spec("lstm")], [null, "b"], 5, option).length, 5, "what was refused stays out");
  assert.throws(() => jobsOf([spec("rnn", option.max)], ["a"], 5, option), /beyond the largest one/);
});

test("a few runs are under way at a time, until all are over", async () => {
  const fake = new Fake();
  fake.seeds.start(jobsOf([spec("rnn"), spec("gru"), spec("lstm")], ["a", "b", "c"], 5, option));
  assert.deepEqual([fake.seeds.over, fake.seeds.total, fake.seeds.going], [0, 15, true]);
  await fake.pass(40);
  assert.deepEqual([fake.seeds.over, fake.seeds.going], [15, false]);
  assert.equal(fake.posted.length, 12, "the page's own are not asked for again");
  assert.ok(fake.most <= 4, `${fake.most} at a time`);
  assert.equal(fake.due.length, 0, "nobody looks any more");
});

test("what was stopped is withdrawn from, but not what the page stops by itself", async () => {
  const fake = new Fake();
  fake.looks = 1000;
  fake.left.set("a", 1);
  fake.seeds.start(jobsOf([spec("rnn")], ["a"], 5, option));
  await fake.pass(3);
  assert.equal(fake.seeds.over, 1);
  fake.seeds.stop();
  await fake.pass(5);
  assert.deepEqual(fake.cancelled.toSorted(), ["rnn-1", "rnn-2", "rnn-3", "rnn-4"].slice(0, fake.cancelled.length));
  assert.ok(fake.cancelled.length >= 3);
  assert.deepEqual([fake.seeds.total, fake.seeds.going], [1, false]);
  assert.equal(fake.seeds.of(0, 0.01)?.words, "median of 1 seed, all ≥ 12");
});

test("a server with too much to do is asked again, one that refuses is not", async () => {
  const fake = new Fake();
  let busy = 3;
  fake.refuse = ({ seed }) => {
    if (seed === 1 && busy-- > 0) throw Object.assign(new Error("Try again later."), { code: "busy" });
    if (seed === 2) throw Object.assign(new Error("Too large."), { code: "too_large" });
  };
  fake.seeds.start(jobsOf([spec("rnn")], ["a"], 3, option));
  await fake.pass(30);
  assert.equal(fake.seeds.going, false);
  assert.equal(fake.seeds.of(0, 0.01)?.told, "all solved it, 1 did not end");
});

test("starting others forgets the ones before", async () => {
  const fake = new Fake();
  fake.seeds.start(jobsOf([spec("rnn")], ["a"], 5, option));
  await fake.pass(2);
  fake.seeds.start(jobsOf([spec("gru")], ["b"], 2, option));
  await fake.pass(20);
  assert.deepEqual([fake.seeds.over, fake.seeds.total], [2, 2]);
});

/** @type {(part: object) => Job} */
const job = (part) => ({
  ...{ model: 0, seed: 0, spec: spec("rnn"), run: "a", shown: false, seq: 3, last: null, failure: null },
  ...{ stage: "over", result: null, ...part },
});

test("median and range in words, and what became of the others", () => {
  const done = [8, 12, 3, 12, 10].map((value) => job({ result: result(value) }));
  const summary = summaryOf(done, 0.01);
  assert.deepEqual(summary.reach, { median: 10, low: 3, high: 12 });
  assert.deepEqual(summary.horizon, { median: 9, low: 2, high: 11 });
  assert.equal(summary.number, "10");
  assert.equal(summary.words, "median of 5 seeds, 3 to ≥ 12");
  assert.equal(summary.told, "all solved it");
  const mixed = [
    job({ result: result(21) }),
    job({ result: result(40, { solved_at: null, horizon: { value: null, threshold: 0.01 } }) }),
    job({ failure: "exploded at step 31" }),
    job({ failure: "cancelled" }),
    job({ stage: "running" }),
  ];
  const some = summaryOf(mixed, 0.01);
  assert.equal(some.words, "median of 2 seeds so far, 21 to 40");
  assert.equal(some.told, "1 of 2 solved it, 1 exploded, 1 did not end");
  assert.deepEqual(some.horizon, { median: 20, low: 20, high: 20 });
});

test("every seed is told by itself, with how far its numbers are spread", () => {
  const spread = {
    reach: { value: 12, at_least: true, spread: /** @type {const} */ ([10, 12]) },
    horizon: { value: 9, threshold: 0.01, at_start: 1, spread: /** @type {const} */ ([8, 9]) },
  };
  const jobs = [
    { ...job({ result: result(12, spread) }), seed: 4 },
    job({ result: result(3, { solved_at: null }) }),
    job({ failure: "exploded at step 31" }),
    job({ stage: "running" }),
  ];
  assert.deepEqual(summaryOf(jobs, 0.01).each, [
    { seed: 4, reach: "≥ 12 (10 to ≥ 12)", horizon: "9 (8 to 9)", solved: "at step 90" },
    { seed: 0, reach: "3", horizon: "2", solved: "not solved" },
    { seed: 0, reach: "–", horizon: "–", solved: "exploded at step 31" },
    { seed: 0, reach: "–", horizon: "–", solved: "not done yet" },
  ]);
  assert.equal(summaryOf(jobs, 0.01, 9).each[0]?.horizon, "≥ 9 (8 to ≥ 9)", "as long as its sequences");
  assert.equal(summaryOf(jobs, 0.05).each[0]?.horizon, "–", "known at another threshold once its last frame is here");
});

test("before the first result, and where there is none", () => {
  assert.match(summaryOf([job({ stage: "running" })], 0.01).words, /not done yet/);
  const none = summaryOf([job({ failure: "exploded at step 3" })], 0.01);
  assert.equal(none.words, "no seed has a result");
  assert.equal(none.told, "1 exploded");
});

test("at another threshold the horizon is read off the last frame", () => {
  const profile = { rows: 1, cols: 4, codes: null, values: Float32Array.from([1, 1, 0.2, 0.02]) };
  const last = /** @type {any} */ ({ profile, horizon: { value: 3 } });
  assert.deepEqual(summaryOf([job({ result: result(3), last })], 0.05).horizon, { median: 2, low: 2, high: 2 });
  assert.equal(summaryOf([job({ result: result(3) })], 0.05).horizon, null, "until it is here");
});

test("the number of seeds of a link is from 2 to 5", () => {
  assert.equal(parseSeeds("5"), 5);
  for (const text of ["1", "6", "", "five", "2.5"]) assert.throws(() => parseSeeds(text), /from 2 to 5/);
});
