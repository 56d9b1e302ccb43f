/**
 * Functions: some of one's choice, one within another. Values run outwards, derivatives back, and their product stands
 * beside what a small change of x really does.
 *
 * @import {FigureTable} from "./index.js"
 * @import {Nested} from "./nested.js"
 */

import { make, setText, tell } from "../elements/dom.js";
import { lowered, number } from "../format.js";
import { Beat } from "./beat.js";
import { tips } from "./copies.js";
import { fact } from "./fact.js";
import { nested, ONES } from "./nested.js";
import { put, range } from "./range.js";
import { show } from "./sight.js";
import { draw, picture, write } from "./svg.js";

/** Milliseconds between two functions when they play. */
const BEAT = 800;
const MOST = 5;
const X = { min: -3, max: 3, step: 0.05 };

/** Pixels: of a box, and between two of them. */
const [WIDE, HIGH_BOX] = [72, 48];
const [NARROWEST, WIDEST] = [118, 190];
const [FORWARD, BACK] = [44, 122];
/** Where x stands. */
const FIRST = 30;

/**
 * @typedef {object} Setup
 * @property {string[]} functions innermost first
 * @property {number} x
 */

export class Functions {
  element = make("div", { class: "functions" });
  /** @type {Setup} */
  #setup = { functions: ["square"], x: 1 };
  /** How many functions have run, and how many derivatives are multiplied. */
  #seen = 0;
  #back = 0;

  #x = range("x, the innermost value", X, number, (x) => this.#change({ x }));
  #value = make("span", { "aria-hidden": "true" });
  #beat = new Beat(
    BEAT,
    () => this.#begin(),
    () => this.#advance(),
  );
  #step = make("button", { type: "button", onclick: () => this.#once() }, "One step");
  #chosen = make("div", { class: "chosen", role: "group", "aria-label": "The functions", "data-part": "choose" });
  #place = make("div", { class: "copies", tabindex: 0, role: "region", "aria-label": "The chain of functions" });
  #told = make("p", { class: "told" });
  #compared = make("dl", { class: "compared" });
  #wide = new ResizeObserver(() => this.#draw());

  constructor() {
    this.element.append(
      tips(),
      this.#chosen,
      make(
        "div",
        { class: "tools" },
        make("label", { "data-part": "x" }, "x ", this.#x, this.#value),
        this.#beat.button,
        this.#step,
      ),
      this.#place,
      make("p", { class: "plot-title" }, "below: derivative of the last value for each value before it"),
      this.#compared,
      this.#told,
    );
    this.#wide.observe(this.#place);
  }

  static async create() {
    return new Functions();
  }

  /** @param {Setup} setup */
  set(setup) {
    this.#setup = { functions: [...setup.functions], x: setup.x };
    this.#finish();
  }

  /** @returns {FigureTable[]} */
  tables() {
    const { functions, x } = this.#setup;
    const { values, slopes } = nested(functions, x);
    const n = this.#count;
    const from = n - this.#back;
    return [
      {
        name: "chain",
        caption:
          "From the innermost function outwards. The last column is the derivative of the last value for what the function is given; empty where it has not run yet.",
        head: ["function", "is", "given", "makes of it", "its slope there", "slopes from here on, multiplied"],
        body: functions.map((name, i) => [
          i + 1,
          ONES[name].name,
          i <= this.#seen ? values[i] : null,
          i < this.#seen ? values[i + 1] : null,
          i >= from ? slopes[i] : null,
          i >= from ? slopes.slice(i).reduce((product, slope) => product * slope, 1) : null,
        ]),
      },
    ];
  }

  #begin() {
    [this.#seen, this.#back] = [0, 0];
    this.#draw();
  }

  /** Stops what plays. */
  stop() {
    this.#beat.stop();
  }

  get #count() {
    return this.#setup.functions.length;
  }

  #once() {
    this.stop();
    if (this.#back === this.#count) [this.#seen, this.#back] = [0, 0];
    this.#advance();
  }

  #advance() {
    if (this.#seen < this.#count) this.#seen += 1;
    else if (this.#back < this.#count) this.#back += 1;
    if (this.#back === this.#count) this.stop();
    this.#draw();
  }

  #finish() {
    this.stop();
    [this.#seen, this.#back] = [this.#count, this.#count];
    this.#choices();
    this.#draw();
  }

  /** @param {Partial<Setup>} change */
  #change(change) {
    this.#setup = { ...this.#setup, ...change };
    this.#finish();
  }

  /** A list for each function, so that it can be another, and buttons for one more or one less. */
  #choices() {
    const { functions } = this.#setup;
    const lists = this.#chosen.querySelectorAll("select");
    if (lists.length === functions.length) {
      // They stay, for the keyboard's focus.
      for (const [i, list] of lists.entries()) list.value = functions[i];
      return;
    }
    const focused = [...this.#chosen.querySelectorAll("select, button")].indexOf(
      /** @type {Element} */ (document.activeElement),
    );
    this.#chosen.replaceChildren(
      ...functions.map((name, i) =>
        make(
          "select",
          {
            "aria-label": `Function ${i + 1} of ${functions.length}, counted from the innermost`,
            onchange: (/** @type {Event} */ event) => this.#put(i, /** @type {HTMLSelectElement} */ (event.target)),
          },
          ...Object.entries(ONES).map(([value, one]) =>
            make("option", { value, selected: value === name }, `${i + 1}. ${one.name}`),
          ),
        ),
      ),
      make(
        "button",
        {
          type: "button",
          disabled: functions.length >= MOST,
          onclick: () => this.#change({ functions: [...functions, "tanh"] }),
        },
        "Put one around",
      ),
      make(
        "button",
        {
          type: "button",
          disabled: functions.length <= 1,
          onclick: () => this.#change({ functions: functions.slice(0, -1) }),
        },
        "Take the outermost off",
      ),
    );
    if (focused >= 0) {
      const now = /** @type {NodeListOf<HTMLElement>} */ (this.#chosen.querySelectorAll("select, button"));
      now[Math.min(focused, now.length - 1)]?.focus();
    }
  }

  /** @param {number} i @param {HTMLSelectElement} select */
  #put(i, { value }) {
    this.#change({ functions: this.#setup.functions.map((name, j) => (j === i ? value : name)) });
  }

  #draw() {
    const { functions, x } = this.#setup;
    const of = nested(functions, x);
    put(this.#x, x);
    setText(this.#value, number(x));
    this.#place.replaceChildren(this.#chain(of));
    const through = this.#back === this.#count;
    const part = /** @param {string} name */ (name) => ({ "data-part": name });
    this.#compared.replaceChildren(
      fact("product of the derivatives", through ? told(of.product) : "…", part("product")),
      fact("measured: change of the value / change of x", through ? told(of.measured) : "…", part("measured")),
    );
    setText(this.#told, this.#sentence(of));
    // The value or the derivative that came last, with the function that it came through.
    const at = FIRST + (this.#back ? this.#count - this.#back : Math.max(this.#seen - 1, 0)) * this.#apart;
    show(this.#place, `${functions} ${this.#seen} ${this.#back}`, at - FIRST, at + this.#apart + FIRST);
    tell(this.element, "drawn");
  }

  /** Pixels between two values. */
  get #apart() {
    return Math.min(Math.max((this.#place.clientWidth - WIDE - 4) / this.#count, NARROWEST), WIDEST);
  }

  /** @param {Nested} of */
  #chain({ values, slopes }) {
    const { functions } = this.#setup;
    const n = this.#count;
    const apart = this.#apart;
    const middle = /** @param {number} i */ (i) => between(i) + apart / 2;
    const forward = draw("g", { "data-part": "values" });
    const back = draw("g", { "data-part": "slopes" });
    const between = /** @param {number} i */ (i) => FIRST + i * apart;
    const product = slopes.map((_, i) => slopes.slice(i).reduce((a, b) => a * b, 1));
    for (let i = 0; i <= n; i++) {
      const shown = i === 0 || i <= this.#seen;
      forward.append(write(between(i), FORWARD - 26, i === 0 ? "x" : `u${lowered(i)}`, { class: "small" }));
      forward.append(write(between(i), FORWARD, shown ? told(values[i]) : "?", { class: "figure-value" }));
    }
    for (const [i, name] of functions.entries()) {
      const x = middle(i);
      const ran = i < this.#seen;
      const multiplied = n - i <= this.#back;
      forward.append(
        draw("rect", {
          x: x - WIDE / 2 + 8,
          y: FORWARD - HIGH_BOX / 2,
          width: WIDE - 16,
          height: HIGH_BOX,
          rx: 6,
          class: ran ? "box" : "box waiting",
        }),
        write(x, FORWARD, SIGNS[name] ?? name, { class: "name" }),
        draw("path", { d: `M${x + WIDE / 2 - 7} ${FORWARD} h8`, class: "edge", "marker-end": "url(#tip)" }),
      );
      back.append(
        write(x, BACK - 30, multiplied ? `× ${told(slopes[i])}` : "× ?", { class: "figure-value" }),
        draw("path", {
          d: `M${between(i + 1) - 26} ${BACK} H${between(i) + 28}`,
          class: multiplied ? "edge back" : "edge waiting",
          "marker-end": "url(#tip)",
        }),
        write(between(i), BACK, multiplied ? told(product[i]) : "?", { class: "figure-value" }),
      );
    }
    back.append(write(between(n), BACK, "1", { class: "figure-value" }));
    const width = between(n) + 36;
    const svg = picture(
      width,
      BACK + 14,
      `${n} functions in a chain: values from left to right above, derivatives from right to left below.`,
      forward,
      back,
    );
    svg.style.width = `${width}px`;
    return svg;
  }

  /** @param {Nested} of */
  #sentence(of) {
    const { x } = this.#setup;
    const n = this.#count;
    if (this.#seen < n) return `Outwards: ${this.#seen} of ${n} functions have worked on x = ${number(x)}.`;
    if (this.#back < n) {
      return `Back from the outermost: ${this.#back} of ${n} derivatives are multiplied.`;
    }
    const { product, measured, values, slopes, text, slopeText } = of;
    if (!Number.isFinite(product) || !Number.isFinite(values[n])) {
      return `${text} grows beyond what a computer can hold at x = ${number(x)}.`;
    }
    const factors = slopes.map(told).reverse().join(" × ");
    const agreed =
      Math.abs(product - measured) <= 1e-3 * Math.max(Math.abs(product), 1e-6)
        ? "A small change of x does just that"
        : `A small change of x does ${told(measured)} times as much, as the curve bends within it`;
    return `${text} is ${told(values[n])} at x = ${number(x)}. Its derivative is ${slopeText} = ${
      n > 1 ? `${factors} = ` : ""
    }${told(product)}. ${agreed}.`;
  }
}

/** What stands in a box. @type {Record<string, string>} */
const SIGNS = { square: "u²", sin: "sin", exp: "exp", tanh: "tanh", sigmoid: "σ", double: "2u", half: "u/2" };

/** @param {number} value */
const told = (value) => (Number.isFinite(value) ? number(value) : "∞");
