/**
 * One connection for all runs of the page. Where a proxy holds the stream back, the same frames come by polling.
 *
 * @import {RunRecord, RunStatus, WireFrame} from "./types.js"
 */

import { takeSlot } from "./slots.js";

/** Silence after which the page asks by itself: progress comes several times a second, so this is no hiccup. */
const SILENCE_MS = 5000;
/** How often the silence is looked at. */
const LOOK_MS = 2000;
/** A broken connection is told after this: a browser mends most of them sooner, and nobody need know. */
const GRACE_MS = 2500;
/** An answer that takes longer than this will not come: the network is away without saying so. */
const PATIENCE_MS = 10_000;

/**
 * @typedef {object} Listener
 * @property {(frame: WireFrame) => void} frame
 * @property {(frame: WireFrame) => void} reset the run starts anew with this frame
 * @property {(status: RunStatus) => void} status
 * @property {(lost: boolean) => void} lost the server cannot be reached, or can again
 * @property {() => void} end every run has ended, and all frames are here
 */

/** What is told of a run that the server does not know any more. */
const GONE = /** @type {const} */ ({
  status: "failed",
  step: 0,
  steps: 0,
  position: null,
  watchers: null,
  reason: "This run is no longer kept: train it again.",
  result: null,
});

/** @param {string} status */
const ended = (status) => status === "done" || status === "failed" || status === "cancelled";

export class Stream {
  /** @type {EventSource | null} */
  #source = null;
  /** @type {Map<string, number>} seq up to which every frame of a run is here */
  #have;
  /** @type {Map<string, number>} largest seq of a run that was seen */
  #newest;
  /** @type {Set<string>} runs that are being caught up by polling */
  #catching = new Set();
  /** @type {Set<string>} runs that polling found ended, with all their frames */
  #whole = new Set();
  /** Whether the stream came to its end. */
  #over = false;
  #heard = performance.now();
  #closed = false;
  /** Whether nobody looks. */
  #paused = false;
  /** Gives back the slot of the connection. @type {(() => void) | null} */
  #free = null;
  /** Whether a slot is being asked for. */
  #asking = false;
  #lost = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #grace;
  #timer;

  /**
   * @param {string[]} runs
   * @param {string} viewer
   * @param {Listener} listener
   * @param {typeof takeSlot} [slot]
   */
  constructor(runs, viewer, listener, slot = takeSlot) {
    this.slot = slot;
    this.runs = runs;
    this.viewer = viewer;
    this.listener = listener;
    this.#have = new Map(runs.map((run) => [run, -1]));
    this.#newest = new Map(this.#have);
    this.#connect();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  close() {
    this.#closed = true;
    this.#disconnect();
    clearInterval(this.#timer);
    this.#reached();
  }

  /** Lets go of the connection; what happens meanwhile is caught up with later. */
  pause() {
    if (this.#closed || this.#paused) return;
    this.#paused = true;
    this.#disconnect();
    this.#reached();
  }

  /** Goes on where it was let go of. */
  resume() {
    if (this.#closed || !this.#paused) return;
    this.#paused = false;
    this.#heard = performance.now();
    if (!this.#over) this.#connect();
  }

  #disconnect() {
    this.#source?.close();
    this.#source = null;
    this.#free?.();
    this.#free = null;
  }

  /** Opens the connection, if a slot is free; otherwise polling goes on until one is. */
  async #connect() {
    if (this.#asking) return;
    this.#asking = true;
    const free = await this.slot();
    this.#asking = false;
    if (free && (this.#closed || this.#paused || this.#over || this.#source)) return free();
    this.#free = free;
    if (free) this.#open();
    // Without waiting for a silence.
    else this.#heard = Number.NEGATIVE_INFINITY;
  }

  #open() {
    const seen = [...this.#have].map(([run, seq]) => `${run}:${seq}`).join(",");
    const query = new URLSearchParams([
      ...this.runs.map((run) => ["run", run]),
      ["viewer", this.viewer],
      ["last", seen],
    ]);
    const source = new EventSource(new URL(`api/stream?${query}`, document.baseURI));
    const on = /** @param {string} name @param {(data: any) => void} act */ (name, act) =>
      source.addEventListener(name, (event) => {
        this.#heard = performance.now();
        this.#reached();
        act(JSON.parse(event.data));
      });
    on("frame", (frame) => this.#frame(frame));
    on("reset", (frame) => this.#reset(frame));
    on("status", (status) => this.#status(status));
    source.addEventListener("end", () => this.#end());
    source.addEventListener("open", () => {
      this.#heard = performance.now();
      this.#reached();
    });
    source.addEventListener("error", () => {
      this.#missed();
      // Polling is due without waiting for a silence: only the stream may be closed to this page.
      this.#heard = Number.NEGATIVE_INFINITY;
    });
    this.#source = source;
  }

  /** The server answered. */
  #reached() {
    clearTimeout(this.#grace);
    this.#grace = undefined;
    if (!this.#lost) return;
    this.#lost = false;
    this.listener.lost(false);
  }

  /** The server did not answer; that is told unless it does so soon. */
  #missed() {
    if (this.#closed) return;
    this.#grace ??= setTimeout(() => {
      this.#lost = true;
      this.listener.lost(true);
    }, GRACE_MS);
  }

  /** @param {WireFrame} frame */
  #frame(frame) {
    const { run, seq } = frame;
    const have = this.#haveOf(run);
    this.#newest.set(run, Math.max(this.#newest.get(run) ?? -1, seq));
    if (seq === have + 1) this.#have.set(run, seq);
    this.listener.frame(frame);
    // A slow viewer is taken to the newest frame; what it missed is fetched at leisure.
    if (seq > have + 1) this.#catchUp(run);
  }

  /** @param {WireFrame} frame */
  #reset(frame) {
    this.#newest.set(frame.run, frame.seq);
    this.#have.set(frame.run, -1);
    this.listener.reset(frame);
    this.#catchUp(frame.run);
  }

  /** @param {RunStatus} status */
  #status(status) {
    if (!ended(status.status)) this.#whole.delete(status.run);
    this.listener.status(status);
  }

  /** The stream is over; the page's own end waits for what is still missing. */
  #end() {
    this.#disconnect();
    this.#over = true;
    this.#finish();
  }

  #finish() {
    const whole = this.#over ? !this.runs.some((run) => this.#lacks(run)) : this.#whole.size === this.runs.length;
    if (this.#closed || !whole) return;
    this.close();
    this.listener.end();
  }

  /** @param {string} run */
  #haveOf(run) {
    return this.#have.get(run) ?? -1;
  }

  /** @param {string} run */
  #lacks(run) {
    return (this.#newest.get(run) ?? -1) > this.#haveOf(run);
  }

  /**
   * Asks the server; silence for too long counts as no answer.
   *
   * @param {string} path
   * @returns {Promise<any>} null where there is no answer, undefined where what was asked for is gone
   */
  async #ask(path) {
    try {
      const response = await fetch(new URL(path, document.baseURI), {
        // Without its name the page would count as another viewer, and its own cancel would stop nothing.
        headers: { "x-farback-viewer": this.viewer },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const answer = response.ok ? await response.json() : undefined;
      if (response.ok || response.status === 404) {
        this.#reached();
        return answer;
      }
    } catch {
      // Told below: a network that is away and a proxy whose server is away are the same to a person.
    }
    this.#missed();
    return null;
  }

  /**
   * Fetches the frames that are missing, page by page, up to the newest there is. Where that fails, what is missing stays
   * known, and the next frame or look tries again.
   *
   * @param {string} run
   * @returns {Promise<boolean>} whether all is here
   */
  async #catchUp(run) {
    if (this.#catching.has(run)) return false;
    this.#catching.add(run);
    try {
      while (!this.#closed) {
        const after = this.#haveOf(run);
        /** @type {{frames: WireFrame[], next: number} | null | undefined} */
        const page = await this.#ask(`api/runs/${run}/frames?after=${after}`);
        if (page === null || this.#closed) return false;
        // What is gone cannot be missed.
        if (page === undefined) this.#have.set(run, this.#newest.get(run) ?? -1);
        if (page === undefined || page.frames.length === 0 || page.next <= after) {
          if (this.#over) this.#finish();
          return true;
        }
        // The run was started anew meanwhile: these are frames of its first life.
        if (this.#haveOf(run) < after) continue;
        for (const frame of page.frames) this.listener.frame(frame);
        this.#have.set(run, Math.max(this.#haveOf(run), page.next));
        this.#newest.set(run, Math.max(this.#newest.get(run) ?? -1, page.next));
      }
      return false;
    } finally {
      this.#catching.delete(run);
    }
  }

  async #look() {
    if (this.#paused) return;
    if (this.#over) {
      await Promise.all(this.runs.map((run) => this.#lacks(run) && this.#catchUp(run)));
      this.#finish();
      return;
    }
    if (performance.now() - this.#heard < SILENCE_MS) return;
    if (this.#source?.readyState === EventSource.CLOSED) this.#disconnect();
    if (!this.#source) this.#connect();
    await Promise.all(this.runs.filter((run) => !this.#whole.has(run)).map((run) => this.#poll(run)));
    this.#finish();
  }

  /** @param {string} run */
  async #poll(run) {
    /** @type {RunRecord | null | undefined} */
    const record = await this.#ask(`api/runs/${run}`);
    if (this.#closed || record === null) return;
    if (record === undefined) {
      this.#whole.add(run);
      this.listener.status({ ...GONE, run });
      return;
    }
    const all = await this.#catchUp(run);
    if (this.#closed) return;
    // Its frames were asked for after it had ended: there are no more.
    if (all && ended(record.status)) this.#whole.add(run);
    this.#status({ ...record, run });
  }
}
