/**
 * What is asked of the models beside their frames: while a panel that asks is seen, its model is asked at the step that is
 * shown. Answers are kept; a model is asked one thing at a time; what nobody looks at any more is let go.
 *
 * @import {Refused} from "./api.js"
 * @import {Answer, Column, Inquiry, Panel, Scene} from "./types.js"
 */

import { decodeArray, decodeFrame } from "./decode.js";

/** Answers kept: the largest, a frame in full, takes some 100 kB. */
const KEPT = 96;
/** Newest answers of a model that are kept by what they are for, until the next one is there. */
const SLOTS = 12;
/** Milliseconds until the server is asked again where it had too much to do, or was out of reach. */
const AGAIN_MS = 1500;
/** What passes by itself, by the code of the refusal. */
const PASSING = ["busy", "offline"];

/**
 * @typedef {object} Question
 * @property {string} run
 * @property {number} step of training
 * @property {Inquiry} inquiry
 */

/**
 * What is going on with one model.
 *
 * @typedef {object} Lane
 * @property {Map<string, Question & {key: string}>} wanted by what it is for; the one that waits longest comes first
 * @property {Set<string>} touched what was wanted since things were settled last
 * @property {{slot: string, stop: AbortController} | null} running
 * @property {boolean} resting until the server may be asked again
 * @property {Map<string, {run: string, step: number, value: any}>} last the newest answer, by what it is for
 */

/** @returns {Answer} */
const nothing = () => ({ value: null, step: null, fresh: false, refusal: null });

export class Asking {
  /** @type {Map<string, {value: any, refusal: string | null}>} oldest first */
  #answers = new Map();
  /** @type {Map<number, Lane>} by the model's place */
  #lanes = new Map();

  /**
   * @param {(run: string, question: object, signal: AbortSignal) => Promise<any>} post
   * @param {() => void} changed there is an answer, or it is time to ask again
   * @param {(act: () => void, ms: number) => unknown} [later]
   */
  constructor(post, changed, later = (act, ms) => setTimeout(act, ms)) {
    this.post = post;
    this.changed = changed;
    this.later = later;
  }

  /**
   * The answer to a question, or the one before it while the new one is asked.
   *
   * @param {number} place of the model
   * @param {string} slot what the answer is for
   * @param {Question} question
   * @returns {Answer}
   */
  want(place, slot, question) {
    const lane = this.#lane(place);
    const key = JSON.stringify([question.run, question.step, question.inquiry]);
    lane.touched.add(slot);
    const known = this.#answers.get(key);
    if (!known) {
      lane.wanted.set(slot, { ...question, key });
      this.#go(lane);
      return this.last(place, slot, question.run);
    }
    lane.wanted.delete(slot);
    this.#keep(key, known);
    const { run, step } = question;
    if (known.refusal === null) {
      lane.last.delete(slot);
      lane.last.set(slot, { run, step, value: known.value });
      trim(lane.last, SLOTS);
    }
    return { ...known, step, fresh: true };
  }

  /**
   * The newest answer, without asking.
   *
   * @param {number} place
   * @param {string} slot
   * @param {string} run another run's is none
   * @returns {Answer}
   */
  last(place, slot, run) {
    const last = this.#lane(place).last.get(slot);
    return last?.run === run ? { ...nothing(), value: last.value, step: last.step } : nothing();
  }

  /** Lets go of what was not wanted since this was called last. */
  settle() {
    for (const lane of this.#lanes.values()) {
      for (const slot of lane.wanted.keys()) if (!lane.touched.has(slot)) lane.wanted.delete(slot);
      if (lane.running && !lane.touched.has(lane.running.slot)) {
        lane.running.stop.abort();
        lane.running = null;
        this.#go(lane);
      }
      lane.touched.clear();
    }
  }

  /** @param {number} place */
  #lane(place) {
    let lane = this.#lanes.get(place);
    if (!lane) {
      lane = { wanted: new Map(), touched: new Set(), running: null, resting: false, last: new Map() };
      this.#lanes.set(place, lane);
    }
    return lane;
  }

  /** @param {Lane} lane */
  #go(lane) {
    const [next] = lane.wanted;
    if (!next || lane.running || lane.resting) return;
    const [slot, question] = next;
    // What is wanted again goes to the end, so that every panel has its turn while the step changes all the time.
    lane.wanted.delete(slot);
    this.#ask(lane, slot, question);
  }

  /**
   * @param {Lane} lane
   * @param {string} slot
   * @param {Question & {key: string}} question
   */
  async #ask(lane, slot, { run, step, inquiry, key }) {
    const running = { slot, stop: new AbortController() };
    lane.running = running;
    try {
      const answer = await this.post(run, { ...inquiry, step }, running.stop.signal);
      if (running.stop.signal.aborted) return;
      this.#keep(key, { value: decodeAnswer(answer), refusal: null });
    } catch (error) {
      if (running.stop.signal.aborted) return;
      const { message, code } = /** @type {Refused} */ (error);
      if (PASSING.includes(code)) this.#rest(lane);
      else this.#keep(key, { value: null, refusal: message });
    }
    lane.running = null;
    if (!lane.resting) this.changed();
  }

  /** @param {Lane} lane */
  #rest(lane) {
    lane.resting = true;
    this.later(() => {
      lane.resting = false;
      this.changed();
    }, AGAIN_MS);
  }

  /**
   * @param {string} key
   * @param {{value: any, refusal: string | null}} answer
   */
  #keep(key, answer) {
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    trim(this.#answers, KEPT);
  }
}

/**
 * Forgets the oldest.
 *
 * @param {Map<string, unknown>} map
 * @param {number} most
 */
function trim(map, most) {
  for (const oldest of map.keys()) {
    if (map.size <= most) return;
    map.delete(oldest);
  }
}

/**
 * Reads the arrays of an answer, and its frame.
 *
 * @param {any} answer
 * @returns {any}
 */
export function decodeAnswer(answer) {
  if (answer === null || typeof answer !== "object" || Array.isArray(answer)) return answer;
  if ("bdata" in answer) return decodeArray(answer);
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [name, name === "frame" ? decodeFrame(value) : decodeAnswer(value)]),
  );
}

/**
 * Puts what a panel wants to know of every model into its scenes: of what its column shows, unless the panel is about
 * the model as it was trained. What a column only waits to show is not asked about yet.
 *
 * @param {Asking} asking
 * @param {Panel} panel
 * @param {Column[]} columns
 * @param {(Scene | null)[]} scenes changed in place
 * @param {(place: number) => boolean} seen whether that model's panel is seen: only then is its model asked
 */
export function answerScenes(asking, panel, columns, scenes, seen) {
  const answers = columns.map((column, place) => {
    const { run } = column;
    const scene = scenes[place];
    if (!scene || !run) return null;
    const { instead, awaited } = panel.trained ? { instead: null, awaited: false } : column;
    // What was answered of the model as it was trained must not stand in for it with a gate held.
    const slot = instead ? `${panel.id} ${JSON.stringify(instead)}` : panel.id;
    const inquiry = seen(place) && !awaited ? (panel.inquiry?.(scene) ?? null) : null;
    if (!inquiry) return asking.last(place, slot, run);
    return asking.want(place, slot, { run, step: scene.frame.step, inquiry: { ...inquiry, ...instead } });
  });
  const peers = answers.map((answer) => answer?.value ?? null);
  for (const [place, scene] of scenes.entries()) if (scene) Object.assign(scene, { answer: answers[place], peers });
}
