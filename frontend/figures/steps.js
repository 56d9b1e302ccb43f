/**
 * Steps: the chain rule through time. Each step of a trained net is one factor; they are multiplied one after another,
 * and autograd's own product stands beside them.
 *
 * @import {ChainAnswer} from "../types.js"
 * @import {FigureTable, Heard} from "./index.js"
 * @import {LessonModels, SmallNet} from "./models.js"
 * @import {Pass} from "../nets.js"
 */

import { make, setText, tell } from "../elements/dom.js";
import { lowered, number, plural, two } from "../format.js";
import { forward, slope } from "../nets.js";
import { Beat } from "./beat.js";
import { tips } from "./copies.js";
import { fact } from "./fact.js";
import { symbolOf } from "./models.js";
import { put, range } from "./range.js";
import { show } from "./sight.js";
import { draw, picture, tint, write } from "./svg.js";

/** Milliseconds between two factors when they play. */
const BEAT = 800;
/** Pixels: between two steps, and of what stands on a line. */
const [NARROWEST, WIDEST] = [66, 104];
const [STATE, FACTOR, PRODUCT] = [34, 92, 158];
const RADIUS = 19;
const BAR = 34;

/** @typedef {{model: string, t: number, k: number | null, multiplied: boolean}} Setup */

export class Steps {
  element = make("div", { class: "steps-back" });
  #models;
  #small;
  /** @type {Pass} */
  #pass;
  /** @type {Setup} */
  #setup = { model: "", t: 0, k: null, multiplied: false };
  /** How many factors are multiplied. */
  #count = 0;
  /** What the server says of all factors from k back to t. @type {ChainAnswer | null} */
  #answer = null;
  /** Which question was asked last. */
  #asked = 0;
  #failed = "";

  #from;
  #to;
  #ends = make("span", { "aria-hidden": "true" });
  #beat = new Beat(
    BEAT,
    () => this.#begin(),
    () => this.#advance(),
  );
  #next = make("button", { type: "button", "data-part": "next", onclick: () => this.#once() }, "× next factor");
  #all = make("button", { type: "button", onclick: () => this.#multiply(this.#most) }, "× all");
  #place = make("div", { class: "copies", tabindex: 0, role: "region", "aria-label": "The chain of steps" });
  #compared = make("dl", { class: "compared" });
  #told = make("p", { class: "told" });
  #wide = new ResizeObserver(() => this.#draw());

  /**
   * @param {LessonModels} models
   * @param {SmallNet} small
   */
  constructor(models, small) {
    this.#models = models;
    this.#small = small;
    this.#pass = forward(small.net, small.x);
    const last = small.x.length - 1;
    const said = /** @param {number} step */ (step) => `step ${step}`;
    this.#from = range("Step k, from which the derivative goes back", { min: 1, max: last, step: 1 }, said, (k) =>
      this.#ask({ k, t: Math.min(this.#setup.t, k - 1) }),
    );
    this.#to = range("Step t, to which it goes back", { min: 0, max: last - 1, step: 1 }, said, (t) =>
      this.#ask({ t, k: Math.max(this.#k, t + 1) }),
    );
    this.element.append(
      tips(),
      make(
        "div",
        { class: "tools" },
        make("label", { "data-part": "pick" }, "from step k ", this.#from),
        make("label", { "data-part": "pick" }, "back to t ", this.#to),
        this.#ends,
      ),
      make("div", { class: "tools" }, this.#beat.button, this.#next, this.#all),
      this.#place,
      make("p", { class: "plot-title" }, "product so far: what is left of a small change at t when it arrives at k"),
      this.#compared,
      this.#told,
    );
    this.#wide.observe(this.#place);
  }

  /**
   * @param {LessonModels} models
   * @param {Setup} setup
   */
  static async create(models, setup) {
    return new Steps(models, await models.small(setup.model));
  }

  /** @param {Setup} setup */
  set(setup) {
    const k = setup.k === null ? this.#small.x.length - 1 : Math.min(setup.k, this.#small.x.length - 1);
    this.#setup = { ...setup };
    void this.#ask({ k, t: Math.min(setup.t, k - 1) }).then(() => {
      if (setup.multiplied && this.#answer) this.#multiply(this.#most);
    });
  }

  #begin() {
    this.#count = 0;
    this.#draw();
  }

  /** Stops what plays. */
  stop() {
    this.#beat.stop();
  }

  /** @returns {FigureTable[]} */
  tables() {
    const k = this.#k;
    const { x, symbols } = this.#small;
    const steps = Array.from({ length: this.#most + 1 }, (_, count) => ({ count, step: k - count }));
    const factors = {
      name: "factors",
      caption: `From step ${k} back to step ${this.#setup.t}: what each step multiplies a small change by, and the product so far; empty where it is not multiplied yet.`,
      head: ["back to step", "factor", this.#single ? "product" : "size of the product"],
      body: steps.map(({ count, step }) => [
        step,
        count > 0 && this.#answer ? this.#factor(step + 1) : null,
        count <= this.#count && (this.#answer || !count) ? this.#product(count) : null,
      ]),
    };
    if (!this.#single) return [factors];
    return [
      factors,
      {
        name: "states",
        caption: "The state of the one unit at each step.",
        head: ["step", "reads", "state"],
        body: this.#pass.h.map(([value], t) => [t, symbolOf(x[t], symbols), value]),
      },
    ];
  }

  /** @returns {Heard | null} as far as it is multiplied */
  heard() {
    if (!this.#answer || !this.#count) return { title: "The product", left: [] };
    const left = Array.from({ length: this.#count + 1 }, (_, count) => Math.abs(this.#product(count)));
    return { title: "The product", left };
  }

  get #k() {
    return this.#setup.k ?? this.#small.x.length - 1;
  }

  /** How many factors there are. */
  get #most() {
    return this.#k - this.#setup.t;
  }

  #once() {
    this.stop();
    this.#advance();
  }

  #advance() {
    this.#count = this.#count < this.#most ? this.#count + 1 : 0;
    if (this.#count === this.#most) this.stop();
    this.#draw();
  }

  /** @param {number} count */
  #multiply(count) {
    this.stop();
    this.#count = count;
    this.#draw();
  }

  /**
   * Asks the server for the factors between two steps.
   *
   * @param {{t: number, k: number}} ends
   */
  async #ask(ends) {
    this.stop();
    const asked = ++this.#asked;
    this.#setup = { ...this.#setup, ...ends };
    this.#count = 0;
    this.#answer = null;
    this.#failed = "";
    this.#draw();
    try {
      const answer = await this.#models.ask(this.#setup.model, { name: "chain", ...ends });
      if (asked === this.#asked) this.#answer = answer;
    } catch (error) {
      if (asked === this.#asked) this.#failed = /** @type {Error} */ (error).message;
    }
    this.#draw();
  }

  /**
   * The factor of the step to `tau` from the one before: a single number with its sign where the net has one unit,
   * otherwise the most that the step can stretch a change.
   *
   * @param {number} tau
   */
  #factor(tau) {
    const { net } = this.#small;
    if (this.#single) return slope[net.activation](this.#pass.h[tau][0]) * net.w_hh[0][0];
    return this.#answer?.spectral[this.#k - tau] ?? Number.NaN;
  }

  /** The product of the first so many factors: its size, or the number itself where the net has one unit. @param {number} count */
  #product(count) {
    if (count === 0) return 1;
    const signs = this.#single
      ? Array.from({ length: count }, (_, i) => Math.sign(this.#factor(this.#k - i))).reduce((a, b) => a * b, 1)
      : 1;
    const log = this.#answer?.product_spectral[count - 1] ?? null;
    return log === null ? 0 : signs * 10 ** log;
  }

  /** Whether the net has one unit, so that each factor is a number. */
  get #single() {
    return this.#small.net.w_hh.length === 1;
  }

  #draw() {
    const { t } = this.#setup;
    const k = this.#k;
    put(this.#from, k);
    put(this.#to, t);
    setText(this.#ends, `k = ${k}, t = ${t}`);
    this.#next.disabled = this.#all.disabled = !this.#answer;
    this.#place.replaceChildren(this.#chain(t, k));
    const through = this.#answer !== null && this.#count === this.#most;
    setText(this.#next, through ? "Start again" : "× next factor");
    const autograd = this.#answer?.autograd.spectral ?? null;
    this.#compared.replaceChildren(
      fact(
        this.#single ? "product so far" : "size of the product so far",
        this.#answer ? number(this.#product(this.#count)) : "…",
        { "data-part": "product" },
      ),
      fact(
        `autograd's ∂h${lowered(k)}/∂h${lowered(t)}, its size`,
        through ? number(autograd === null ? 0 : 10 ** autograd) : "…",
        { "data-part": "autograd" },
      ),
    );
    setText(this.#told, this.#sentence(through));
    // The product that was reached last, with the factor that led to it.
    const at = k - this.#count;
    show(this.#place, `${k} ${t} ${this.#count}`, at * this.#apart, (Math.min(at + 1, k) + 1) * this.#apart);
    tell(this.element, "drawn");
  }

  /** Pixels between two steps. */
  get #apart() {
    return Math.min(Math.max((this.#place.clientWidth - 8) / this.#small.x.length, NARROWEST), WIDEST);
  }

  /** @param {number} t @param {number} k */
  #chain(t, k) {
    const T = this.#small.x.length;
    const apart = this.#apart;
    const x = /** @param {number} step */ (step) => (step + 0.5) * apart;
    const states = draw("g", { "data-part": "h" });
    const factors = draw("g", { "data-part": "factors" });
    const products = draw("g", { "data-part": "product" });
    for (let step = 0; step < T; step++) {
      const within = step >= t && step <= k;
      const value = this.#pass.h[step][0];
      const { fill, ink } = tint(value);
      states.append(
        draw("circle", {
          cx: x(step),
          cy: STATE,
          r: RADIUS,
          class: within ? "state" : "state beside",
          style: this.#single ? `fill: ${fill}` : null,
        }),
        write(x(step), STATE, this.#single ? two(value) : `h${lowered(step)}`, {
          class: "value",
          style: this.#single ? `fill: ${ink}` : "",
        }),
        write(x(step), 8, `${symbolOf(this.#small.x[step], this.#small.symbols)}  t = ${step}`, { class: "small" }),
      );
    }
    for (let tau = k; tau > t; tau--) {
      const done = k - tau < this.#count;
      const factor = this.#answer ? this.#factor(tau) : Number.NaN;
      const text = Number.isNaN(factor) ? "…" : number(factor);
      factors.append(
        draw("path", {
          d: `M${x(tau) - RADIUS / 2} ${STATE + RADIUS + 3} C ${x(tau) - 8} ${FACTOR - 12}, ${x(tau - 1) + 8} ${FACTOR - 12}, ${x(tau - 1) + RADIUS / 2} ${STATE + RADIUS + 5}`,
          class: done ? "edge back" : "edge waiting",
          "marker-end": "url(#tip)",
        }),
        write((x(tau) + x(tau - 1)) / 2, FACTOR, `× ${text}`, { class: done ? "value done" : "value" }),
      );
    }
    for (let count = 0; count <= this.#count; count++) {
      if (!this.#answer && count > 0) break;
      const product = this.#product(count);
      const at = x(k - count);
      const size = Math.min(Math.abs(product), 1);
      products.append(
        draw("rect", { x: at - BAR / 2, y: PRODUCT - 30, width: BAR, height: 10, rx: 3, class: "share" }),
        draw("rect", {
          x: at - BAR / 2,
          y: PRODUCT - 30,
          width: Math.max(BAR * size, 1),
          height: 10,
          rx: 3,
          class: "grad",
          "data-back": count,
        }),
        write(at, PRODUCT - 6, number(product), { class: "value" }),
      );
    }
    const svg = picture(
      T * apart,
      PRODUCT + 8,
      `The net's ${T} steps; ${this.#count} of ${this.#most} factors from step ${k} back to step ${t} are multiplied.`,
      states,
      factors,
      products,
    );
    svg.style.width = `${T * apart}px`;
    return svg;
  }

  /** @param {boolean} through */
  #sentence(through) {
    const { t } = this.#setup;
    const k = this.#k;
    if (this.#failed) return this.#failed;
    if (!this.#answer) return "The server works out the factors.";
    if (this.#count === 0) {
      const { net } = this.#small;
      const what = this.#single
        ? `Each factor is the slope of ${net.activation} at that step times the recurrent weight, ${number(net.w_hh[0][0])}.`
        : "Each factor is a matrix; the number is the most that it can stretch a small change.";
      return `${plural(this.#most, "factor")} lead from step ${k} back to step ${t}. ${what}`;
    }
    const product = this.#product(this.#count);
    if (!through) {
      return `${this.#count} of ${this.#most} factors are multiplied: a small change of the state at step ${k - this.#count} arrives ${this.#single ? "" : "at most "}${number(product)} times as large at step ${k}.`;
    }
    const most = this.#answer.spectral.reduce((a, b) => Number(a) * Number(b), 1);
    const bound =
      this.#single || this.#most === 1
        ? ""
        : ` The sizes alone would allow ${number(most)}: what one step stretches most is not what the next one does.`;
    const apart = this.#answer.difference
      ? ` Autograd agrees: apart by at most ${number(this.#answer.difference)} of the largest entry.`
      : " Autograd says the same to the last digit.";
    return `All ${plural(this.#most, "factor")} are multiplied: a small change of the state at step ${t} arrives ${this.#single ? "" : "at most "}${number(product)} times as large at step ${k}.${bound}${apart}`;
  }
}
