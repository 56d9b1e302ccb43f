/**
 * The figure beside a lesson's text: one at a time, set up by the step that is read. Text and figure point at each other.
 * What it shows is told in a sentence, listed as numbers, and heard where it falls.
 *
 * @import {LessonModels} from "../figures/models.js"
 * @import {LiveFigure} from "../figures/index.js"
 */

import { FIGURES } from "../figures/index.js";
import { make, setText, tell } from "./dom.js";
import { Listed } from "./listed.js";
import { Listen } from "./listen.js";
import { sayAtRest } from "./say.js";

const UNTRAINED =
  "This server has not trained the models of this step yet, and a page of another site may not have it do so. " +
  "Open the lesson itself once, where they are trained, and then try again here: ";

export class FarbackFigure extends HTMLElement {
  #caption = make("p", { class: "caption" });
  #waited = make("span", { role: "status" });
  #far = make("span");
  #wait = make("p", { class: "wait", hidden: true }, this.#waited, this.#far);
  #place = make("div", { class: "place" });
  #listed = new Listed(() => this.#live);
  #listen = new Listen("what is left of the gradient", (sound) => this.#tunes(sound));
  /** What is heard, or would be. */
  #left = "";
  #playing = false;
  /** What was told last. @type {string | null} */
  #told = null;
  /** @type {LiveFigure | null} */
  #live = null;
  #kind = "";
  /** Which set-up was asked for last: an earlier one that comes late is not shown. */
  #asked = 0;

  connectedCallback() {
    this.#listen.hidden = true;
    this.append(this.#caption, this.#wait, this.#place, this.#listen, this.#listed.element);
    this.addEventListener("farback:drawn", () => this.#renew());
    this.addEventListener("farback:playing", (event) => {
      this.#playing = /** @type {CustomEvent} */ (event).detail;
      // What stands at its end is read out although it may be what stood before.
      if (this.#playing) sayAtRest(() => "");
      else this.#told = "";
      this.#say();
    });
    this.addEventListener("farback:point", (event) => this.#sound(/** @type {CustomEvent} */ (event).detail));
    for (const [event, on] of /** @type {const} */ ([
      ["pointerover", true],
      ["pointerout", false],
      ["focusin", true],
      ["focusout", false],
    ])) {
      this.addEventListener(event, ({ target }) => {
        const part = target instanceof Element ? target.closest("[data-part]") : null;
        if (part) tell(this, "part", on ? partsOf(part)[0] : null);
      });
    }
  }

  /**
   * @param {string} text what is waited for; "" for nothing
   * @param {string} [far] how far it is, which changes too often to be read out
   */
  wait(text, far = "") {
    this.#wait.hidden = !text;
    setText(this.#waited, text);
    setText(this.#far, far && ` ${far}`);
  }

  /**
   * @param {LessonModels} models
   * @param {{show: string, model?: string, caption: string}} setup
   */
  async show(models, setup) {
    const asked = ++this.#asked;
    this.#live?.stop?.();
    this.#listen.forget();
    const kind = `${setup.show} ${setup.model ?? ""}`;
    setText(this.#caption, setup.caption);
    const closed = models.outOfReach(setup);
    if (closed || kind !== this.#kind) {
      this.dataset.state = "loading";
      try {
        if (closed) throw new Error(UNTRAINED);
        const create = await FIGURES[setup.show]();
        const live = await create(models, setup);
        if (asked !== this.#asked) return;
        this.#live = live;
        this.#kind = kind;
        this.#place.replaceChildren(live.element);
      } catch (error) {
        if (asked !== this.#asked) return;
        this.#kind = "";
        this.#live = null;
        this.#renew();
        const said = /** @type {Error} */ (error).message;
        // What is trained by then is known only to the page that is sent then.
        const again = () => (closed ? location.reload() : this.show(models, setup));
        this.#place.replaceChildren(
          make("p", { class: "error", role: "alert" }, said, closed && lessonItself()),
          make("button", { type: "button", onclick: () => again() }, "Try again"),
        );
        this.dataset.state = "failed";
        return;
      }
    }
    this.#live?.set(setup);
    this.#renew();
    this.dataset.state = "done";
  }

  /** What is told, listed and heard is that of the figure as it is drawn now. */
  #renew() {
    this.#listed.renew();
    const heard = this.#live?.heard?.() ?? null;
    this.#listen.hidden = heard === null;
    this.#listen.offer(Boolean(heard?.left.length));
    const left = JSON.stringify(heard);
    if (left !== this.#left) this.#listen.forget();
    this.#left = left;
    this.#say();
  }

  /** Reads out what the figure says, once it rests: neither while it plays nor while a slider is moved. */
  #say() {
    const said = () => this.querySelector(".told")?.textContent ?? "";
    if (this.#playing || said() === this.#told) return;
    const first = this.#told === null;
    this.#told = said();
    // The page has just been opened, and is read from its beginning.
    if (!first) sayAtRest(() => (this.#playing ? "" : said()));
  }

  /** @param {import("./listen.js").Sound} sound */
  #tunes({ tonesOf }) {
    const heard = this.#live?.heard?.();
    // As if the answer stood at step 0.
    const points = heard?.left.map((y, back) => ({ x: -back, y })).reverse();
    return heard && points ? [{ title: heard.title, tones: tonesOf(points, 0) }] : [];
  }

  /** Marks what sounds, where it is drawn. @param {{t: number} | null} beat null: silence */
  #sound(beat) {
    for (const shape of this.querySelectorAll("[data-back]")) {
      shape.classList.toggle("sounding", beat !== null && Number(shape.getAttribute("data-back")) === -beat.t);
    }
  }

  /**
   * Lights up a place, or none.
   *
   * @param {string | null} name
   */
  light(name) {
    this.classList.toggle("pointing", name !== null);
    for (const part of this.querySelectorAll("[data-part]")) {
      part.classList.toggle("lit", name !== null && partsOf(part).includes(name));
    }
  }

  /**
   * What a drawn prediction is compared with, as it is set up now.
   *
   * @param {string} name
   * @returns {number[] | null} null where the figure has no such curve
   */
  curve(name) {
    return this.#live?.curve?.(name) ?? null;
  }

  /** @param {string} name @returns {boolean} whether there is such a place in what is shown */
  has(name) {
    return [...this.querySelectorAll("[data-part]")].some((part) => partsOf(part).includes(name));
  }
}

/** A link to the lesson at this step, outside of the frame. */
function lessonItself() {
  const href = location.href.replace("/embed/learn/", "/learn/");
  return make("a", { href, target: "_blank" }, href);
}

/** @param {Element} element */
const partsOf = (element) => (element.getAttribute("data-part") ?? "").split(" ");

customElements.define("farback-figure", FarbackFigure);
