/**
 * The models of a lesson. They are trained when the server starts; one that is not there (any more) is trained now.
 *
 * @import {Facts, RunRecord, Spec} from "../types.js"
 * @import {Net, Rows} from "../nets.js"
 */

import { getRun, getWeights, postProbe, postRun } from "../api.js";
import { bytesOf } from "../decode.js";
import { readWeights, rowsOf, vectorOf } from "../safetensors.js";

/** How often it is asked whether a model is trained, in milliseconds. */
const ASK_MS = 400;

/**
 * @typedef {object} Told a model of a lesson
 * @property {Spec} spec
 * @property {string[]} runs by seed
 * @property {boolean[]} known whether the server had each of them when it sent the page
 */

/**
 * @typedef {object} SmallNet a trained net of a few units, to be worked out in the page
 * @property {Net} net
 * @property {Rows} x the held-out sequence that the server's frames show, T rows of I
 * @property {string[]} symbols what each input line stands for
 * @property {string[]} answers what each output stands for
 * @property {number} target number of the right answer
 * @property {Facts} facts
 */

export class LessonModels {
  /** @type {Map<string, Promise<any>>} */
  #asked = new Map();

  /**
   * @param {Record<string, Told>} told
   * @param {(text: string, far?: string) => void} onWait says what is waited for, and how far it is; "" when nothing is
   */
  constructor(told, onWait) {
    this.told = told;
    this.onWait = onWait;
  }

  /**
   * @param {string} name
   * @returns {Told}
   */
  of(name) {
    const told = this.told[name];
    if (!told) throw new Error(`The lesson has no model ${name}.`);
    return told;
  }

  /**
   * Whether some of a figure's models are out of reach. A frame that is closed in may have nothing trained: whatever it
   * may, any page may that somebody visits.
   *
   * @param {{model?: string, models?: string[], seeds?: number}} setup
   */
  outOfReach({ model, models = model ? [model] : [], seeds = 1 }) {
    return window.origin === "null" && models.some((name) => this.of(name).known.slice(0, seeds).includes(false));
  }

  /**
   * A model's run once it is trained.
   *
   * @param {string} name
   * @param {number} [seed] which of its runs
   * @returns {Promise<RunRecord>}
   */
  run(name, seed = 0) {
    return this.#once(`run ${name} ${seed}`, () => this.#trained(name, seed));
  }

  /**
   * A small recurrent net, with the sequence that it is shown on.
   *
   * @param {string} name
   * @returns {Promise<SmallNet>}
   */
  small(name) {
    return this.#once(`small ${name}`, async () => {
      const run = await this.run(name);
      const [file, look] = await Promise.all([getWeights(run.id), this.ask(name, { name: "look", full: true })]);
      const weights = readWeights(file);
      const part = /** @param {string} of */ (of) => weights[`recurrent.${of}_l0`];
      const biases = [vectorOf(part("bias_ih")), vectorOf(part("bias_hh"))];
      return {
        net: {
          activation: run.spec.cell.activation,
          w_ih: rowsOf(part("weight_ih")),
          w_hh: rowsOf(part("weight_hh")),
          bias: biases[0].map((value, i) => value + biases[1][i]),
          w_out: rowsOf(weights["readout.weight"]),
          b_out: vectorOf(weights["readout.bias"]),
        },
        x: rowsIn(look.frame.x),
        symbols: run.facts?.labels?.x ?? [],
        answers: run.facts?.labels?.y ?? [],
        target: look.frame.y.findLast((/** @type {number | null} */ y) => y !== null),
        facts: /** @type {Facts} */ (run.facts),
      };
    });
  }

  /**
   * Asks the server about a model.
   *
   * @param {string} name
   * @param {object} question
   * @returns {Promise<any>}
   */
  ask(name, question) {
    return this.#once(`ask ${name} ${JSON.stringify(question)}`, async () => {
      const run = await this.run(name);
      return postProbe(run.id, question, new AbortController().signal);
    });
  }

  /**
   * @param {string} key
   * @param {() => Promise<any>} begin
   */
  #once(key, begin) {
    const asked = this.#asked.get(key) ?? begin();
    this.#asked.set(key, asked);
    asked.catch(() => this.#asked.delete(key)); // the next time it may be there
    return asked;
  }

  /**
   * @param {string} name
   * @param {number} seed
   */
  async #trained(name, seed) {
    const { spec, runs, known } = this.of(name);
    const id = runs[seed];
    const anew = () => postRun(/** @type {Spec} */ ({ ...spec, seed: (spec.seed ?? 0) + seed }));
    if (!known[seed]) await anew();
    for (;;) {
      const run = await getRun(id);
      if (run.status === "done" || run.status === "failed") {
        this.onWait("");
        return run;
      }
      if (run.status === "cancelled") await anew();
      this.onWait("The model is being trained:", `update ${run.step ?? 0} of at most ${run.steps}.`);
      await new Promise((resolve) => setTimeout(resolve, ASK_MS));
    }
  }
}

/**
 * An array in float32 as the server tells it.
 *
 * @param {{bdata: string, shape: string}} wire
 * @returns {number[][]}
 */
export function rowsIn({ bdata, shape }) {
  const [rows = 1, columns = 1] = shape.split(",").map(Number);
  const values = new Float32Array(bytesOf(bdata).buffer);
  return Array.from({ length: rows }, (_, t) => [...values.subarray(t * columns, (t + 1) * columns)]);
}

/**
 * The name of what is read at a step.
 *
 * @param {number[]} x one-hot
 * @param {string[]} symbols
 */
export const symbolOf = (x, symbols) => (symbols[x.indexOf(Math.max(...x))] ?? "").replace(/^·\d+$/, "·");
