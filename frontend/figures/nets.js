/**
 * Nets: a net with weights of its own at each step beside a recurrent one, which has the same weights at all of them. Both
 * start with the same numbers, those of a trained net. One colour is one set of weights.
 *
 * @import {Pass} from "../nets.js"
 * @import {FigureTable} from "./index.js"
 * @import {LessonModels, SmallNet} from "./models.js"
 */

import { make, setText, tell } from "../elements/dom.js";
import { change, number, plural } from "../format.js";
import { forward, lossOf, parametersOf, stretched, withRecurrent } from "../nets.js";
import { drawCopies, placeOf, tips } from "./copies.js";
import { symbolOf } from "./models.js";
import { put, range } from "./range.js";
import { show } from "./sight.js";
import { draw, picture, write } from "./svg.js";

const [LEAST, MOST] = [2, 12];
/** How far the weight can be moved. */
const REACH = 2;
const FINE = 0.05;
/** Degrees between the hues of two steps: neighbours differ most. */
const TURN = 137.5;
/** States that differ by less are shown alike. */
const SEEN = 0.005;

/** @typedef {{model: string, length: number, built: number | null, net: "both" | "own" | "shared"}} Setup */

export class Nets {
  element = make("div", { class: "nets" });
  #small;
  /** Steps that the net with weights of its own was made for. */
  #built = LEAST;
  #length = LEAST;
  /** Whether that is another length than it was made for, or has been. */
  #grown = false;
  /** The weight that is moved: to and from which unit, at which step where each has its own, and by how much. */
  #edit = { to: 0, from: 0, at: 1, by: 0 };

  #shorter = make("button", { type: "button", "aria-label": "Shorter sequence", onclick: () => this.#grow(-1) }, "−");
  #longer = make("button", { type: "button", "aria-label": "Longer sequence", onclick: () => this.#grow(1) }, "+");
  #steps = make("output", {});
  #by = range("Change of the marked weight", { min: -REACH, max: REACH, step: FINE }, number, (by) =>
    this.#move({ by }),
  );
  #moved = make("span", { "aria-hidden": "true" });
  #own = make("div", { class: "copies", tabindex: 0, role: "region", "aria-label": "The net with weights of its own" });
  #shared = make("div", { class: "copies", tabindex: 0, role: "region", "aria-label": "The recurrent net" });
  #ownTitle = make("h4", {}, "Weights of its own at each step");
  #sharedTitle = make("h4", {}, "Recurrent: the same weights at each step");
  #count = make("div", { class: "count", "data-part": "count" });
  #told = make("p", { class: "told" });
  /** What both nets do, as they are drawn. @type {{own: Pass, shared: Pass} | null} */
  #passes = null;
  #wide = new ResizeObserver(() => this.#draw());

  /** @param {SmallNet} small */
  constructor(small) {
    this.#small = small;
    this.element.append(
      tips(),
      make(
        "div",
        { class: "tools" },
        make("span", { "data-part": "length" }, "Sequence ", this.#shorter, " ", this.#steps, " ", this.#longer),
        make("label", { "data-part": "edit" }, "Move one weight ", this.#by, this.#moved),
      ),
      this.#ownTitle,
      this.#own,
      this.#sharedTitle,
      this.#shared,
      this.#told,
      this.#count,
    );
    this.#wide.observe(this.element);
  }

  /**
   * @param {LessonModels} models
   * @param {Setup} setup
   */
  static async create(models, setup) {
    return new Nets(await models.small(setup.model));
  }

  /** @param {Setup} setup */
  set(setup) {
    this.#length = setup.length;
    this.#built = setup.built ?? setup.length;
    this.#grown = this.#built !== this.#length;
    this.#edit = { to: 0, from: 0, at: Math.min(2, setup.length - 1), by: 0 };
    put(this.#by, 0);
    for (const [name, ...parts] of /** @type {const} */ ([
      ["own", this.#own, this.#ownTitle],
      ["shared", this.#shared, this.#sharedTitle],
    ])) {
      for (const part of parts) part.hidden = setup.net !== "both" && setup.net !== name;
    }
    this.#draw();
  }

  /** @returns {FigureTable[]} */
  tables() {
    if (!this.#passes) return [];
    const { own, shared } = this.#passes;
    const there = Math.min(this.#built, this.#length);
    const tables = [];
    if (!this.#own.hidden) {
      const caption = "The states of the net with weights of its own at each step, from −1 to 1.";
      tables.push({ name: "states, own weights", caption, ...this.#states(own, there) });
    }
    if (!this.#shared.hidden) {
      const caption = "The states of the recurrent net, from −1 to 1.";
      tables.push({ name: "states, recurrent", caption, ...this.#states(shared, this.#length) });
    }
    return [...tables, this.#answers(own, shared), this.#parameters()];
  }

  /** @param {Pass} pass @param {number} there steps that it has weights for */
  #states({ x, h }, there) {
    return {
      head: ["step", "reads", ...h[0].map((_, i) => `unit ${i + 1}`)],
      body: h.map((row, t) => [t, symbolOf(x[t], this.#small.symbols), ...row.map((v) => (t < there ? v : null))]),
    };
  }

  /** @param {Pass} own @param {Pass} shared @returns {FigureTable} */
  #answers(own, shared) {
    const { answers, target } = this.#small;
    const missing = this.#length > this.#built;
    const nets = [
      ...(this.#own.hidden ? [] : [{ name: "own weights", pass: missing ? null : own }]),
      ...(this.#shared.hidden ? [] : [{ name: "recurrent", pass: shared }]),
    ];
    return {
      name: "answer",
      caption: `Probability of each answer, from 0 to 1; ${answers[target]} is right. Loss in nat.`,
      head: ["answer", ...nets.map(({ name }) => name)],
      body: [
        ...answers.map((name, i) => [name, ...nets.map(({ pass }) => pass?.p[i] ?? null)]),
        ["loss", ...nets.map(({ pass }) => pass && lossOf(pass, target))],
      ],
    };
  }

  /** @returns {FigureTable} */
  #parameters() {
    const { parameters } = this.#small.facts;
    return {
      name: "parameters",
      caption:
        "Parameters by the length of the sequence. Before the first step stands no layer, so it has no recurrent ones.",
      head: ["steps", "weights of its own at each", "shared"],
      body: Array.from({ length: MOST }, (_, i) => [i + 1, parametersOf(this.#small.net, i + 1), parameters]),
    };
  }

  /** @param {number} by */
  #grow(by) {
    this.#length = Math.min(Math.max(this.#length + by, LEAST), MOST);
    this.#grown = true;
    this.#draw();
  }

  /** @param {Partial<{to: number, from: number, at: number, by: number}>} edit */
  #move(edit) {
    this.#edit = { ...this.#edit, ...edit };
    this.#draw();
  }

  #draw() {
    const { to, from, by } = this.#edit;
    const { net, target } = this.#small;
    const T = this.#length;
    const at = this.#movedAt;
    const x = stretched(this.#small.x, T);
    const edited = withRecurrent(net, to, from, net.w_hh[to][from] + by);
    const own = Array.from({ length: T }, (_, t) => (t === at ? edited : net));
    const before = forward(net, x);
    const passes = { own: forward(own, x), shared: forward(edited, x) };
    this.#passes = passes;
    const missing = Math.min(this.#built, T);
    const differ = /** @param {number[][]} h */ (h) =>
      h.filter((row, t) => row.some((value, i) => Math.abs(value - before.h[t][i]) > SEEN)).length;
    const common = {
      inputs: x.map((one) => symbolOf(one, this.#small.symbols)),
      seen: T,
      grad: null,
      back: T,
      folded: false,
      at: null,
      room: this.element.clientWidth,
    };
    const answer = /** @param {typeof before} pass */ (pass) => ({
      names: this.#small.answers,
      p: pass.p,
      target,
      loss: lossOf(pass, target),
    });
    this.#own.replaceChildren(
      drawCopies({
        ...common,
        label: `A net with weights of its own for ${plural(this.#built, "step")}.`,
        h: passes.own.h,
        answer: answer(passes.own),
        colour: (t) => `oklch(var(--hue-light) 0.15 ${Math.round((t * TURN) % 360)})`,
        missing,
        marked: { to, from, at },
        own: "own",
      }),
    );
    this.#shared.replaceChildren(
      drawCopies({
        ...common,
        label: `A recurrent net over ${plural(T, "step")}, with the same weights at each.`,
        h: passes.shared.h,
        answer: answer(passes.shared),
        colour: () => "var(--model-3)",
        missing: T,
        marked: { to, from },
        own: "shared",
      }),
    );
    setText(this.#steps, plural(T, "step"));
    setText(this.#moved, change(by));
    this.#shorter.disabled = T === LEAST;
    this.#longer.disabled = T === MOST;
    setText(this.#told, this.#sentence(by, differ(passes.own.h), differ(passes.shared.h)));
    this.#drawCount();
    if (this.#grown) {
      // It grows at its end, where the answer is, or is no more.
      const end = placeOf(this.element.clientWidth, T, T - 1);
      for (const place of [this.#own, this.#shared]) show(place, String(T), ...end);
    }
    tell(this.element, "drawn");
  }

  /** The step on the way to which the weight is moved where each has its own: a short sequence has only the first ways. */
  get #movedAt() {
    return Math.min(this.#edit.at, this.#length - 1);
  }

  /**
   * @param {number} by
   * @param {number} own steps at which the state changed
   * @param {number} shared
   */
  #sentence(by, own, shared) {
    const net = { built: this.#built, steps: this.#length, at: this.#movedAt };
    if (this.#shared.hidden) return ownSentence(net, by, own);
    if (this.#own.hidden) return sharedSentence(net, by, shared);
    return bothSentence(net, by, own, shared);
  }

  /** Parameters of both nets by the length of the sequence. */
  #drawCount() {
    const { shared, parameters } = this.#small.facts;
    const readOut = parameters - shared;
    const T = this.#length;
    const own = /** @param {number} steps */ (steps) => parametersOf(this.#small.net, steps);
    const [width, height, left, bottom] = [300, 120, 40, 22];
    const most = own(MOST);
    const x = /** @param {number} t */ (t) => left + ((width - left - 8) * t) / MOST;
    const y = /** @param {number} count */ (count) => 8 + (height - bottom - 8) * (1 - count / most);
    const line = /** @param {(t: number) => number} count @param {string} name */ (count, name) =>
      draw("path", {
        d: Array.from({ length: MOST }, (_, i) => `${i ? "L" : "M"}${x(i + 1)} ${y(count(i + 1))}`).join(" "),
        class: `line ${name}`,
      });
    const dot = /** @param {number} count @param {string} name */ (count, name) =>
      draw("circle", { cx: x(T), cy: y(count), r: 4.5, class: `dot ${name}` });
    this.#count.replaceChildren(
      make(
        "p",
        {},
        `Parameters for ${plural(T, "step")}: `,
        make("strong", {}, number(own(T))),
        " with weights of its own at each, ",
        make("strong", {}, number(parameters)),
        ` shared (${readOut} of them read the answer out; each unit has two biases, as in torch).`,
      ),
      picture(
        width,
        height,
        `Parameters by the length of the sequence: with weights of its own at each step they grow by ${own(2) - own(1)} a step, shared they stay ${parameters}.`,
        draw("path", { d: `M${left} 8 V${height - bottom} H${width - 8}`, class: "axis" }),
        write(left - 6, y(0), "0", { class: "small", "text-anchor": "end" }),
        write(left - 6, y(most), number(most), { class: "small", "text-anchor": "end" }),
        write(x(MOST / 2), height - 8, "steps of the sequence", { class: "small" }),
        write(x(MOST), height - 8, String(MOST), { class: "small" }),
        line(own, "own"),
        line(() => parameters, "shared"),
        dot(own(T), "own"),
        dot(parameters, "shared"),
        write(x(MOST) - 4, y(own(MOST)) + 22, "own", { class: "small", "text-anchor": "end" }),
        write(x(MOST) - 4, y(parameters) - 9, "shared", { class: "small", "text-anchor": "end" }),
      ),
    );
  }
}

/**
 * @typedef {object} Drawn
 * @property {number} built steps that the net with weights of its own was made for
 * @property {number} steps that are drawn
 * @property {number} at the step on the way to which the weight is moved
 */

/** @param {number} built */
const noWeights = (built) =>
  `it was made for ${plural(built, "step")}, and no training has ever touched weights for others.`;

/** The ways from one step to the next. @param {number} steps */
const ways = (steps) => (steps === 2 ? "on the only way there is" : `on all ${steps - 1} ways at once`);

/**
 * What is to be seen of the net with weights of its own, where it stands alone.
 *
 * @param {Drawn} net
 * @param {number} by how far the weight is moved
 * @param {number} changed steps at which the state changed
 */
export function ownSentence({ built, steps, at }, by, changed) {
  if (steps > built) return `There are no weights for step ${built}: ${noWeights(built)}`;
  if (!by) return `Each of the ${steps} steps has weights of its own. So far all of them have the same values.`;
  return `The weight was moved on the way to step ${at}, and nowhere else. The state changed at ${plural(changed, "step")}.`;
}

/**
 * The same of the recurrent net.
 *
 * @param {Drawn} net
 * @param {number} by
 * @param {number} changed
 */
export function sharedSentence({ steps }, by, changed) {
  if (!by) return `All ${steps} steps use the same weights.`;
  return `The weight was moved ${ways(steps)}: it is one weight. The state changed at ${plural(changed, "step")}.`;
}

/**
 * The same of both, one above the other.
 *
 * @param {Drawn} net
 * @param {number} by
 * @param {number} own steps at which the state changed in the upper one
 * @param {number} shared and in the lower one
 */
export function bothSentence({ built, steps, at }, by, own, shared) {
  if (steps > built) {
    return `There are no weights for step ${built} in the upper net: ${noWeights(built)} The recurrent net reads ${steps} steps with the weights that it has.`;
  }
  if (!by) return "Both nets give the same answer: so far, all their weights have the same values.";
  return `The weight was moved on the way to step ${at} in the upper net, and ${ways(steps)} in the recurrent one, where it is one weight. The state changed at ${plural(own, "step")} in the upper net, at ${shared} in the recurrent one.`;
}
