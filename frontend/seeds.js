/**
 * The models of a comparison with several seeds: every run is asked for and then watched by polling, a few at a time,
 * because the page's stream carries what is seen and no more.
 *
 * @import {Refused} from "./api.js"
 * @import {Frame, Result, RunRecord, Spec, WireFrame} from "./types.js"
 */

import { decodeFrame } from "./decode.js";
import { longestOf, plural, rangeText, reachText, whole } from "./format.js";
import { quantile } from "./lags.js";
import { horizonAt, THRESHOLD } from "./threshold.js";

/** Seeds that the button trains. */
export const SEEDS = 5;
/** Runs that are under way at a time: the server trains four side by side, and others want their turn. */
const ABREAST = 4;
/** Milliseconds between two looks at the runs that are under way. */
const LOOK_MS = 700;
/** Milliseconds until a server that has too much to do, or is out of reach, is asked again. */
const AGAIN_MS = 2500;
/** What passes by itself, by the code of the refusal. */
const PASSING = ["busy", "offline"];

/**
 * @typedef {object} Job one run
 * @property {number} model its place in the comparison
 * @property {number} seed
 * @property {Spec} spec
 * @property {string | null} run null until it is asked for
 * @property {boolean} shown whether the page shows it anyway, and stops it by itself
 * @property {"waiting" | "asked" | "running" | "over"} stage
 * @property {Result | null} result
 * @property {string | null} failure why there is none, in a sentence or a few words
 * @property {number} seq its newest frame
 * @property {Frame | null} last that frame, where it was asked for
 */

/**
 * @typedef {object} Routes
 * @property {(spec: Spec) => Promise<{id: string}>} post
 * @property {(run: string) => Promise<RunRecord>} get
 * @property {(run: string) => Promise<unknown>} cancel
 * @property {(run: string, after: number) => Promise<{frames: WireFrame[]}>} frames
 */

/**
 * @param {string} text of a link
 * @returns {number}
 * @throws {Error} a sentence
 */
export function parseSeeds(text) {
  if (/^[2-5]$/.test(text)) return Number(text);
  throw new Error(`The number of seeds must be a whole number from 2 to ${SEEDS}, not “${text.slice(0, 40)}”.`);
}

/**
 * The runs that are needed: first all models with their first seed, then all with the next.
 *
 * @param {Spec[]} specs one a model
 * @param {(string | null)[]} runs of the page, one a model; null: it was not accepted, and its other seeds would not be
 * @param {number} count seeds of each
 * @param {{default: unknown, max?: number | null}} option the seed's
 * @returns {Job[]}
 * @throws {Error} a sentence
 */
export function jobsOf(specs, runs, count, option) {
  const seeds = specs.map((spec) => spec.seed ?? Number(option.default));
  const most = Math.max(...seeds) + count - 1;
  if (typeof option.max === "number" && most > option.max)
    throw new Error(`${count} seeds from ${Math.max(...seeds)} on would go beyond the largest one, ${option.max}.`);
  return Array.from({ length: count }, (_, more) =>
    specs.flatMap((spec, model) => {
      const seed = Number(seeds[model]) + more;
      const run = more === 0 ? (runs[model] ?? null) : null;
      /** @type {Job} */
      const job = {
        ...{ model, seed, spec: { ...spec, seed }, run, shown: more === 0 },
        ...{ stage: "waiting", result: null, failure: null, seq: -1, last: null },
      };
      return runs[model] ? [job] : [];
    }),
  ).flat();
}

export class Seeds {
  /** @type {Job[]} */
  jobs = [];
  /** Grows whenever other runs are meant: what is still on its way is then of no interest. */
  #round = 0;
  #looking = false;
  /** Whether the last frames are being fetched. */
  #fetching = false;

  /**
   * @param {Routes} routes
   * @param {() => void} changed
   * @param {(act: () => void, ms: number) => unknown} [later]
   */
  constructor(routes, changed, later = (act, ms) => setTimeout(act, ms)) {
    this.routes = routes;
    this.changed = changed;
    this.later = later;
  }

  get total() {
    return this.jobs.length;
  }

  get over() {
    return this.jobs.filter(({ stage }) => stage === "over").length;
  }

  get going() {
    return this.over < this.total;
  }

  /** @param {Job[]} jobs */
  start(jobs) {
    this.clear();
    this.jobs = jobs;
    this.#go();
  }

  /** Stops what is under way and keeps what is known. */
  stop() {
    this.#round++;
    const left = this.jobs.filter(({ stage }) => stage !== "over");
    this.jobs = this.jobs.filter(({ stage }) => stage === "over");
    for (const { run, shown } of left) if (run && !shown) this.routes.cancel(run).catch(() => null);
  }

  /** Stops what is under way and forgets the rest. */
  clear() {
    this.stop();
    this.jobs = [];
  }

  /** Asks for as many runs as may be under way. */
  #go() {
    const round = this.#round;
    let free = ABREAST - this.jobs.filter(({ stage }) => stage === "asked" || stage === "running").length;
    for (const job of this.jobs) {
      if (free <= 0) break;
      if (job.stage !== "waiting") continue;
      free--;
      this.#ask(job, round);
    }
    this.#watch();
  }

  /**
   * @param {Job} job
   * @param {number} round
   */
  async #ask(job, round) {
    job.stage = "asked";
    try {
      const run = job.run ?? (await this.routes.post(job.spec)).id;
      if (round !== this.#round) {
        // It was stopped while it was asked for.
        if (!job.shown) await this.routes.cancel(run);
        return;
      }
      job.run = run;
      job.stage = "running";
      // What was trained before is over already.
      await this.#look(job, () => round === this.#round);
      if (round !== this.#round) return;
      // One that #look ended leaves its place to the next.
      if (job.stage !== "running") return this.#go();
    } catch (error) {
      if (round !== this.#round) return;
      const { code, message } = /** @type {Refused} */ (error);
      if (PASSING.includes(code)) {
        this.later(() => {
          if (round !== this.#round) return;
          job.stage = "waiting";
          this.#go();
        }, AGAIN_MS);
        return;
      }
      this.#end(job, message);
      return this.#go();
    }
    this.#watch();
  }

  /** Looks at what is under way, again and again while there is something. */
  #watch() {
    if (this.#looking || !this.jobs.some(({ stage }) => stage === "running")) return;
    this.#looking = true;
    this.later(async () => {
      const round = this.#round;
      await Promise.all(
        this.jobs.filter(({ stage }) => stage === "running").map((job) => this.#look(job, () => round === this.#round)),
      );
      this.#looking = false;
      this.#go();
    }, LOOK_MS);
  }

  /**
   * @param {Job} job
   * @param {() => boolean} wanted
   */
  async #look(job, wanted) {
    if (!job.run) return;
    try {
      const record = await this.routes.get(job.run);
      if (!wanted() || record.status === "queued" || record.status === "running") return;
      job.result = record.status === "done" ? record.result : null;
      job.seq = record.seq;
      this.#end(job, job.result ? null : (record.reason ?? record.status));
    } catch (error) {
      const { code, message } = /** @type {Refused} */ (error);
      if (wanted() && !PASSING.includes(code)) this.#end(job, message);
    }
  }

  /**
   * @param {Job} job
   * @param {string | null} failure
   */
  #end(job, failure) {
    job.stage = "over";
    job.failure = failure;
    this.changed();
  }

  /**
   * What is known of a model.
   *
   * @param {number} model
   * @param {number} threshold of the gradient horizon
   * @param {number} [longest] lag that its sequences have
   * @returns {Summary | null} null where it is not trained with several seeds
   */
  of(model, threshold, longest) {
    const jobs = this.jobs.filter((job) => job.model === model);
    if (!jobs.length) return null;
    // A result tells the horizon at the usual threshold; at another one it is read off the last frame.
    if (threshold !== THRESHOLD) this.#fetch();
    return summaryOf(jobs, threshold, longest);
  }

  async #fetch() {
    const job = this.jobs.find(({ result, last, seq }) => result && !last && seq >= 0);
    if (this.#fetching || !job?.run) return;
    this.#fetching = true;
    try {
      const { frames } = await this.routes.frames(job.run, job.seq - 1);
      const wire = frames.at(-1);
      if (wire) job.last = decodeFrame(wire);
    } catch {
      // Its horizon at this threshold stays unknown.
    }
    if (!job.last) job.seq = -1;
    this.#fetching = false;
    this.changed();
  }
}

/** @typedef {{median: number, low: number, high: number}} Spread over seeds, in steps */

/**
 * @typedef {object} Summary
 * @property {Spread | null} reach null before the first result
 * @property {Spread | null} horizon
 * @property {string} number the median reach, as it is written large
 * @property {string} words median and range
 * @property {string} told how many solved the task, and what became of the others
 * @property {SeedResult[]} each
 */

/**
 * @typedef {object} SeedResult what one seed came to, in words
 * @property {number} seed
 * @property {string} reach
 * @property {string} horizon
 * @property {string} solved
 */

/**
 * @param {Job[]} jobs of one model
 * @param {number} threshold
 * @param {number} [longest] lag that its sequences have: a horizon of as much may be longer
 * @returns {Summary}
 */
export function summaryOf(jobs, threshold, longest) {
  const results = jobs.flatMap(({ result }) => result ?? []);
  const reach = spreadOf(results.map((result) => result.reach.value));
  const horizon = spreadOf(jobs.flatMap((job) => horizonOf(job, threshold) ?? []));
  const open = jobs.filter(({ stage }) => stage !== "over").length;
  const failures = jobs.flatMap(({ stage, failure }) => (stage === "over" && failure ? [failure] : []));
  const exploded = failures.filter((failure) => failure.startsWith("exploded")).length;
  const unsolved = results.filter(({ solved_at }) => solved_at === null).length;
  const told = [
    unsolved === 0 && results.length ? "all solved it" : `${results.length - unsolved} of ${results.length} solved it`,
    exploded && `${exploded} exploded`,
    failures.length > exploded && `${failures.length - exploded} did not end`,
  ];
  if (!reach)
    return {
      ...{ reach: null, horizon: null, number: "–" },
      words: open ? `the first of ${plural(jobs.length, "seed")} is not done yet` : "no seed has a result",
      told: told.slice(1).filter(Boolean).join(", "),
      each: jobs.map((job) => resultOf(job, threshold, longest)),
    };
  const least = results.some((result) => result.reach.at_least) ? Math.max(...results.map((r) => r.reach.value)) : null;
  const written = /** @param {number} value */ (value) => reachText({ value, at_least: value === least, spread: null });
  const range = reach.low === reach.high ? `all ${written(reach.low)}` : `${reach.low} to ${written(reach.high)}`;
  return {
    ...{ reach, horizon, number: written(reach.median) },
    words: `median of ${plural(results.length, "seed")}${open ? " so far" : ""}, ${range}`,
    told: told.filter(Boolean).join(", "),
    each: jobs.map((job) => resultOf(job, threshold, longest)),
  };
}

/**
 * @param {Job} job
 * @param {number} threshold
 * @returns {number | null} its gradient horizon, null where it is not known, or not finite
 */
function horizonOf({ result, last }, threshold) {
  if (!result) return null;
  return threshold === result.horizon.threshold ? result.horizon.value : last && horizonAt(last, threshold);
}

/**
 * @param {Job} job
 * @param {number} threshold
 * @param {number} [longest]
 * @returns {SeedResult}
 */
function resultOf(job, threshold, longest) {
  const { seed, stage, result, failure } = job;
  if (!result) return { seed, reach: "–", horizon: "–", solved: stage === "over" ? (failure ?? "") : "not done yet" };
  const { reach, horizon, solved_at } = result;
  const value = horizonOf(job, threshold);
  const half = threshold === horizon.threshold && horizon.spread;
  return {
    seed,
    reach: reachText(reach) + (reach.spread ? ` (${rangeText(reach.spread, longestOf(reach))})` : ""),
    horizon: value === null ? "–" : rangeText([value, value], longest) + (half ? ` (${rangeText(half, longest)})` : ""),
    solved: solved_at === null ? "not solved" : `at step ${whole(solved_at)}`,
  };
}

/**
 * @param {number[]} values
 * @returns {Spread | null}
 */
function spreadOf(values) {
  if (!values.length) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: sorted[0] ?? 0, high: sorted.at(-1) ?? 0 };
}
