/**
 * The runs behind the columns: started together, followed on one stream, kept frame by frame.
 *
 * @import {Catalog, Column, Extent, Frame, Manifest, RunRecord, RunStatus, SavedRun, Setup, WireFrame} from "./types.js"
 */

import { cancelRun, deleteRun, getReel, getRun, getSnapshot, postAgain, postRun, Refused, viewer } from "./api.js";
import { decodeFrame } from "./decode.js";
import { extend, noExtent } from "./extent.js";
import { disown, own, owned } from "./own.js";
import { cellOf, clipOf, colours, modelTitle, setupOf, specsOf } from "./setup.js";
import { Stream } from "./stream.js";
import { insert, paceFrom } from "./timeline.js";
import { endNews, solvedNews } from "./words.js";

/**
 * @typedef {object} Listener
 * @property {() => void} changed something is to be painted
 * @property {(text: string) => void} news something happened that a screen reader should say
 * @property {(error: import("./api.js").Refused, index: number) => void} refused a run was not accepted
 * @property {() => void} ended all runs have ended
 */

/** @param {Column} column */
export const unfinished = ({ status }) => status?.status === "queued" || status?.status === "running";

export class Comparison {
  /** @type {Column[]} */
  columns = [];
  /** @type {Extent} */
  extent = noExtent();
  /** Grows when a shared scale does. */
  version = 0;
  /** Whether every run had ended before it was asked for: then there is nothing live to see. */
  stored = false;
  /** Whether this page only looks on: what it leaves goes on training for whoever comes next. */
  looksOn = false;
  /** Whether this viewer has withdrawn from runs that go on for others. */
  withdrawn = false;
  /** @type {Stream | null} */
  #stream = null;
  /** @type {Set<string>} what was said already */
  #told = new Set();
  #attempt = 0;

  /**
   * @param {Catalog} catalog
   * @param {Listener} listener
   */
  constructor(catalog, listener) {
    this.catalog = catalog;
    this.listener = listener;
  }

  /** @returns {string[]} runs that carry a person's own text */
  get textRuns() {
    return this.columns.flatMap(({ run, secret }) => (run && secret ? [run] : []));
  }

  /** @returns {string[]} those of them that were started from this browser */
  get ownTextRuns() {
    return owned(this.textRuns);
  }

  get training() {
    return this.columns.some(unfinished);
  }

  /** Whether every run has come to an end by itself, so that starting it again would only show it again. */
  get complete() {
    return this.columns.length > 0 && this.columns.every(({ status }) => status?.status === "done");
  }

  /**
   * Starts the runs of a set-up, all at once. Where none is accepted, what is on the page stays.
   *
   * @param {Setup} setup
   * @param {string | null} [snapshot] whose runs these are, to be trained again
   * @returns {Promise<boolean>} whether any run was accepted
   */
  async train(setup, snapshot = null) {
    performance.mark("farback:train");
    const attempt = ++this.#attempt;
    const specs = specsOf(this.catalog, setup);
    const posted = specs.map((spec, n) => (snapshot === null ? postRun(spec) : postAgain(`${snapshot}.${n}`)));
    const answers = await Promise.allSettled(posted);
    if (attempt !== this.#attempt) return false;
    const columns = this.#columnsOf(setup);
    const secret = typeof setup.changed.text === "string";
    let accepted = 0;
    let over = 0;
    answers.forEach((answer, i) => {
      const column = /** @type {Column} */ (columns[i]);
      if (answer.status === "fulfilled") {
        column.run = answer.value.id;
        column.secret = secret;
        accepted++;
        if (answer.value.status !== "queued" && answer.value.status !== "running") over++;
      } else {
        column.error = answer.reason.message;
        this.listener.refused(answer.reason, i);
      }
    });
    if (accepted === 0) return false;
    if (secret) own(columns.flatMap(({ run }) => run ?? []));
    this.stored = over === accepted;
    this.#take(columns);
    return true;
  }

  /**
   * Shows runs that exist already.
   *
   * @param {string[]} ids
   * @returns {Promise<{setup: Setup | null, gone: number}>} the set-up they were started with, null where none of them
   *   is kept; and how many are not
   */
  async open(ids) {
    const attempt = ++this.#attempt;
    const answers = await Promise.all(ids.map((id) => getRun(id).catch(goneOrThrow)));
    const records = answers.filter((record) => record !== null);
    const gone = answers.length - records.length;
    if (records.length === 0) return { setup: null, gone };
    const setup = setupOf(
      this.catalog,
      records.map((record) => record.spec),
    );
    if (attempt !== this.#attempt) return { setup, gone };
    const columns = this.#columnsOf(setup);
    for (const [i, record] of records.entries()) fill(/** @type {Column} */ (columns[i]), record);
    this.stored = !columns.some(unfinished);
    this.#take(columns);
    return { setup, gone };
  }

  /** Shows nothing, until something is trained. */
  clear() {
    this.#attempt++;
    this.#put([]);
    this.listener.changed();
  }

  /**
   * Shows a snapshot: all of it is there, and nothing changes any more.
   *
   * @param {string} id
   * @returns {Promise<{setup: Setup, manifest: Manifest}>}
   */
  async openSnapshot(id) {
    const attempt = ++this.#attempt;
    const manifest = await getSnapshot(id);
    const setup = setupOf(
      this.catalog,
      manifest.runs.map(({ spec }) => spec),
    );
    const columns = this.#columnsOf(setup);
    const reels = await Promise.all(
      manifest.runs.map((_, n) => getReel(`${id}.${n}`, manifest.files[`runs/${n}/frames.json.gz`]?.sha256 ?? "")),
    );
    if (attempt !== this.#attempt) return { setup, manifest };
    this.stored = true;
    this.#put(columns);
    for (const [n, { frames }] of reels.entries()) {
      const column = /** @type {Column} */ (columns[n]);
      fillSaved(column, `${id}.${n}`, /** @type {SavedRun} */ (manifest.runs[n]));
      for (const wire of frames) this.#insert([column], decodeFrame(wire, column.frames[0]));
    }
    this.listener.changed();
    return { setup, manifest };
  }

  /**
   * @param {Setup} setup
   * @returns {Column[]}
   */
  #columnsOf(setup) {
    const palette = colours(this.catalog, setup.models);
    return setup.models.map((model, index) => ({
      index,
      model,
      cell: cellOf(this.catalog, model.cell),
      title: modelTitle(this.catalog, setup, model),
      colour: palette[index] ?? 0,
      clip: clipOf(this.catalog, setup, model),
      run: null,
      secret: false,
      status: null,
      facts: null,
      error: null,
      frames: [],
      frame: null,
      own: null,
      held: null,
      gated: false,
      instead: null,
      awaited: false,
      ended: false,
      lost: false,
      since: null,
    }));
  }

  /**
   * Puts columns in the place of those that were there.
   *
   * @param {Column[]} columns
   */
  #put(columns) {
    const kept = new Set(columns.map((column) => column.run));
    const left = this.columns.filter((column) => unfinished(column) && !kept.has(column.run));
    this.#stream?.close();
    this.columns = columns;
    this.extent = noExtent();
    this.version++;
    this.withdrawn = false;
    this.#told.clear();
    // What the page no longer shows need not be trained for it; others who watch keep it going.
    if (this.looksOn) return;
    for (const { run } of left) if (run) cancelRun(run).catch(() => null);
  }

  /** @param {Column[]} columns */
  #take(columns) {
    this.#put(columns);
    const runs = [...new Set(columns.flatMap(({ run }) => (run ? [run] : [])))];
    this.#stream = new Stream(runs, viewer, {
      frame: (wire) => this.#frame(wire),
      reset: (wire) => this.#reset(wire),
      status: (status) => this.#status(status),
      lost: (lost) => this.#lose(lost),
      end: () => this.listener.ended(),
    });
    this.listener.changed();
    for (const column of columns) if (column.run && !column.facts) this.#learn(column, column.run);
  }

  /**
   * @param {Column} column
   * @param {string} run
   */
  async #learn(column, run) {
    try {
      const { facts } = await getRun(run);
      column.facts = facts;
      this.listener.changed();
    } catch {
      // Labels and chance lines are missing, nothing else; a reload asks again.
    }
  }

  /**
   * Takes frames into the shared scales that were asked for beside those of the runs.
   *
   * @param {Frame[]} frames
   */
  widen(frames) {
    for (const frame of frames) if (extend(this.extent, frame)) this.version++;
  }

  /**
   * Lets go of the connection while nobody looks, and takes it up where it was.
   *
   * @param {boolean} away
   */
  rest(away) {
    if (away) this.#stream?.pause();
    else this.#stream?.resume();
  }

  /** @param {string} run */
  #of(run) {
    return this.columns.filter((column) => column.run === run);
  }

  /** @param {WireFrame} wire */
  #frame(wire) {
    const columns = this.#of(wire.run);
    if (!columns.length) return;
    this.#insert(columns, decodeFrame(wire, columns[0]?.frames[0]));
    this.listener.changed();
  }

  /**
   * @param {Column[]} columns
   * @param {Frame} frame
   */
  #insert(columns, frame) {
    if (extend(this.extent, frame)) this.version++;
    for (const column of columns) {
      if (!insert(column.frames, frame)) continue;
      if (frame.solved_at !== null && !this.stored)
        this.#say(`${column.index} solved`, solvedNews(column.title, frame));
    }
  }

  /** @param {WireFrame} wire */
  #reset(wire) {
    for (const column of this.#of(wire.run)) column.frames = [];
    this.#frame(wire);
  }

  /** @param {RunStatus} status */
  #status(status) {
    for (const column of this.#of(status.run)) {
      column.status = status;
      column.since = paceFrom(column.since, status, performance.now());
      const over = status.status === "failed" || status.status === "cancelled";
      if (over && !this.stored)
        this.#say(`${column.index} ${status.status}`, endNews(column.title, status.status, status.reason));
    }
    this.listener.changed();
  }

  /** @param {boolean} lost whether the server cannot be reached */
  #lose(lost) {
    // What happens meanwhile says nothing about the pace.
    for (const column of this.columns) Object.assign(column, { lost, since: null });
    this.listener.changed();
  }

  /**
   * Says a thing once.
   *
   * @param {string} key
   * @param {string} text
   */
  #say(key, text) {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.listener.news(text);
  }

  /**
   * Withdraws from all runs that still go.
   *
   * @returns {Promise<boolean>} whether some go on, because others watch them
   */
  async cancel() {
    const runs = [...new Set(this.columns.filter(unfinished).flatMap(({ run }) => (run ? [run] : [])))];
    const answers = await Promise.all(runs.map(cancelRun));
    this.withdrawn = answers.some(
      (answer) => (answer.status === "queued" || answer.status === "running") && (answer.watchers ?? 0) > 0,
    );
    return this.withdrawn;
  }

  /** Deletes the person's own text with everything that was made from it. */
  async deleteText() {
    const runs = this.ownTextRuns;
    this.#stream?.close();
    await Promise.all(runs.map((run) => deleteRun(run).catch(goneOrThrow)));
    disown(runs);
    for (const column of this.columns)
      if (column.run && runs.includes(column.run))
        Object.assign(column, { run: null, frames: [], frame: null, status: null, secret: false });
    this.listener.changed();
  }
}

/**
 * @param {unknown} error
 * @returns {null} for a run that is no longer kept
 * @throws {unknown} anything else
 */
function goneOrThrow(error) {
  if (error instanceof Refused && error.code === "not_found") return null;
  throw error;
}

/**
 * A run as a snapshot has it: where it was still training, it stands where it was.
 *
 * @param {Column} column
 * @param {string} run
 * @param {SavedRun} saved
 */
function fillSaved(column, run, { spec, facts, status, steps, reason, result }) {
  const over = status === "done" || status === "failed" || status === "cancelled";
  column.run = run;
  column.facts = facts;
  column.status = {
    ...{ run, status: over ? status : "cancelled", step: steps.at(-1) ?? 0, steps: Number(spec.training?.steps) },
    ...{ position: null, watchers: null, reason, result },
  };
}

/**
 * @param {Column} column
 * @param {RunRecord} record
 */
function fill(column, record) {
  column.run = record.id;
  column.facts = record.facts;
  column.status = { ...record, run: record.id };
  column.secret = typeof record.spec.task.text_length === "number" || record.spec.start?.private === true;
}
