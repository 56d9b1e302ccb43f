/**
 * Where a class is joined, made and ended.
 *
 * @import {Led, Lesson} from "../teaching.js"
 */

import { Refused } from "../api.js";
import { join, shownCode } from "../classroom.js";
import { act, endClass, forget, led, makeClass, renew } from "../teaching.js";
import { leadingLink, untilText } from "./class.js";
import { confirmed, make, setText, uniqueId } from "./dom.js";
import { chosenIn, questions } from "./question.js";

/** Longest title, as on the server. */
const TITLE = 80;

export class FarbackClasses extends HTMLElement {
  #typed = make("input", {
    type: "text",
    id: uniqueId("code"),
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    maxlength: 20,
    required: true,
    "data-testid": "typed-code",
  });
  #wrong = make("p", { class: "error", role: "alert", "data-testid": "wrong-code" });
  #title = make("input", { type: "text", id: uniqueId("title"), maxlength: TITLE, "data-testid": "class-title" });
  #problem = make("p", { class: "error", role: "alert" });
  #go = make("button", { type: "submit", class: "primary", "data-testid": "make-class" }, "Make a class");
  #made = make("ul", { class: "led", "data-testid": "led" });
  #list = make("select");

  /**
   * @param {Lesson[]} lessons that ask something
   * @param {{hours: number, days: number}} kept how long a class is
   */
  show(lessons, { hours, days }) {
    this.#list = questions(lessons, { id: uniqueId("question"), "data-testid": "first-question" });
    const from = new URLSearchParams(location.search).get("lesson");
    const first = [...this.#list.options].find(({ value }) => value.startsWith(`${from}/`));
    if (first) first.selected = true;
    this.replaceChildren(
      make(
        "section",
        { "aria-label": "Join a class" },
        make("h2", {}, "Join a class"),
        make(
          "form",
          { class: "join", onsubmit: (/** @type {Event} */ event) => this.#join(event) },
          make("label", { for: this.#typed.id }, "Class code"),
          this.#typed,
          make("button", { type: "submit", class: "primary", "data-testid": "join-class" }, "Join"),
        ),
        this.#wrong,
      ),
      make(
        "section",
        { "aria-label": "Make a class" },
        make("h2", {}, "Make a class"),
        make(
          "p",
          {},
          "In the lessons, readers predict before they look. In a class their predictions are counted together: the projector shows how many have answered and, when you say so, what. Readers see it once they have answered themselves.",
        ),
        lessons.length
          ? make(
              "form",
              { class: "making", onsubmit: (/** @type {Event} */ event) => this.#make(event) },
              make("label", { for: this.#title.id }, "Title (may be left out)"),
              this.#title,
              make("label", { for: this.#list.id }, "First question"),
              this.#list,
              this.#go,
            )
          : make("p", { class: "error" }, "No lesson asks for a prediction yet."),
        this.#problem,
        make(
          "p",
          { class: "until" },
          `Nobody logs in or gives a name. Of a reader the answer is kept and a random word that the browser makes up; it is neither an address nor a cookie. A class is deleted with all its answers ${amount(hours)} after it was last used, ${days} days after it was made at the latest, and at once when you end it.`,
        ),
      ),
      make("section", { class: "mine", "aria-label": "Your classes", hidden: true }, this.#made),
    );
    this.#tell();
    void this.#refresh();
  }

  /** Asks whether the classes of this browser are there still, and until when. */
  async #refresh() {
    for (const one of led()) {
      try {
        const { title, until } = await join(one.code);
        renew({ ...one, title, until });
      } catch (error) {
        if (error instanceof Refused && error.code === "not_found") forget(one.code);
      }
    }
    this.#tell();
  }

  /** @param {Event} event */
  async #join(event) {
    event.preventDefault();
    setText(this.#wrong, "");
    try {
      const { code, asked } = await join(this.#typed.value);
      const place = asked ? `learn/${encodeURIComponent(asked.lesson)}?class=${code}` : `class/${code}`;
      location.assign(new URL(place, document.baseURI));
    } catch (error) {
      setText(this.#wrong, /** @type {Error} */ (error).message);
      this.#typed.select();
    }
  }

  /** @param {Event} event */
  async #make(event) {
    event.preventDefault();
    if (this.#go.disabled) return;
    this.#go.disabled = true;
    setText(this.#problem, "");
    try {
      const { code, secret } = await makeClass(this.#title.value.trim());
      const { lesson, prediction } = chosenIn(this.#list);
      this.#tell(lesson);
      this.#made.querySelector("a")?.focus();
      await act(code, secret, lesson, prediction, "ask");
    } catch (error) {
      setText(this.#problem, /** @type {Error} */ (error).message);
    } finally {
      this.#go.disabled = false;
    }
  }

  /** Tells of the classes of this browser. @param {string} [lesson] that the newest begins with */
  #tell(lesson) {
    const all = led();
    this.#made.replaceChildren(...all.map((one, at) => this.#card(one, at === 0 ? lesson : undefined)));
    const section = this.#made.parentElement;
    if (section) section.hidden = all.length === 0;
  }

  /**
   * @param {Led} one
   * @param {string} [lesson] known only right after it was made
   */
  #card({ code, secret, title, until }, lesson) {
    const readers = new URL(lesson ? `learn/${lesson}?class=${code}` : `class/${code}`, document.baseURI).href;
    const leading = leadingLink(code, secret);
    return make(
      "li",
      { "data-testid": "led-class" },
      make("p", { class: "code" }, shownCode(code)),
      title && make("p", { class: "title" }, title),
      make(
        "p",
        {},
        make(
          "a",
          { class: "button primary", href: `class/${code}`, "data-testid": "projector" },
          "Show it on the projector",
        ),
      ),
      make(
        "dl",
        {},
        make("dt", {}, "For readers"),
        make("dd", {}, make("a", { href: readers, "data-testid": "readers-link" }, readers)),
        make("dt", {}, "To lead it from another machine"),
        make(
          "dd",
          {},
          make("a", { href: leading, "data-testid": "leading-link" }, leading),
          make("small", {}, "Keep this one to yourself: whoever has it can reveal, clear and end."),
        ),
      ),
      make("p", { class: "until" }, untilText(until)),
      make(
        "button",
        { type: "button", "data-testid": "end-class", onclick: () => this.#end(code, secret) },
        "End this class",
      ),
    );
  }

  /** @param {string} code @param {string} secret */
  async #end(code, secret) {
    const question = `End the class ${shownCode(code)}? Its code and all that was answered in it are deleted at once.`;
    if (!(await confirmed(question, "End it"))) return;
    try {
      await endClass(code, secret);
      this.#tell();
    } catch (error) {
      setText(this.#problem, /** @type {Error} */ (error).message);
    }
  }
}

/** @param {number} hours */
const amount = (hours) => (hours === 1 ? "an hour" : `${hours} hours`);

customElements.define("farback-classes", FarbackClasses);
