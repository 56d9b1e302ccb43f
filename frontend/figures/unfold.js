/**
 * Unfold: one recurrent net as a loop, or as a copy for every step. Its values run forward, its gradients back, and one
 * weight can be nudged.
 *
 * @import {FigureTable, Heard} from "./index.js"
 * @import {LessonModels, SmallNet} from "./models.js"
 * @import {Net, Pass, Vector} from "../nets.js"
 */

import { make, setText, tell } from "../elements/dom.js";
import { change, number, plural } from "../format.js";
import { backward, descended, forward, lossOf, norm, stretched, withRecurrent } from "../nets.js";
import { Beat } from "./beat.js";
import { drawCopies, placeOf, tips } from "./copies.js";
import { fact } from "./fact.js";
import { symbolOf } from "./models.js";
import { put, range } from "./range.js";
import { show } from "./sight.js";

/** Milliseconds between two steps when they play. */
const BEAT = 550;
/** How far a weight is nudged at most, and the step of its slider. */
const [NUDGE, FINE] = [0.5, 0.01];
/** Learning rate of the button that descends. */
const RATE = 0.5;
const [LEAST, MOST] = [2, 12];

/**
 * @typedef {object} Setup
 * @property {string} model
 * @property {number} length
 * @property {boolean} folded
 * @property {boolean} back
 * @property {boolean} nudge
 * @property {number} descended
 */

export class Unfold {
  element = make("div", { class: "unfold" });
  #small;
  /** @type {Net} */
  #net;
  /** @type {Setup} */
  #setup = { model: "", length: LEAST, folded: false, back: false, nudge: false, descended: 0 };
  /** How many steps have run, and how many the gradient has run back. */
  #seen = 0;
  #back = 0;
  /** Whether they have run all at once. */
  #atOnce = true;
  #nudge = { to: 0, from: 0, by: 0 };
  #updates = 0;

  #place = make("div", { class: "copies", tabindex: 0, role: "region", "aria-label": "The net, drawn" });
  #told = make("p", { class: "told" });
  /** What is drawn. @type {{pass: Pass, loss: number, grad: Vector} | null} */
  #drawn = null;
  #copies = range(
    "How far it is drawn out",
    { min: 1, max: MOST, step: 1 },
    (copies) => (copies === 1 ? "folded into a loop" : `${copies} copies`),
    (value) => this.#drawOut(value),
  );
  #beat = new Beat(
    BEAT,
    () => this.#begin(),
    () => this.#advance(),
  );
  #step = make("button", { type: "button", onclick: () => this.#pause(() => this.#advance()) }, "One step");
  #weight = make("select", { "aria-label": "Weight to nudge", onchange: () => this.#choose() });
  #by = range("Change of this weight", { min: -NUDGE, max: NUDGE, step: FINE }, number, (by) => this.#set({ by }));
  #byTold = make("span", { class: "value", "aria-hidden": "true" });
  #compared = make("dl", { class: "compared" });
  #descend = make(
    "button",
    { type: "button", "data-part": "descend", onclick: () => this.#learn() },
    "One step of gradient descent",
  );
  #nudging = make(
    "div",
    { class: "nudging" },
    make("label", { "data-part": "nudge" }, "Recurrent weight ", this.#weight),
    make("label", { "data-part": "nudge" }, "change it by ", this.#by, this.#byTold),
    this.#compared,
    this.#descend,
  );

  #wide = new ResizeObserver(() => this.#draw());

  /** @param {SmallNet} small */
  constructor(small) {
    this.#small = small;
    this.#net = small.net;
    for (const [i, row] of small.net.w_hh.entries()) {
      for (const j of row.keys()) {
        this.#weight.append(make("option", { value: `${i},${j}` }, `from unit ${j + 1} to unit ${i + 1}`));
      }
    }
    this.element.append(
      tips(),
      make(
        "div",
        { class: "tools" },
        make("label", { "data-part": "fold" }, "Loop ", this.#copies, " copies"),
        this.#beat.button,
        this.#step,
      ),
      this.#place,
      this.#told,
      this.#nudging,
    );
    this.#wide.observe(this.#place);
  }

  /**
   * @param {LessonModels} models
   * @param {Setup} setup
   */
  static async create(models, setup) {
    return new Unfold(await models.small(setup.model));
  }

  /** @param {Setup} setup */
  set(setup) {
    this.#setup = { ...setup };
    this.#net = this.#small.net;
    this.#nudge = { to: 0, from: 0, by: 0 };
    for (this.#updates = 0; this.#updates < setup.descended; this.#updates++) this.#descendOnce();
    this.#nudge = { ...this.#steepest(), by: 0 };
    this.#weight.value = `${this.#nudge.to},${this.#nudge.from}`;
    put(this.#by, 0);
    put(this.#copies, setup.folded ? 1 : setup.length);
    this.#nudging.hidden = !setup.nudge;
    this.stop();
    this.#finish();
  }

  #begin() {
    if (this.#setup.folded) this.#drawOut(this.#setup.length);
    [this.#seen, this.#back, this.#atOnce] = [0, 0, false];
    this.#draw();
  }

  /** Stops what plays. */
  stop() {
    this.#beat.stop();
  }

  /** @returns {FigureTable[]} */
  tables() {
    if (!this.#drawn) return [];
    const { pass, loss, grad } = this.#drawn;
    const { folded, back } = this.#setup;
    const { symbols, answers, target } = this.#small;
    const T = this.#length;
    const reached = T - this.#back;
    const states = {
      name: "states",
      caption: `The states, from −1 to 1${back ? ", and the size of the loss's gradient for each, in nat" : ""}; empty where it has not run yet.`,
      head: ["step", "reads", ...pass.h[0].map((_, i) => `unit ${i + 1}`), ...(back ? ["gradient"] : [])],
      body: pass.h
        .slice(0, folded ? 1 : T)
        .map((row, t) => [
          t,
          symbolOf(pass.x[t], symbols),
          ...row.map((value) => (t < this.#seen ? value : null)),
          ...(back ? [t >= reached ? grad[t] : null] : []),
        ]),
    };
    if (this.#seen < T) return [states];
    return [
      states,
      {
        name: "answer",
        caption: `Probability of each answer, from 0 to 1; ${answers[target]} is right. Loss in nat.`,
        head: ["answer", "probability"],
        body: [...answers.map((name, i) => [name, pass.p[i]]), ["loss", loss]],
      },
    ];
  }

  /** @returns {Heard | null} */
  heard() {
    if (!this.#drawn || !this.#setup.back || this.#setup.folded) return null;
    const { grad } = this.#drawn;
    const back = grad.slice(this.#length - this.#back).reverse();
    return { title: "The gradient", left: back.map((size) => size / back[0]) };
  }

  get #length() {
    return this.#setup.length;
  }

  /** @param {() => void} then */
  #pause(then) {
    this.stop();
    then();
  }

  #advance() {
    const through = this.#back === this.#length || (!this.#setup.back && this.#seen === this.#length);
    this.#atOnce = false;
    if (through && this.#beat.playing) this.stop();
    else if (through) [this.#seen, this.#back] = [0, 0];
    else if (this.#seen < this.#length) this.#seen += 1;
    else this.#back += 1;
    this.#draw();
  }

  #finish() {
    this.#seen = this.#length;
    this.#back = this.#setup.back ? this.#length : 0;
    this.#atOnce = true;
    this.#draw();
  }

  /** @param {number} copies */
  #drawOut(copies) {
    this.stop();
    this.#setup = { ...this.#setup, folded: copies === 1, length: Math.max(copies, LEAST) };
    put(this.#copies, copies);
    this.#finish();
  }

  #choose() {
    const [to, from] = this.#weight.value.split(",").map(Number);
    put(this.#by, 0);
    this.#set({ to, from, by: 0 });
  }

  /** @param {Partial<{to: number, from: number, by: number}>} nudge */
  #set(nudge) {
    this.stop();
    this.#nudge = { ...this.#nudge, ...nudge };
    this.#finish();
  }

  #learn() {
    this.stop();
    this.#descendOnce();
    this.#nudge = { ...this.#nudge, by: 0 };
    put(this.#by, 0);
    this.#updates += 1;
    this.#finish();
  }

  /** All weights of the net, as it is nudged, go one step against their gradient. */
  #descendOnce() {
    const { net, x, target } = this.#now();
    this.#net = descended(net, backward(net, forward(net, x), target).net, RATE);
  }

  /** The recurrent weight on which the loss depends most: with it a nudge is best seen. */
  #steepest() {
    const x = stretched(this.#small.x, this.#length);
    const slopes = backward(this.#net, forward(this.#net, x), this.#small.target).net.w_hh;
    const all = slopes.flatMap((row, to) => row.map((slope, from) => ({ to, from, size: Math.abs(slope) })));
    return all.reduce((best, one) => (one.size > best.size ? one : best));
  }

  /** The net as it is now, nudged, and what it reads. */
  #now() {
    const { to, from, by } = this.#nudge;
    const net = by ? withRecurrent(this.#net, to, from, this.#net.w_hh[to][from] + by) : this.#net;
    return { net, x: stretched(this.#small.x, this.#length), target: this.#small.target };
  }

  #draw() {
    const { net, x, target } = this.#now();
    const pass = forward(net, x);
    const loss = lossOf(pass, target);
    const grads = backward(net, pass, target);
    const { folded, back, nudge } = this.#setup;
    const T = this.#length;
    const through = this.#seen === T;
    const label = folded
      ? "A recurrent net, folded up: its state goes back into it at each step."
      : `The same net in ${T} copies, of which ${this.#seen} have run.`;
    this.#place.replaceChildren(
      drawCopies({
        label,
        inputs: x.map((one) => symbolOf(one, this.#small.symbols)),
        h: pass.h,
        seen: this.#seen,
        grad: back ? grads.h.map(norm) : null,
        back: T - this.#back,
        answer: through ? { names: this.#small.answers, p: pass.p, target, loss } : null,
        colour: () => "var(--model-3)",
        missing: T,
        folded,
        at: through ? (this.#back && this.#back < T ? T - this.#back : null) : this.#seen - 1,
        marked: nudge ? this.#nudge : null,
        own: "shared",
        room: this.#place.clientWidth,
      }),
    );
    this.#inSight();
    setText(this.#byTold, change(this.#nudge.by));
    setText(this.#told, this.#sentence(loss, grads.h.map(norm), pass.p[target]));
    if (nudge) this.#compare(loss);
    this.#drawn = { pass, loss, grad: grads.h.map(norm) };
    tell(this.element, "drawn");
  }

  /** Shows what moved: the step that ran last, at last with the answer, or the state that the gradient has reached. */
  #inSight() {
    const T = this.#length;
    if (this.#setup.folded) return;
    const t = Math.max(this.#back ? T - this.#back : this.#seen - 1, 0);
    // Where nobody went step by step, all of it moved, and what follows from it stands at the answer.
    const at = this.#atOnce ? T - 1 : t;
    show(this.#place, `${T} ${this.#seen} ${this.#back} ${this.#nudge.by}`, ...placeOf(this.#place.clientWidth, T, at));
  }

  /**
   * @param {number} loss
   * @param {number[]} grad
   * @param {number} share
   */
  #sentence(loss, grad, share) {
    const T = this.#length;
    if (this.#setup.folded) return "Folded up: at each step the net reads one input, and its own state again.";
    if (this.#seen < T) return `${plural(this.#seen, "step")} of ${T} have run.`;
    const answers = this.#small.answers;
    const right = `The right answer is ${answers[this.#small.target]}: the net gives it ${number(share)} of 1, a loss of ${number(loss)} nat.`;
    if (!this.#setup.back || this.#back < T) return right;
    const left = grad[0] / grad[T - 1];
    return `${right} Of the gradient at the last state, ${number(left)} times as much is found at the first, ${plural(T - 1, "step")} back.`;
  }

  /** What the gradient foretells beside what happens. @param {number} loss */
  #compare(loss) {
    const { x, target } = this.#now();
    const before = forward(this.#net, x);
    const was = lossOf(before, target);
    const { to, from, by } = this.#nudge;
    const slope = backward(this.#net, before, target).net.w_hh[to][from];
    const part = /** @param {string} name */ (name) => ({ "data-part": name });
    this.#compared.replaceChildren(
      fact("weight", number(this.#net.w_hh[to][from] + by)),
      fact("derivative of the loss for it", number(slope)),
      fact("change of the loss, foretold: derivative × change", number(slope * by), part("foretold")),
      fact("change of the loss, as it is", number(loss - was), part("measured")),
      fact(this.#updates ? `loss after ${plural(this.#updates, "step")} of descent` : "loss", number(loss)),
    );
  }
}
