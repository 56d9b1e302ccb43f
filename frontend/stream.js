/**
 * One connection for all runs of the page. Where a proxy holds the stream back, the same frames come by polling.
 *
 * @import {RunRecord, RunStatus, WireFrame} from "./types.js"
 */

/** Silence after which the page asks by itself: progress comes several times a second, so this is no hiccup. */
const SILENCE_MS = 5000;
/** How often the silence is looked at. */
const LOOK_MS = 2000;

/**
 * @typedef {object} Listener
 * @property {(frame: WireFrame) => void} frame
 * @property {(frame: WireFrame) => void} reset the run starts anew with this frame
 * @property {(status: RunStatus) => void} status
 * @property {() => void} end every run has ended
 */

/** @param {string} status */
const ended = (status) => status === "done" || status === "failed" || status === "cancelled";

export class Stream {
  /** @type {EventSource | null} */
  #source = null;
  /** @type {Map<string, number>} newest seq of each run */
  #newest;
  /** @type {Set<string>} runs that are being caught up by polling */
  #catching = new Set();
  /** @type {Set<string>} */
  #ended = new Set();
  #heard = performance.now();
  #closed = false;
  #timer;

  /**
   * @param {string[]} runs
   * @param {string} viewer
   * @param {Listener} listener
   */
  constructor(runs, viewer, listener) {
    this.runs = runs;
    this.viewer = viewer;
    this.listener = listener;
    this.#newest = new Map(runs.map((run) => [run, -1]));
    this.#open();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  close() {
    this.#closed = true;
    this.#source?.close();
    clearInterval(this.#timer);
  }

  #open() {
    const seen = [...this.#newest].map(([run, seq]) => `${run}:${seq}`).join(",");
    const query = new URLSearchParams([
      ...this.runs.map((run) => ["run", run]),
      ["viewer", this.viewer],
      ["last", seen],
    ]);
    const source = new EventSource(new URL(`api/stream?${query}`, document.baseURI));
    source.addEventListener("frame", (event) => this.#frame(JSON.parse(event.data)));
    source.addEventListener("reset", (event) => this.#reset(JSON.parse(event.data)));
    source.addEventListener("status", (event) => this.#status(JSON.parse(event.data)));
    source.addEventListener("end", () => this.#end());
    this.#source = source;
  }

  /** @param {WireFrame} frame */
  #frame(frame) {
    this.#heard = performance.now();
    const newest = this.#newest.get(frame.run) ?? -1;
    // A slow viewer is taken to the newest frame; what it missed is fetched at leisure.
    if (frame.seq > newest + 1) this.#catchUp(frame.run, newest);
    this.#newest.set(frame.run, Math.max(newest, frame.seq));
    this.listener.frame(frame);
  }

  /** @param {WireFrame} frame */
  #reset(frame) {
    this.#heard = performance.now();
    this.#newest.set(frame.run, frame.seq);
    this.listener.reset(frame);
    this.#catchUp(frame.run, -1);
  }

  /** @param {RunStatus} status */
  #status(status) {
    this.#heard = performance.now();
    if (ended(status.status)) this.#ended.add(status.run);
    else this.#ended.delete(status.run);
    this.listener.status(status);
  }

  #end() {
    if (this.#closed) return;
    this.close();
    this.listener.end();
  }

  /**
   * Fetches the frames after a number, page by page, up to what is known already.
   *
   * @param {string} run
   * @param {number} after
   */
  async #catchUp(run, after) {
    if (this.#catching.has(run)) return;
    this.#catching.add(run);
    try {
      for (let next = after; !this.#closed || this.#ended.has(run); ) {
        const response = await fetch(new URL(`api/runs/${run}/frames?after=${next}`, document.baseURI));
        if (!response.ok) return;
        /** @type {{frames: WireFrame[], next: number}} */
        const page = await response.json();
        for (const frame of page.frames) this.listener.frame(frame);
        if (page.frames.length === 0 || page.next <= next) return;
        next = page.next;
        this.#newest.set(run, Math.max(this.#newest.get(run) ?? -1, next));
      }
    } catch {
      // The network is away; the next look tries again.
    } finally {
      this.#catching.delete(run);
    }
  }

  async #look() {
    if (performance.now() - this.#heard < SILENCE_MS) return;
    if (this.#source?.readyState === EventSource.CLOSED) this.#open();
    await Promise.all(this.runs.filter((run) => !this.#ended.has(run)).map((run) => this.#poll(run)));
    if (this.runs.every((run) => this.#ended.has(run))) this.#end();
  }

  /** @param {string} run */
  async #poll(run) {
    try {
      const response = await fetch(new URL(`api/runs/${run}`, document.baseURI));
      if (!response.ok) return;
      /** @type {RunRecord} */
      const record = await response.json();
      await this.#catchUp(run, this.#newest.get(run) ?? -1);
      if (this.#closed) return;
      if (ended(record.status)) this.#ended.add(run);
      this.listener.status({ ...record, run });
    } catch {
      // The network is away; the next look tries again.
    }
  }
}
