/**
 * The figure beside a lesson's text: one at a time, set up by the step that is read. Text and figure point at each other.
 *
 * @import {LessonModels} from "../figures/models.js"
 * @import {LiveFigure} from "../figures/index.js"
 */

import { FIGURES } from "../figures/index.js";
import { make, setText, tell } from "./dom.js";

const UNTRAINED =
  "This server has not trained the models of this step yet, and a page of another site may not have it do so. " +
  "Open the lesson itself once, where they are trained, and then try again here: ";

export class FarbackFigure extends HTMLElement {
  #caption = make("p", { class: "caption" });
  #wait = make("p", { class: "wait", role: "status", hidden: true });
  #place = make("div", { class: "place" });
  /** @type {LiveFigure | null} */
  #live = null;
  #kind = "";
  /** Which set-up was asked for last: an earlier one that comes late is not shown. */
  #asked = 0;

  connectedCallback() {
    this.append(this.#caption, this.#wait, this.#place);
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

  /** @param {string} text what is waited for; "" for nothing */
  wait(text) {
    this.#wait.hidden = !text;
    setText(this.#wait, text);
  }

  /**
   * @param {LessonModels} models
   * @param {{show: string, model?: string, caption: string}} setup
   */
  async show(models, setup) {
    const asked = ++this.#asked;
    this.#live?.stop?.();
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
    this.dataset.state = "done";
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
