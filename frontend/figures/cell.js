/**
 * Cell: the inside of an LSTM or a GRU with the values of one unit at one step. A gate can be held open or shut from a
 * step on; what becomes of the memory and of the answer is seen at once.
 *
 * @import {RunRecord} from "../types.js"
 * @import {FigureTable, Heard} from "./index.js"
 * @import {LessonModels} from "./models.js"
 */

import { make, setAttribute, setText, tell } from "../elements/dom.js";
import { horizonText, number, percent, reachText, two } from "../format.js";
import { tips } from "./copies.js";
import { fact } from "./fact.js";
import { drawInside, fullOf, scalesOf } from "./inside.js";
import { rowsIn, symbolOf } from "./models.js";
import { put, range } from "./range.js";
import { drawStrip } from "./strip.js";

/** @typedef {"lstm" | "gru"} Kind */

/** Of each cell: the state that is its memory, the gate that keeps it, and all gates that can be held. */
const OF = {
  lstm: { memory: "c", keep: "f", valves: { f: "Forget gate", i: "Input gate", o: "Output gate" } },
  gru: { memory: "h", keep: "z", valves: { z: "Update gate", r: "Reset gate" } },
};
const WORDS = ["shut", "open"];

/**
 * @typedef {object} Setup
 * @property {string} model
 * @property {number} at
 * @property {number | null} unit
 * @property {boolean} untrained
 * @property {boolean} untrained_numbers
 * @property {Hold[]} hold
 */

/** @typedef {{gate: string, value: 0 | 1, start: number}} Hold */

/**
 * @typedef {object} Looked what the model does with its sequence
 * @property {number[][]} h T rows of H
 * @property {number[][] | null} c
 * @property {Record<string, number[][]>} gates
 * @property {number[][]} grad of the memory, at each step
 * @property {number[][]} x
 * @property {number} answer step at which it is asked
 * @property {number} target
 * @property {number[]} output at the answer
 * @property {any} frame as the server told it
 */

export class Cell {
  element = make("div", { class: "cell" });
  #models;
  #run;
  /** @type {Kind} */
  #kind;
  /** @type {Setup} */
  #setup = { model: "", at: 0, unit: null, untrained: false, untrained_numbers: true, hold: [] };
  /** @type {Looked} */
  #trained;
  /** @type {Looked} */
  #start;
  /** The model as it is shown, and with gates held. @type {Looked} */
  #plain;
  /** @type {Looked | null} */
  #changed = null;
  /** @type {Hold[]} */
  #holds = [];
  /** What is held in that, in words. */
  #said = "";
  #t = 0;
  #unit = 0;
  /** Which question was asked last: an earlier answer that comes late is not shown. */
  #asked = 0;

  #inside = make("div", { class: "diagram" });
  #strip = make("div", { class: "over-time" });
  #scales = make("p", { class: "legend" });
  #told = make("p", { class: "told" });
  #time = range(
    "Step of the sequence",
    { min: 0, max: 1, step: 1 },
    (t) => `step ${t}, reads ${symbolOf(this.#plain.x[t], this.#labels.x)}`,
    (value) => this.#go(value),
  );
  #units = make("select", { "aria-label": "Unit", onchange: () => this.#pick(Number(this.#units.value)) });
  #hold = make("div", { class: "valves", "data-part": "hold", role: "group", "aria-label": "Hold a gate" });
  #holding = make("p");
  /** By gate: its buttons, shut and open, and the words behind them. @type {Map<string, {buttons: HTMLButtonElement[], since: HTMLElement}>} */
  #valves = new Map();
  #answer = make("dl", { class: "compared", "data-part": "answer" });
  #numbers = make("dl", { class: "compared", "data-part": "reach" });

  #wide = new ResizeObserver(() => this.#draw());

  /**
   * @param {LessonModels} models
   * @param {RunRecord} run
   * @param {Looked} trained
   * @param {Looked} start before any training
   */
  constructor(models, run, trained, start) {
    this.#models = models;
    this.#run = run;
    this.#kind = /** @type {Kind} */ (run.spec.cell.name);
    [this.#trained, this.#start, this.#plain] = [trained, start, trained];
    this.#time.max = String(trained.h.length - 1);
    this.element.append(
      tips(),
      make(
        "div",
        { class: "tools" },
        make("label", { "data-part": "time" }, "Step ", this.#time),
        make("label", { "data-part": "unit" }, "Unit ", this.#units),
      ),
      this.#inside,
      this.#scales,
      this.#hold,
      this.#told,
      this.#strip,
      this.#answer,
      this.#numbers,
    );
    this.#hold.append(this.#holding, ...Object.entries(OF[this.#kind].valves).map((valve) => this.#valve(...valve)));
    this.#wide.observe(this.element);
  }

  /**
   * @param {LessonModels} models
   * @param {Setup} setup
   */
  static async create(models, setup) {
    const run = await models.run(setup.model);
    const of = OF[/** @type {Kind} */ (run.spec.cell.name)].memory;
    const [trained, start] = await Promise.all(
      [{}, { step: 0 }].map((more) => models.ask(setup.model, { name: "look", full: true, ...more })),
    );
    return new Cell(models, run, looked(trained.frame, of), looked(start.frame, of));
  }

  /** @param {Setup} setup */
  set(setup) {
    this.#setup = { ...setup };
    this.#plain = setup.untrained ? this.#start : this.#trained;
    this.#t = Math.min(setup.at, this.#plain.h.length - 1);
    put(this.#time, this.#t);
    this.#holds = [];
    this.#changed = null;
    this.#asked += 1;
    const kept = this.#plain.h[0].map((_, unit) => this.#left(this.#plain, unit)[0]);
    this.#unit = Math.min(setup.unit ?? this.#foremost(kept), kept.length - 1);
    this.#units.replaceChildren(
      ...kept.map((share, unit) => make("option", { value: unit }, `${unit + 1}, whose road leaves ${number(share)}`)),
    );
    this.#units.value = String(this.#unit);
    this.#tellNumbers();
    this.#draw();
    if (setup.hold.length) void this.#holdAll(setup.hold);
  }

  /**
   * The unit along whose own memory most of the answer's gradient comes back to the first step.
   *
   * @param {number[]} kept share that each unit's road leaves
   */
  #foremost(kept) {
    const grad = this.#plain.grad[this.#plain.answer];
    const back = kept.map((share, unit) => share * Math.abs(grad[unit]));
    return back.indexOf(Math.max(...back));
  }

  /**
   * Share of a gradient at the answer that is left at each step on a unit's own road: the product of the gate that keeps
   * its memory, over all steps after it.
   *
   * @param {Looked} of
   * @param {number} unit
   */
  #left(of, unit) {
    const keep = of.gates[OF[this.#kind].keep];
    const left = of.h.map(() => 1);
    for (let t = of.answer - 1; t >= 0; t--) left[t] = left[t + 1] * keep[t + 1][unit];
    return left;
  }

  /** @param {number} t */
  #go(t) {
    this.#t = t;
    put(this.#time, t);
    this.#draw();
  }

  /** @param {number} unit */
  #pick(unit) {
    this.#unit = unit;
    this.#draw();
  }

  /** Holds a gate from the step that is shown on, or lets go of it. @param {string} gate @param {0 | 1} value */
  #press(gate, value) {
    const was = this.#holds.find((hold) => hold.gate === gate);
    const others = this.#holds.filter((hold) => hold !== was);
    void this.#holdAll(was?.value === value ? others : [...others, { gate, value, start: this.#t }]);
  }

  /** Asks what becomes of the model with these gates held. @param {Hold[]} holds */
  async #holdAll(holds) {
    this.#holds = holds;
    const asked = ++this.#asked;
    if (!this.#holds.length) {
      this.#changed = null;
      this.#draw();
      return;
    }
    this.#draw();
    const layer = this.#plain.frame.layers.length - 1;
    const hold = this.#holds.map((one) => ({ ...one, layer }));
    const step = this.#setup.untrained ? { step: 0 } : {};
    try {
      const { frame } = await this.#models.ask(this.#setup.model, { name: "look", full: true, ...step, hold });
      if (asked !== this.#asked) return;
      this.#changed = looked(frame, OF[this.#kind].memory);
      this.#said = saidOf(this.#holds);
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#holds = [];
      this.#changed = null;
      this.#draw();
      setText(this.#told, /** @type {Error} */ (error).message);
      return;
    }
    this.#draw();
  }

  #draw() {
    if (!this.element.clientWidth) return;
    const { memory, keep } = OF[this.#kind];
    const shown = this.#changed ?? this.#plain;
    const [t, unit] = [this.#t, this.#unit];
    const pair = /** @param {number[][]} of */ (of) => ({ before: t ? of[t - 1][unit] : 0, now: of[t][unit] });
    const holds = this.#holds.filter(({ start }) => start <= t);
    const rows = [{ name: `${memory} of this unit, as it was trained`, values: column(this.#held("plain"), unit) }];
    if (this.#setup.untrained) rows[0].name = `${memory} of this unit, before any training`;
    if (this.#changed) rows.push({ name: `with ${this.#said}`, values: column(this.#held("changed"), unit) });
    // The same before any training, after it and with a gate held, so that their colours can be compared.
    const most = fullOf([this.#trained, this.#start, shown].map((of) => column(of.c ?? of.h, unit)));
    this.#scales.replaceChildren(...scalesOf(most, memory === "c" ? "c, h and candidate" : "h and candidate"));
    this.#inside.replaceChildren(
      drawInside({
        unit: `Unit ${unit + 1}`,
        t,
        x: symbolOf(shown.x[t], this.#labels.x),
        h: pair(shown.h),
        c: shown.c && pair(shown.c),
        gates: Object.fromEntries(Object.entries(shown.gates).map(([name, of]) => [name, of[t][unit]])),
        held: Object.fromEntries(holds.map(({ gate, value }) => [gate, value])),
        most,
      }),
    );
    this.#strip.replaceChildren(
      drawStrip(
        {
          label: `${memory} of unit ${unit + 1} over ${shown.h.length} steps, step ${t} marked.`,
          inputs: shown.x.map((one) => symbolOf(one, this.#labels.x)),
          rows,
          most,
          left: this.#left(shown, unit),
          gate: keep,
          t,
          from: this.#holds.length ? Math.min(...this.#holds.map(({ start }) => start)) : null,
          part: memory,
          answer: shown.answer,
          room: this.element.clientWidth,
        },
        (step) => this.#go(step),
      ),
    );
    this.#buttons();
    this.#tellAnswer();
    setText(this.#told, this.#sentence(shown));
    tell(this.element, "drawn");
  }

  /** @returns {FigureTable[]} */
  tables() {
    const { memory, keep } = OF[this.#kind];
    const shown = this.#changed ?? this.#plain;
    const unit = this.#unit;
    const gates = Object.entries(shown.gates);
    const left = this.#left(shown, unit);
    const was = this.#changed ? [`${memory}, nothing held`] : [];
    const held = this.#changed ? `, with ${this.#said}` : "";
    return [
      {
        name: "the unit at every step",
        caption: `Unit ${unit + 1} at every step${held}. The last column is what its own road leaves of a gradient of 1 at the answer: the product of ${keep}.`,
        head: [
          "step",
          "reads",
          ...gates.map(([name]) => name),
          ...(shown.c ? ["c"] : []),
          "h",
          ...was,
          "left on the road",
        ],
        body: shown.h.map((row, t) => [
          t,
          symbolOf(shown.x[t], this.#labels.x),
          ...gates.map(([, of]) => of[t][unit]),
          ...(shown.c ? [shown.c[t][unit]] : []),
          row[unit],
          ...(this.#changed ? [this.#held("plain")[t][unit]] : []),
          left[t],
        ]),
      },
    ];
  }

  /** @returns {Heard} what the unit's own road leaves */
  heard() {
    const shown = this.#changed ?? this.#plain;
    return {
      title: "The road",
      left: this.#left(shown, this.#unit)
        .slice(0, shown.answer + 1)
        .reverse(),
    };
  }

  /** The memory at every step. @param {"plain" | "changed"} which */
  #held(which) {
    const of = which === "changed" && this.#changed ? this.#changed : this.#plain;
    return of.c ?? of.h;
  }

  get #labels() {
    return this.#run.facts.labels;
  }

  /** The buttons that hold a gate. @param {string} gate @param {string} name */
  #valve(gate, name) {
    const buttons = /** @type {const} */ ([0, 1]).map((value) =>
      make(
        "button",
        { type: "button", "data-hold": `${gate}${value}`, onclick: () => this.#press(gate, value) },
        WORDS[value],
      ),
    );
    const since = make("span", { class: "since" });
    this.#valves.set(gate, { buttons, since });
    return make("div", { role: "group", "aria-label": name }, make("span", {}, `${name} ${gate}: `), ...buttons, since);
  }

  /** Says which gates are held. The buttons stay as they are, for the keyboard's focus. */
  #buttons() {
    setText(this.#holding, `Hold a gate of all units, from step ${this.#t} on:`);
    for (const [gate, { buttons, since }] of this.#valves) {
      const hold = this.#holds.find((one) => one.gate === gate);
      for (const [value, button] of buttons.entries())
        setAttribute(button, "aria-pressed", String(hold?.value === value));
      setText(since, hold ? `from step ${hold.start}` : "");
    }
  }

  #tellAnswer() {
    const { target } = this.#plain;
    const right = this.#labels.y[target];
    const guess = this.#run.facts.chance.accuracy;
    const of = /** @param {string} which */ (which) => ({ "data-of": which });
    const pairs = [fact(`probability of the right answer, ${right}`, percent(this.#plain.output[target]), of("plain"))];
    if (this.#changed) {
      const top = this.#labels.y[this.#changed.output.indexOf(Math.max(...this.#changed.output))];
      pairs.push(fact(`the same with ${this.#said}`, percent(this.#changed.output[target]), of("changed")));
      pairs.push(fact("answer that is given then", top === right ? `${top}, right` : `${top}, wrong`));
    }
    if (guess !== null) pairs.push(fact("guessing", percent(guess)));
    this.#answer.replaceChildren(...pairs);
  }

  /** Reach and gradient horizon, after training, and before any where the reader is not still to predict it. */
  #tellNumbers() {
    const { result } = this.#run;
    const before = this.#start.frame;
    if (!result) return;
    const untrained = this.#setup.untrained_numbers;
    this.#numbers.replaceChildren(
      ...(untrained ? [fact("reach, untrained", `${reachText(before.reach)} steps`)] : []),
      fact("reach, trained", `${reachText(result.reach)} steps`),
      ...(untrained ? [fact("gradient horizon, untrained", `${horizonText(before)} steps`)] : []),
      fact("gradient horizon, trained", `${horizonText({ ...before, horizon: result.horizon })} steps`),
    );
  }

  /** @param {Looked} shown */
  #sentence(shown) {
    const [t, unit] = [this.#t, this.#unit];
    const gate = /** @param {string} name */ (name) => two(shown.gates[name][t][unit]);
    const memory = shown.c ?? shown.h;
    const now = two(memory[t][unit]);
    const was = two(t ? memory[t - 1][unit] : 0);
    const how =
      this.#kind === "lstm"
        ? `keeps f = ${gate("f")} of ${was}, adds i × candidate = ${gate("i")} × ${gate("g")}, and so holds c = ${now}. It shows o × tanh(c) = ${two(shown.h[t][unit])}.`
        : `keeps z = ${gate("z")} of ${was}, fills the other ${two(1 - shown.gates.z[t][unit])} with the candidate ${gate("n")}, and so holds h = ${now}.`;
    const left = this.#left(shown, unit)[t];
    const road =
      t < shown.answer
        ? ` Of a gradient of 1 at the answer, its own road brings ${number(left)} back to this step.`
        : "";
    return `At step ${t} unit ${unit + 1} ${how}${road}`;
  }
}

/**
 * @param {any} frame as the server tells it, in float32
 * @param {string} memory
 * @returns {Looked}
 */
function looked(frame, memory) {
  const layer = frame.layers.at(-1);
  const answer = frame.answers.at(-1);
  return {
    h: rowsIn(layer.h),
    c: memory === "c" ? rowsIn(layer.c) : null,
    gates: Object.fromEntries(Object.entries(layer.gates).map(([name, wire]) => [name, rowsIn(wire)])),
    grad: rowsIn(memory === "c" ? layer.grad_c : layer.grad_h),
    x: rowsIn(frame.x),
    answer,
    target: frame.y[answer],
    output: rowsIn(frame.output)[answer],
    frame,
  };
}

/** What is held, in words. @param {Hold[]} holds */
const saidOf = (holds) =>
  holds.map(({ gate, value, start }) => `${gate} held ${WORDS[value]} from step ${start}`).join(" and ");

/** @param {number[][]} rows @param {number} unit */
const column = (rows, unit) => rows.map((row) => row[unit]);
