/**
 * Updates: how the training of some models went, update by update: the loss, how long the vector of all weights was, and
 * how large the gradient was before and after clipping. A run that blows up ends where its numbers stopped being any.
 *
 * @import {RunRecord} from "../types.js"
 * @import {FigureTable} from "./index.js"
 * @import {LessonModels} from "./models.js"
 */

import { getFrames, getWeights } from "../api.js";
import { make, setText, tell } from "../elements/dom.js";
import { number, percent, power, whole } from "../format.js";
import { norm } from "../nets.js";
import { readWeights } from "../safetensors.js";
import { Plot, wholes } from "./plot.js";

/** Colours of the runs, in their order. */
const COLOURS = ["var(--model-1)", "var(--model-3)", "var(--model-2)"];

/** Powers of ten between which gradients are drawn, at the least and at the most. */
const [LEAST, ENOUGH, MOST] = [-4, 4, 24];

/** Losses above this are drawn at the edge. */
const HIGHEST = 2;

/** Points at which the weights are fetched, at most, and the updates that may lie between them. */
const FETCHED = 24;
const PACES = [10, 50, 100, 200, 500, 1000];

/**
 * @typedef {object} Told what a frame says of training
 * @property {number} step
 * @property {number | null} loss
 * @property {number | null} accuracy
 * @property {number | null} norm mean over the updates since the frame before
 * @property {number | null} clipped
 */

/**
 * @typedef {object} Course of one model
 * @property {string} name
 * @property {number | null} clip
 * @property {string} status
 * @property {number} end
 * @property {Told[]} frames
 * @property {[number, number][]} weights updates, and how long the vector of all weights was after them; NaN: not finite
 */

/** @typedef {{models: string[]}} Setup */

export class Updates {
  element = make("div", { class: "updates" });
  #models;
  /** @type {Course[]} */
  #courses = [];
  #shown = "";
  #legend = make("p", { class: "legend", "data-part": "end" });
  #loss = make("div", { "data-part": "loss" });
  #weights = make("div", { "data-part": "weights" });
  #norm = make("div", { "data-part": "norm" });
  #told = make("p", { class: "told" });
  #wide = new ResizeObserver(() => this.#draw());

  /** @param {LessonModels} models */
  constructor(models) {
    this.#models = models;
    this.element.append(this.#legend, this.#loss, this.#weights, this.#norm, this.#told);
    this.#wide.observe(this.#loss);
  }

  /**
   * @param {LessonModels} models
   * @param {Setup} setup
   */
  static async create(models, setup) {
    const figure = new Updates(models);
    await figure.#load(setup.models);
    return figure;
  }

  /** @param {Setup} setup */
  set(setup) {
    if (setup.models.join() === this.#shown) this.#draw();
    else void this.#load(setup.models).then(() => this.#draw());
  }

  /** @param {string[]} names */
  async #load(names) {
    this.#shown = names.join();
    const courses = await Promise.all(names.map((name) => this.#course(name)));
    if (this.#shown === names.join()) this.#courses = courses;
  }

  /** @param {string} name @returns {Promise<Course>} */
  async #course(name) {
    const run = /** @type {RunRecord} */ (await this.#models.run(name));
    /** @type {Told[]} */
    const frames = [];
    for (let after = -1; ; ) {
      const answer = /** @type {{frames: any[], next: number}} */ (/** @type {any} */ (await getFrames(run.id, after)));
      frames.push(...answer.frames.map(toldBy));
      const more = answer.frames.length > 0 && answer.next > after;
      after = answer.next;
      if (!more) break;
    }
    const { clip } = /** @type {{clip: number | null}} */ (/** @type {any} */ (run.spec.training));
    const weights = await Promise.all(
      placesIn(frames.map(({ step }) => step)).map(
        async (step) => /** @type {[number, number]} */ ([step, await this.#lengthAt(run.id, step)]),
      ),
    );
    return { name, clip, status: run.status, end: frames.at(-1)?.step ?? 0, frames, weights };
  }

  /** How long the vector of all weights is. @param {string} run @param {number} step */
  async #lengthAt(run, step) {
    const weights = readWeights(await getWeights(run, step));
    return norm(Object.values(weights).flatMap(({ values }) => [...values]));
  }

  #draw() {
    const width = Math.min(this.#loss.clientWidth, 720);
    if (width === 0 || !this.#courses.length) return;
    const end = Math.max(...this.#courses.map((course) => course.end), 1);
    const x = { low: 0, high: end, ticks: wholes(0, end), title: "updates of the weights" };
    this.#legend.replaceChildren(
      ...this.#courses.map((course, i) =>
        make("span", {}, make("i", { style: `background: ${COLOURS[i]}` }), `${course.name}: ${ending(course)}`),
      ),
    );
    const loss = new Plot(width, 190, x, {
      low: 0,
      high: HIGHEST,
      ticks: [0, 1, 2].map((at) => ({ at, label: at === HIGHEST ? `≥ ${at}` : String(at) })),
      title: "",
    });
    this.#loss.replaceChildren(
      make("p", { class: "plot-title" }, "loss on held-out sequences, nat"),
      loss.picture(
        "The loss by updates.",
        loss.across(Math.LN2, "guessing"),
        ...this.#courses.map((course, i) => this.#line(loss, course, i, ({ loss: value }) => value, false)),
        ...this.#ends(loss),
      ),
    );
    const longest = Math.max(
      ...this.#courses.flatMap(({ weights }) => weights.map(([, length]) => (Number.isFinite(length) ? length : 0))),
    );
    const top = Math.max(longest * 1.35, 1); // with room for the words where a run explodes
    const weights = new Plot(width, 170, x, { low: 0, high: top, ticks: wholes(0, top, 4), title: "" });
    this.#weights.replaceChildren(
      make("p", { class: "plot-title" }, "length of the vector of all weights: |w|"),
      weights.picture(
        "The length of the vector of all weights by updates.",
        ...this.#courses.map((course, i) =>
          weights.line(course.weights, { class: "thick", style: `stroke: ${COLOURS[i]}` }),
        ),
        ...this.#ends(weights),
      ),
    );
    const largest = Math.max(...this.#courses.flatMap((course) => normsOf(course)));
    const high = Math.min(Math.max(Math.ceil(Math.log10(largest)), ENOUGH), MOST);
    const norm = new Plot(width, 190, x, {
      low: LEAST,
      high,
      ticks: wholes(LEAST, high).map(({ at }) => ({ at, label: at === 0 ? "1" : power(at) })),
      title: "",
    });
    const clips = [...new Set(this.#courses.flatMap(({ clip }) => (clip === null ? [] : [clip])))];
    this.#norm.replaceChildren(
      make("p", { class: "plot-title" }, "size of the gradient, mean since the point before; dashed: after clipping"),
      norm.picture(
        "The size of the gradient by updates.",
        ...clips.map((clip) => {
          const line = norm.across(Math.log10(clip), "clip");
          line.dataset.part = "clip";
          return line;
        }),
        ...this.#courses.map((course, i) => this.#line(norm, course, i, ({ norm: value }) => value, true)),
        ...this.#courses.map(
          (course, i) =>
            course.clip !== null && this.#line(norm, course, i, ({ clipped }) => clipped, true, { class: "dashed" }),
        ),
        ...this.#ends(norm),
      ),
    );
    setText(this.#told, this.#courses.map(sentence).join(" "));
    tell(this.element, "drawn");
  }

  /** @returns {FigureTable[]} */
  tables() {
    const courses = this.#courses;
    if (!courses.length) return [];
    const places = new Set(courses.flatMap(({ frames }) => frames.map(({ step }) => step)));
    const steps = [...places].toSorted((a, b) => a - b);
    const by = courses.map(({ frames }) => new Map(frames.map((told) => [told.step, told])));
    const rows = /** @param {(told: Told | undefined, course: Course) => (number | null)[]} read */ (read) =>
      steps.map((step) => [step, ...courses.flatMap((course, i) => read(by[i].get(step), course))]);
    return [
      {
        name: "loss",
        caption: "The loss on held-out sequences, in nat, by updates of the weights; empty where a run has no point.",
        head: ["update", ...courses.map(({ name }) => name)],
        body: rows((told) => [told?.loss ?? null]),
      },
      {
        name: "length of the weights",
        caption:
          "How long the vector of all weights was, where it was looked up; empty where it was not, or not finite.",
        head: ["update", ...courses.map(({ name }) => name)],
        body: rows((told, { weights }) => [
          weights.find(([step, length]) => step === told?.step && Number.isFinite(length))?.[1] ?? null,
        ]),
      },
      {
        name: "size of the gradient",
        caption: "The size of the gradient, the mean over the updates since the point before.",
        head: [
          "update",
          ...courses.flatMap(({ name, clip }) => [name, ...(clip === null ? [] : [`${name}, clipped`])]),
        ],
        body: rows((told, { clip }) => [told?.norm ?? null, ...(clip === null ? [] : [told?.clipped ?? null])]),
      },
    ];
  }

  /**
   * @param {Plot} plot
   * @param {Course} course
   * @param {number} i
   * @param {(told: Told) => number | null} read
   * @param {boolean} log
   * @param {Record<string, string>} [attributes]
   */
  #line(plot, { frames }, i, read, log, attributes = {}) {
    const points = frames.map((told) => {
      const value = read(told);
      const at = value === null ? Number.NaN : log ? Math.log10(value) : value;
      return /** @type {[number, number]} */ ([told.step, at]);
    });
    return plot.line(points, { class: "thick", style: `stroke: ${COLOURS[i]}`, ...attributes });
  }

  /** Where runs blew up. @param {Plot} plot */
  #ends(plot) {
    return this.#courses
      .filter((course) => course.status === "failed")
      .map((course) => plot.up(course.end, `${course.name} exploded`, { class: "up edge-mark" }));
  }
}

/** @param {Pick<Course, "frames">} course @returns {number[]} */
const normsOf = ({ frames }) => frames.flatMap(({ norm }) => (norm === null ? [] : [norm]));

/** @param {any} frame as it comes @returns {Told} */
const toldBy = (frame) => ({
  step: frame.step,
  loss: frame.loss,
  accuracy: frame.accuracy,
  norm: frame.updates?.norm ?? null,
  clipped: frame.updates?.clipped_norm ?? null,
});

/** @param {Course} course */
const ending = ({ clip, status, end }) =>
  `${clip === null ? "no clipping" : `threshold ${number(clip)}`}, ${status === "failed" ? "exploded" : "ended"} at update ${whole(end)}`;

/**
 * The steps at which the weights are fetched: the first and the last, and between them some that are equally far apart.
 *
 * @param {number[]} steps that have a frame, rising
 * @returns {number[]}
 */
export function placesIn(steps) {
  const end = steps[steps.length - 1] ?? 0;
  const pace = PACES.find((one) => end / one <= FETCHED) ?? end;
  return steps.filter((step) => step % pace === 0 || step === end);
}

/**
 * Where the weights grew most between two points.
 *
 * @param {Course["weights"]} weights
 * @returns {{from: [number, number], to: [number, number]} | null} null where there are no two points
 */
export function farthest(weights) {
  const known = weights.filter(([, length]) => Number.isFinite(length));
  const pairs = known.slice(1).map((to, i) => ({ from: known[i], to }));
  const grown = pairs.map(({ from, to }) => to[1] - from[1]);
  return pairs[grown.indexOf(Math.max(...grown))] ?? null;
}

/** @param {Course} course */
function sentence({ name, clip, status, end, frames, weights }) {
  const most = farthest(weights);
  const thrown = most
    ? ` Its weights grew most between the updates ${whole(most.from[0])} and ${whole(most.to[0])}, from a length of ${number(most.from[1])} to one of ${number(most.to[1])}.`
    : "";
  const run = `The run “${name}” (${clip === null ? "no clipping" : `clipped at ${number(clip)}`})`;
  if (status === "failed") {
    return `${run} exploded at update ${whole(end)}: its numbers were no longer finite.${thrown}`;
  }
  const last = frames.at(-1);
  return `${run} went on to update ${whole(end)} and is right in ${percent(last?.accuracy ?? Number.NaN)} of the held-out sequences.${thrown}`;
}
