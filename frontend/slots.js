/**
 * How many streams one browser holds open to a server: over HTTP/1.1 it has six connections to a host, for all tabs and
 * frames together, and a page whose frames held them all could ask for nothing more.
 */

/** The others are for everything else; who finds no slot free asks by polling. */
export const SLOTS = 4;
/** Time in which the frames of a page answer each other, busy as they may be. */
const ANSWERED_MS = 300;
const TYPE = "farback:stream";

/**
 * Takes a slot, if one is free.
 *
 * @returns {Promise<(() => void) | null>} what gives it back; null: none is free
 */
export async function takeSlot() {
  const { window } = globalThis;
  if (window && window.parent !== window) {
    siblings ??= new Siblings(window);
    return siblings.take();
  }
  return takeLock(globalThis.navigator?.locks);
}

/**
 * Among the tabs of a browser. Where it keeps no locks (a server without TLS) no slot is counted.
 *
 * @param {Pick<LockManager, "request"> | undefined} locks
 * @returns {Promise<(() => void) | null>}
 */
export async function takeLock(locks) {
  if (!locks) return () => {};
  for (let n = 0; n < SLOTS; n++) {
    const free = await attempt(locks, `farback-stream-${n}`);
    if (free) return free;
  }
  return null;
}

/**
 * @param {Pick<LockManager, "request">} locks
 * @param {string} name
 * @returns {Promise<(() => void) | null>}
 */
function attempt(locks, name) {
  return new Promise((resolve) => {
    const held = locks.request(name, { ifAvailable: true }, (lock) => {
      if (!lock) return resolve(null);
      return new Promise((free) => resolve(() => free(null)));
    });
    held.catch(() => resolve(() => {}));
  });
}

/** @typedef {Pick<Window, "parent" | "addEventListener">} Frame */

/**
 * Among the frames of a page, which ask each other through it: a frame that is closed in, or of another site than the page,
 * may have neither locks nor anything else in common with its like. Whoever began to want a stream first has it.
 */
export class Siblings {
  /** When this frame began to hold a stream, or to want one. @type {number | null} */
  #since = null;
  #id = crypto.getRandomValues(new Uint32Array(2)).join("-");
  /** Frames that were first. @type {Set<string>} */
  #before = new Set();

  /** @param {Frame} own */
  constructor(own) {
    this.own = own;
    own.addEventListener("message", (event) => this.#hear(/** @type {MessageEvent} */ (event)));
  }

  /** @returns {Promise<(() => void) | null>} */
  async take() {
    const others = Array.from({ length: this.own.parent.length }, (_, at) => /** @type {any} */ (this.own.parent)[at]);
    this.#since = Date.now();
    this.#before.clear();
    for (const other of others) if (other !== this.own) this.#tell(other, true);
    // Fewer frames than slots need not wait for each other.
    if (others.length > SLOTS) await new Promise((resolve) => setTimeout(resolve, ANSWERED_MS));
    const free = () => {
      this.#since = null;
    };
    if (this.#before.size < SLOTS) return free;
    free();
    return null;
  }

  /**
   * @param {Window} other
   * @param {boolean} asks
   */
  #tell(other, asks) {
    // It is nobody's secret that a stream is open.
    other.postMessage({ type: TYPE, id: this.#id, since: this.#since, asks }, "*");
  }

  /** @param {MessageEvent} event from any window, and about anything */
  #hear({ data, source }) {
    if (this.#since === null || data?.type !== TYPE) return;
    const { id, since, asks } = data;
    if (typeof id !== "string" || typeof since !== "number") return;
    if (since < this.#since || (since === this.#since && id < this.#id)) this.#before.add(id);
    if (asks === true && source) this.#tell(/** @type {Window} */ (source), false);
  }
}

/** @type {Siblings | null} */
let siblings = null;
