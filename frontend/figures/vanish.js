/**
 * Vanish: a trained net whose recurrent weights are scaled by hand. The slopes of its squashing function at its own
 * activations, and what is left of the gradient step by step.
 *
 * @import {FigureTable, Heard} from "./index.js"
 * @import {LessonModels, SmallNet} from "./models.js"
 * @import {Activation, Net, Pass} from "../nets.js"
 */

import { make, setText, tell } from "../elements/dom.js";
import { number, plural } from "../format.js";
import { forward, slope, squash, stretched } from "../nets.js";
import { largestStretch, spectralRadius } from "../spectrum.js";
import { DECADES, HIGH, LOW, shareOf } from "./axes.js";
import { fact } from "./fact.js";
import { Plot, wholes } from "./plot.js";
import { put, range } from "./range.js";
import { gradientSize, LEAST, MOST, scaled, signalOf, sums, turning } from "./vanishing.js";

/** The most that each function can be steep: γ of Pascanu et al. 2013. @type {Record<Activation, number>} */
const STEEPEST = { sigmoid: 0.25, tanh: 1, relu: 1 };

/** What is left of a gradient that vanishes is less than this; one that explodes grows by more than its inverse. */
const TENTH = 0.1;

/** Powers of ten of the clipping threshold. */
const CLIP = { min: -3, max: 2, step: 0.1 };

/** Pixels from which on two plots stand beside each other, and half of what is between them. */
const [TWO, GAP] = [560, 8];

/** Sums beyond this are drawn at the edge of the squashing function's plot. */
const FARTHEST = 6;

/** @type {[number, number][]} where the functions are drawn */
const PLACES = Array.from({ length: 121 }, (_, i) => [-FARTHEST + (i / 120) * 2 * FARTHEST, 0]);

/**
 * @typedef {object} Setup
 * @property {string} model
 * @property {Activation | null} activation null: that with which it was trained
 * @property {number | null} radius null: as trained
 * @property {number} steps
 * @property {number | null} clip
 * @property {boolean} gradient whether the gradient is shown
 * @property {boolean} edge whether what is left at every radius is shown, and the radius can be moved
 */

export class Vanish {
  element = make("div", { class: "vanish" });
  #small;
  /** Spectral radius of the recurrent weights as trained, and the most that they stretch. */
  #own;
  #stretch;
  /** @type {Setup} */
  #setup = { model: "", activation: null, radius: null, steps: 30, clip: null, gradient: true, edge: true };
  /** @type {Map<string, ReturnType<typeof turning>>} */
  #turned = new Map();

  #activation = make(
    "select",
    { "aria-label": "Squashing function", "data-part": "activation", onchange: () => this.#choose() },
    ...["sigmoid", "tanh", "relu"].map((value) => make("option", { value }, value)),
  );
  #radius = range("Spectral radius of the recurrent weights", { min: LEAST, max: MOST, step: 0.01 }, number, (radius) =>
    this.#change({ radius }),
  );
  #asTrained = make("button", { type: "button", onclick: () => this.#change({ radius: null }) }, "as trained");
  #radiusTold = make("span", { "aria-hidden": "true" });
  #radiusSet = make(
    "label",
    { "data-part": "radius" },
    "recurrent weights: radius ",
    make("span", { class: "set" }, this.#radius, this.#radiusTold),
  );
  #steps = range(
    "Steps of the sequence",
    { min: 5, max: 60, step: 1 },
    (steps) => plural(steps, "step"),
    (steps) => this.#change({ steps }),
  );
  #stepsTold = make("span", { "aria-hidden": "true" });
  #clipped = make("input", {
    type: "checkbox",
    onchange: () => this.#change({ clip: this.#clipped.checked ? 10 ** Number(this.#clip.value) : null }),
  });
  #clip = range(
    "Threshold of clipping",
    CLIP,
    (power) => number(10 ** power),
    (power) => this.#change({ clip: 10 ** power }),
  );
  #clipTold = make("span", { "aria-hidden": "true" });
  #clipping = make(
    "div",
    { class: "tools", "data-part": "clip" },
    make("label", {}, this.#clipped, " clip the gradient at "),
    make("span", { class: "set" }, this.#clip, this.#clipTold),
  );
  #curve = make("div", { "data-part": "curve" });
  #slope = make("div", { "data-part": "slope" });
  #gradient = make("div", { "data-part": "gradient" });
  #edge = make("div", { "data-part": "edge" });
  #compared = make("dl", { class: "compared" });
  #told = make("p", { class: "told" });
  /** What is drawn. @type {{net: Net, pass: Pass, signal: number[], by: number} | null} */
  #drawn = null;
  #plots = make("div", { class: "plots" }, this.#curve, this.#slope, this.#gradient, this.#edge);
  #wide = new ResizeObserver(() => this.#draw());

  /** @param {SmallNet} small */
  constructor(small) {
    this.#small = small;
    this.#own = spectralRadius(small.net.w_hh);
    this.#stretch = largestStretch(small.net.w_hh);
    put(this.#clip, 0); // a threshold of 1
    this.element.append(
      make(
        "div",
        { class: "tools" },
        make("label", {}, "function ", this.#activation),
        this.#radiusSet,
        this.#asTrained,
        make("label", {}, "steps ", this.#steps, this.#stepsTold),
      ),
      this.#clipping,
      this.#plots,
      this.#compared,
      this.#told,
    );
    this.#wide.observe(this.#plots);
  }

  /**
   * @param {LessonModels} models
   * @param {Setup} setup
   */
  static async create(models, setup) {
    return new Vanish(await models.small(setup.model));
  }

  /** @param {Setup} setup */
  set(setup) {
    this.#setup = { ...setup };
    if (setup.clip !== null) put(this.#clip, Math.log10(setup.clip));
    this.#draw();
  }

  /**
   * What can be drawn beforehand: the gradient that is left, from the last step to the first, as places on the axis.
   *
   * @param {string} name
   * @returns {number[] | null}
   */
  curve(name) {
    return name === "gradient" ? this.#now().signal.map((share) => shareOf(Math.log10(share))) : null;
  }

  /** @returns {FigureTable[]} */
  tables() {
    if (!this.#drawn) return [];
    const { net, pass, signal, by } = this.#drawn;
    const { steps, gradient, edge } = this.#setup;
    const { activation } = net;
    const units = {
      name: "units",
      caption: `What each unit squashes at each step, what ${activation} makes of it, and its slope there.`,
      head: ["step", "unit", "squashes", activation, "slope"],
      body: sums(net, pass).flatMap((row, t) =>
        row.map((sum, i) => [t, i + 1, sum, pass.h[t][i], slope[activation](pass.h[t][i])]),
      ),
    };
    const left = {
      name: "gradient left",
      caption: "The gradient at each step back from the answer, 1: as at the answer.",
      head: ["steps back", "left", ...(by < 1 ? ["clipped"] : [])],
      body: signal.map((share, d) => [d, share, ...(by < 1 ? [share * by] : [])]),
    };
    // What the reader is still to predict stands in no table either.
    if (!gradient || !edge) return [...(gradient ? [left] : []), units];
    const everywhere = {
      name: "left at every radius",
      caption: `What is left after ${steps - 1} steps, by the spectral radius of the recurrent weights.`,
      head: ["radius", "left"],
      body: this.#turning(activation).curve.map(([radius, log]) => [radius, 10 ** log]),
    };
    return [left, everywhere, units];
  }

  /** @returns {Heard | null} */
  heard() {
    return this.#drawn && this.#setup.gradient ? { title: "The gradient", left: this.#drawn.signal } : null;
  }

  get #trainedWith() {
    return this.#small.net.activation;
  }

  /** The net as it is now, and what follows from it. */
  #now() {
    const { activation, radius, steps } = this.#setup;
    /** @type {Net} */
    const net = scaled(this.#small.net, radius, activation ?? this.#trainedWith, this.#own);
    const pass = forward(net, stretched(this.#small.x, steps));
    return { net, pass, signal: signalOf(net, pass, this.#small.target) };
  }

  /** @param {Partial<Setup>} change */
  #change(change) {
    this.#setup = { ...this.#setup, ...change };
    this.#draw();
  }

  #choose() {
    this.#change({ activation: /** @type {Activation} */ (this.#activation.value) });
  }

  #draw() {
    const room = this.#plots.clientWidth;
    if (!this.#setup.model || room === 0) return;
    const { radius, steps, clip, gradient, edge } = this.#setup;
    const { net, pass, signal } = this.#now();
    const { activation } = net;
    const size = radius ?? this.#own;
    this.#activation.value = activation;
    put(this.#radius, size);
    this.#asTrained.disabled = radius === null;
    setText(this.#radiusTold, number(size));
    put(this.#steps, steps);
    setText(this.#stepsTold, String(steps));
    this.#clipped.checked = clip !== null;
    this.#clip.disabled = clip === null;
    const threshold = clip ?? 10 ** Number(this.#clip.value);
    setText(this.#clipTold, number(threshold));
    for (const part of [this.#gradient, this.#clipping]) part.hidden = !gradient;
    this.#edge.hidden = !gradient || !edge;
    for (const part of [this.#radiusSet, this.#asTrained]) part.hidden = !edge;

    const pairs = room >= TWO;
    this.#plots.classList.toggle("pairs", pairs);
    this.#plots.classList.toggle("columns", pairs && gradient);
    const width = pairs ? Math.floor(room / 2) - GAP : room;
    const dots = sums(net, pass).flatMap((row, t) =>
      row.map((a, i) => /** @type {[number, number]} */ ([a, pass.h[t][i]])),
    );
    this.#squashing(width, activation, dots);
    const factor = this.#factor(net, pass, clip);
    if (gradient) {
      this.#leftOver(width, signal, factor.by);
      if (edge) this.#turns(width, activation, size);
    }
    const steep = dots.map(([, value]) => slope[activation](value));
    const mean = steep.reduce((total, one) => total + one, 0) / steep.length;
    const stretch = (this.#stretch * size) / (this.#own || 1);
    this.#compare(mean, stretch, STEEPEST[activation], factor);
    setText(this.#told, this.#sentence(activation, size, mean, signal, stretch, factor));
    this.#drawn = { net, pass, signal, by: factor.by };
    tell(this.element, "drawn");
  }

  /** What clipping multiplies the whole gradient by. @param {Net} net @param {Pass} pass @param {number | null} clip */
  #factor(net, pass, clip) {
    const whole = gradientSize(net, pass, this.#small.target);
    return { whole, by: clip === null || whole <= clip ? 1 : clip / whole };
  }

  /** @param {number} width @param {Activation} activation @param {[number, number][]} dots */
  #squashing(width, activation, dots) {
    const top = activation === "relu" ? FARTHEST : 1;
    const bottom = activation === "tanh" ? -1 : 0;
    const x = { low: -FARTHEST, high: FARTHEST, ticks: wholes(-FARTHEST, FARTHEST), title: "what the unit squashes" };
    const of = new Plot(width, 190, x, {
      low: bottom - 0.06 * (top - bottom),
      high: top + 0.06 * (top - bottom),
      ticks: [bottom, (top + bottom) / 2, top].map((at) => ({ at, label: number(at) })),
      title: activation,
    });
    const { steps } = this.#setup;
    const many = `${plural(this.#small.net.bias.length, "unit")} at ${steps} steps`;
    this.#curve.replaceChildren(
      make("p", { class: "plot-title" }, `${activation}: a dot for each of ${many}`),
      of.picture(
        `The function ${activation} with ${many} on it.`,
        of.line(
          PLACES.map(([a]) => [a, squash[activation](a)]),
          { class: "thin" },
        ),
        of.dots(dots, 3, { class: "units" }),
      ),
    );
    const most = STEEPEST[activation];
    const steep = new Plot(width, 170, x, {
      low: -0.06 * most,
      high: 1.1 * most,
      ticks: [0, most / 2, most].map((at) => ({ at, label: number(at) })),
      title: "slope",
    });
    this.#slope.replaceChildren(
      make("p", { class: "plot-title" }, `its slope there: at most ${number(most)}`),
      steep.picture(
        `The slope of ${activation} at the same places; at most ${number(most)}.`,
        steep.line(
          PLACES.map(([a]) => [a, slope[activation](squash[activation](a))]),
          { class: "thin" },
        ),
        steep.dots(
          dots.map(([a, value]) => [a, slope[activation](value)]),
          3,
          { class: "units" },
        ),
      ),
    );
  }

  /** @param {number} width @param {number[]} signal @param {number} by what clipping leaves */
  #leftOver(width, signal, by) {
    const last = signal.length - 1;
    const plot = new Plot(
      width,
      190,
      { low: 0, high: last, ticks: wholes(0, last), title: "steps back from the answer" },
      { low: LOW, high: HIGH, ticks: DECADES, title: "" },
    );
    const points = /** @param {number} times */ (times) =>
      signal.map((share, d) => /** @type {[number, number]} */ ([d, Math.log10(share * times)]));
    this.#gradient.replaceChildren(
      make("p", { class: "plot-title" }, `gradient left, 1: as at the answer${by < 1 ? "; dashed: clipped" : ""}`),
      plot.picture(
        `The gradient by steps back: ${number(signal[last])} of it is left after ${last} steps.`,
        plot.across(0),
        plot.bounded(points(1), { class: "thick" }),
        by < 1 && plot.bounded(points(by), { class: "dashed" }),
        ...points(1).map((point, back) => plot.dots([point], 6, { class: "heard-here", "data-back": back })),
      ),
    );
  }

  /** @param {number} width @param {Activation} activation @param {number} size */
  #turns(width, activation, size) {
    const { steps } = this.#setup;
    const { curve, edges } = this.#turning(activation);
    const here = curve.reduce((a, b) => (Math.abs(b[0] - size) < Math.abs(a[0] - size) ? b : a));
    const plot = new Plot(
      width,
      170,
      { low: LEAST, high: MOST, ticks: wholes(LEAST, MOST, 3), title: "spectral radius of the recurrent weights" },
      { low: LOW, high: HIGH, ticks: DECADES, title: "" },
    );
    const marks = edges.map((edge) => plot.up(edge, `turns at ${number(edge)}`, { class: "up edge-mark" }, true));
    this.#edge.replaceChildren(
      make("p", { class: "plot-title" }, `left after ${steps - 1} steps, at every radius`),
      plot.picture(
        `What is left after ${steps - 1} steps by the radius${edges.length ? `; it turns at ${edges.map(number).join(", ")}` : ""}.`,
        plot.across(0),
        plot.bounded(curve, { class: "thick" }),
        ...marks.slice(0, 3),
        plot.dots([[size, size <= MOST ? this.#leftAt() : here[1]]], 6, { class: "here" }),
      ),
    );
  }

  #leftAt() {
    const { signal } = this.#now();
    return Math.log10(signal[signal.length - 1]);
  }

  /** @param {Activation} activation */
  #turning(activation) {
    const { steps } = this.#setup;
    const key = `${activation} ${steps}`;
    const known =
      this.#turned.get(key) ??
      turning(this.#small.net, activation, stretched(this.#small.x, steps), this.#small.target);
    this.#turned.set(key, known);
    return known;
  }

  /** @param {number} mean @param {number} stretch @param {number} most @param {{whole: number, by: number}} factor */
  #compare(mean, stretch, most, factor) {
    const { gradient, clip } = this.#setup;
    const of = /** @param {string} part */ (part) => ({ "data-part": part });
    this.#compared.replaceChildren(
      fact("mean slope of the units", number(mean), of("slope")),
      fact("most that the weights can stretch (largest singular value)", number(stretch), of("radius")),
      fact("1/γ for this function, γ its steepest slope", number(1 / most)),
      ...(gradient
        ? [
            fact("size of the whole gradient, of all weights", number(factor.whole), of("clip")),
            ...(clip === null ? [] : [fact("clipping multiplies all of it by", number(factor.by), of("clip"))]),
          ]
        : []),
    );
  }

  /**
   * @param {Activation} activation
   * @param {number} size
   * @param {number} mean
   * @param {number[]} signal
   * @param {number} stretch
   * @param {{whole: number, by: number}} factor
   */
  #sentence(activation, size, mean, signal, stretch, factor) {
    const { gradient, edge, radius, steps } = this.#setup;
    const last = signal[signal.length - 1];
    const as =
      activation === this.#trainedWith
        ? radius === null
          ? "The net as it was trained"
          : `The trained weights, the recurrent ones scaled to a radius of ${number(size)} (trained: ${number(this.#own)})`
        : `The same weights under ${activation}, with which they were never trained (they were with ${this.#trainedWith})`;
    const slopes = `the units are on slopes of ${number(mean)} on average, at most ${number(STEEPEST[activation])}`;
    if (!gradient) return `${as}: ${slopes}.`;
    const way = `the gradient ${goes(last)}: ${last < 1 ? `${number(last)} of it is left` : `it is ${number(last)} times what it was`}`;
    if (!edge) return `${as}: ${slopes}. Over ${steps - 1} steps back ${way}.${this.#clippingTold(factor)}`;
    const edges = this.#turning(activation).edges;
    const turn = edges.length
      ? `It turns at a radius of ${edges.slice(0, 3).map(number).join(" and ")}.`
      : `At ${last < 1 ? "no" : "every"} radius from ${LEAST} to ${MOST} is more found there than at the answer.`;
    const sure =
      stretch < 1 / STEEPEST[activation]
        ? " That it vanishes is certain here: the weights stretch by less than 1/γ."
        : "";
    return `${as}: ${slopes}. Over ${steps - 1} steps back ${way}. ${turn}${sure}${this.#clippingTold(factor)}`;
  }

  /** @param {{by: number}} factor */
  #clippingTold({ by }) {
    if (this.#setup.clip === null) return "";
    return by < 1
      ? ` Clipping multiplies the whole gradient by ${number(by)}: it is shorter, and points the same way.`
      : " Clipping changes nothing: the gradient is shorter than the threshold already.";
  }
}

/** @param {number} share of the gradient that is found at the first step */
function goes(share) {
  if (share < 1) return share < TENTH ? "vanishes" : "shrinks";
  return share > 1 / TENTH ? "explodes" : "grows";
}
