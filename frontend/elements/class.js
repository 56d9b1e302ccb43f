/**
 * A class on the projector: its code, what it is asked, how many have answered and, once the teacher says so, what. In the
 * browser that made the class stands what the teacher needs beside it, everywhere else the way to answer.
 *
 * @import {Class, Standing} from "../classroom.js"
 * @import {Lesson} from "../teaching.js"
 */

import { Refused } from "../api.js";
import { join, shownCode } from "../classroom.js";
import { act, endClass, secretOf } from "../teaching.js";
import { confirmed, make, setAttribute, setText } from "./dom.js";
import { chosenIn, findIn, nameOf, questions } from "./question.js";
import { FarbackTally } from "./tally.js";

/** How often the class is looked at, and after the server could not be reached, in milliseconds. */
const LOOK_MS = 1000;
const AGAIN_MS = 3000;

/** Keys and the buttons they press, by what these are called in the page. */
const KEYS = /** @type {Record<string, string>} */ ({ r: "reveal", o: "open", t: "truth", f: "full" });

export class FarbackClass extends HTMLElement {
  #title = make("p", { class: "title" });
  #question = make("h2", { class: "question" });
  #tally = new FarbackTally();
  #number = make("b", { "data-testid": "answers" }, "0");
  #unit = make("span", {}, "answers");
  #state = make("span", { class: "state", role: "status", "data-testid": "state" });
  #code = make("strong", { class: "code", "data-testid": "class-code" });
  #picture = make("img", { class: "qr", alt: "", hidden: true });
  #answerHere = make("a", { class: "here", hidden: true, "data-testid": "answer-here" }, "Answer it here");
  #problem = make("p", { class: "error", role: "alert", "data-testid": "problem" });
  #until = make("p", { class: "until" });
  #buttons = {
    reveal: this.#button("reveal", () => this.#do(() => (this.#standing?.revealed ? "hide" : "reveal")), "primary"),
    open: this.#button("open", () => this.#do(() => (this.#standing?.open ? "close" : "open"))),
    truth: this.#button("truth", () => this.#turn()),
    clear: this.#button("clear", () => this.#clear()),
    full: this.#button("full", () => this.#fill()),
    end: this.#button("end", () => this.#end()),
  };
  #list = make("select");
  #joining = make("aside", { "aria-label": "Join" });
  #tools = make("div", { class: "tools", role: "group", "aria-label": "Lead the class", hidden: true });
  /** @type {Lesson[]} */
  #lessons = [];
  /** @type {Class | null} */
  #class = null;
  /** @type {string | null} */
  #secret = null;
  /** @type {Standing | null} */
  #standing = null;
  /** Whether what turns out right is shown, which only this page knows. */
  #told = false;
  /** What turns out right of a drawn curve, from the address. @type {number[] | null} */
  #drawn = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #looks = 0;
  /** What the teacher did last: the next thing waits for it, and is about what is asked then. */
  #done = Promise.resolve();

  /**
   * @param {string} code
   * @param {Lesson[]} lessons
   * @throws {Refused} there is no such class
   */
  async start(code, lessons) {
    this.#lessons = lessons;
    this.#class = await join(code);
    this.#secret = secretOf(this.#class);
    const heights = new URLSearchParams(location.search).get("truth")?.split(",").map(Number) ?? [];
    if (heights.length > 1 && heights.every((height) => height >= 0 && height <= 1)) this.#drawn = heights;
    this.#build();
    this.#show();
    this.#timer = setTimeout(() => this.#look(), LOOK_MS);
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  #build() {
    const address = new URL("class", document.baseURI);
    const label = "Question";
    this.#list = questions(this.#lessons, {
      "aria-label": label,
      title: label,
      "data-testid": "question",
      onchange: () => this.#ask(),
    });
    const { reveal, open, truth, clear, full, end } = this.#buttons;
    setText(clear, "Clear");
    setAttribute(clear, "title", "Delete the answers to this question");
    setText(full, "Full screen");
    setAttribute(full, "title", "Full screen (F)");
    setText(end, "End the class");
    this.#tools.append(reveal, truth, open, clear, this.#list, full, end);
    this.#tools.hidden = this.#secret === null;
    setText(this.#code, shownCode(this.#class?.code ?? ""));
    this.#joining.append(
      make("p", { class: "go" }, "Go to ", make("b", {}, address.host + address.pathname)),
      make("p", { class: "say" }, "and type ", this.#code),
      this.#picture,
      make("p", { class: "sum" }, this.#number, " ", this.#unit),
      this.#state,
    );
    this.replaceChildren(
      make(
        "section",
        { class: "asked", "aria-label": "Question" },
        this.#title,
        this.#question,
        this.#answerHere,
        this.#tally,
      ),
      this.#joining,
      this.#problem,
      this.#tools,
      this.#until,
    );
  }

  #show() {
    const found = this.#class;
    if (!found) return;
    const asked = findIn(this.#lessons, found.asked);
    this.#standing = asked ? found.asked : null;
    setText(this.#title, found.title);
    setText(this.#question, asked ? asked.prediction.question : "Nothing is asked yet.");
    this.#tally.hidden = !asked;
    const answers = this.#standing?.answers ?? 0;
    setText(this.#number, String(answers));
    setText(this.#unit, answers === 1 ? "answer" : "answers");
    const { open = true, revealed = false } = this.#standing ?? {};
    setText(this.#state, asked ? (open ? "" : "No more answers are taken.") : "");
    const lesson = asked?.lesson.name;
    const picture = `class/${found.code}/qr.svg${lesson ? `?lesson=${encodeURIComponent(lesson)}` : ""}`;
    setAttribute(this.#picture, "src", picture);
    setAttribute(this.#picture, "alt", "QR code of the link by which the class is joined");
    this.#picture.hidden = false;
    this.#answerHere.hidden = !lesson || this.#secret !== null || !open;
    if (lesson) setAttribute(this.#answerHere, "href", `learn/${encodeURIComponent(lesson)}?class=${found.code}`);
    setText(this.#until, untilText(found.until));
    if (asked) {
      const truth = asked.prediction.kind === "choice" ? asked.prediction.right : this.#drawn;
      const shown = this.#told && revealed ? truth : null;
      this.#tally.show(asked.prediction, this.#standing, { truth: shown });
      this.#lead(revealed, open, truth !== null, nameOf(found.asked ?? { lesson: "", prediction: "" }));
    } else {
      this.#lead(false, true, false, "");
    }
  }

  /**
   * @param {boolean} revealed
   * @param {boolean} open
   * @param {boolean} known whether what turns out right is known
   * @param {string} asked
   */
  #lead(revealed, open, known, asked) {
    const buttons = this.#buttons;
    setText(buttons.reveal, revealed ? "Hide the answers" : "Reveal the answers");
    setAttribute(buttons.reveal, "title", "Show or hide what the class has answered (R)");
    setText(buttons.open, open ? "Close" : "Open again");
    setAttribute(buttons.open, "title", "Take answers or no more of them (O)");
    setText(buttons.truth, this.#told ? "Hide what happens" : "Show what happens");
    setAttribute(buttons.truth, "title", "Mark what turns out right (T)");
    buttons.truth.hidden = !revealed || !known;
    for (const name of /** @type {const} */ (["reveal", "open", "clear"])) buttons[name].disabled = asked === "";
    if (document.activeElement !== this.#list) this.#list.value = asked;
    document.documentElement.dataset.asked = asked === "" ? "no" : revealed ? "revealed" : open ? "open" : "closed";
  }

  async #look() {
    clearTimeout(this.#timer);
    this.#looks += 1;
    const look = this.#looks;
    let wait = LOOK_MS;
    try {
      if (!document.hidden && this.#class) {
        const found = await join(this.#class.code);
        if (look !== this.#looks) return; // what was asked for later is newer, and goes on from there
        this.#class = found;
        setText(this.#problem, "");
        this.#show();
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (look !== this.#looks) return;
      setText(this.#problem, error.message);
      if (error.code === "not_found") {
        this.#over();
        return;
      }
      wait = AGAIN_MS;
    }
    this.#timer = setTimeout(() => this.#look(), wait);
  }

  #over() {
    document.documentElement.dataset.state = "over";
    clearTimeout(this.#timer);
    this.#class = null;
    this.#tools.hidden = true;
    this.#answerHere.hidden = true;
    this.#joining.hidden = true;
    setText(this.#question, "This class has ended.");
    setText(this.#until, "All that was answered in it is deleted.");
    this.#tally.hidden = true;
  }

  /**
   * @param {() => "ask" | "open" | "close" | "reveal" | "hide" | "clear"} what is to be done
   * @param {{lesson: string, prediction: string}} [asked] with what; what is asked where it is left out
   */
  #do(what, asked) {
    this.#done = this.#done.then(async () => {
      const one = asked ?? this.#class?.asked;
      if (!this.#class || !one || this.#secret === null) return;
      const doing = what();
      if (doing !== "open" && doing !== "close") this.#told = false;
      try {
        await act(this.#class.code, this.#secret, one.lesson, one.prediction, doing);
        await this.#look();
      } catch (error) {
        setText(this.#problem, /** @type {Refused} */ (error).message);
      }
    });
    return this.#done;
  }

  #ask() {
    const chosen = chosenIn(this.#list);
    void this.#do(() => "ask", chosen);
  }

  #turn() {
    this.#told = !this.#told;
    this.#show();
  }

  async #clear() {
    if (await confirmed("Delete all answers to this question? Nobody can get them back.", "Delete them")) {
      await this.#do(() => "clear");
    }
  }

  async #end() {
    const found = this.#class;
    if (!found || this.#secret === null) return;
    if (!(await confirmed("End this class? Its code and all that was answered in it are deleted at once.", "End it")))
      return;
    try {
      await endClass(found.code, this.#secret);
      this.#over();
    } catch (error) {
      setText(this.#problem, /** @type {Refused} */ (error).message);
    }
  }

  #fill() {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void document.documentElement.requestFullscreen?.().catch(() => {});
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target instanceof HTMLSelectElement) return;
    if (document.querySelector("dialog[open]")) return;
    const name = KEYS[event.key.toLowerCase()];
    const button = name && this.#buttons[/** @type {"reveal"} */ (name)];
    if (button && !button.hidden && !this.#tools.hidden) button.click();
  }

  /**
   * @param {string} name
   * @param {() => unknown} onClick
   * @param {string} [kind]
   */
  #button(name, onClick, kind = "") {
    return make("button", { type: "button", class: kind || null, "data-testid": name, onclick: onClick });
  }
}

/**
 * When a class is deleted, in words.
 *
 * @param {string} until
 */
export function untilText(until) {
  const day = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
  const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
  const moment = new Date(until);
  return `No names, no log-in. The class and all its answers are deleted on ${day.format(moment)} at ${time.format(moment)}, or later if it is used before.`;
}

/** The address of a class for its teacher on another machine. @param {string} code @param {string} secret */
export const leadingLink = (code, secret) => `${new URL(`class/${code}`, document.baseURI).href}#secret=${secret}`;

customElements.define("farback-class", FarbackClass);
