/**
 * Below a prediction in a class: that the answer is counted, once it is known that there is such a class, and then what
 * the others have answered.
 *
 * @import {Class, Standing} from "../classroom.js"
 * @import {Asked} from "./tally.js"
 */

import { Refused } from "../api.js";
import { answer, codeOf, counts, follow, join, shownCode } from "../classroom.js";
import { plural } from "../format.js";
import { make, setText } from "./dom.js";
import { FarbackTally } from "./tally.js";

/** Classes that were found, so that each is asked for once a page. @type {Map<string, Promise<Class>>} */
const found = new Map();

/** @param {string} code @returns {Promise<Class>} */
function find(code) {
  const asked = found.get(code) ?? join(code);
  found.set(code, asked);
  asked.catch(() => found.delete(code)); // the next time it may be there
  return asked;
}

export class Together {
  #code;
  #lesson;
  #asked;
  /** @type {number | number[] | null} */
  #mine = null;
  /** @type {number | number[] | null} */
  #truth;
  /** Known once the answer is counted. @type {Standing | null} */
  #standing = null;
  /** What is being asked: the next thing waits for it. */
  #done = Promise.resolve();
  #said = make("p", { role: "status" });
  #again = make("button", { type: "button", hidden: true, onclick: () => this.#ask() }, "Try again");
  #tally = new FarbackTally();
  element = make("div", { class: "together" }, this.#said, this.#again);

  /**
   * @param {string} code of the class, as it stands in the address
   * @param {string} lesson
   * @param {Asked} asked
   */
  constructor(code, lesson, asked) {
    this.#code = code;
    this.#lesson = lesson;
    this.#asked = asked;
    this.#truth = asked.right;
    setText(this.#said, `Looking for the class ${shownCode(codeOf(code))} …`);
    this.#ask();
  }

  /** @param {number | number[]} value what the reader answered */
  answered(value) {
    this.#mine = value;
    this.#ask();
  }

  /**
   * What the reader answered before the page was loaded anew.
   *
   * @param {number | number[]} value
   * @returns {Promise<boolean>} whether it still holds: the class has it, or cannot be asked
   */
  async resumed(value) {
    try {
      const standing = await counts(this.#code, this.#lesson, this.#asked.name);
      if (standing.counts === null && standing.curve === null) return false;
      if (this.#mine !== null) return true; // meanwhile another was given
      this.#mine = value;
      this.#take(standing);
    } catch {
      // The reader keeps what was revealed, whatever became of the class.
    }
    return true;
  }

  /** @param {number[]} curve what turned out right, as many values as were asked for */
  reveal(curve) {
    this.#truth = curve;
    this.#show();
  }

  #ask() {
    this.#again.hidden = true;
    this.#done = this.#done.then(() => this.#tell());
  }

  /** Sees that there is such a class, and tells it what was answered. Before that, nothing is said to be counted. */
  async #tell() {
    try {
      const { code, title } = await find(this.#code);
      if (this.#standing) return;
      if (this.#mine === null) {
        const name = title ? `“${title}” (${shownCode(code)})` : shownCode(code);
        setText(this.#said, `In the class ${name}: your answer is counted, and nothing says that it is yours.`);
      } else {
        this.#take(await answer(this.#code, this.#lesson, this.#asked.name, this.#mine));
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const none = error.code === "not_found";
      const what = this.#mine === null ? "The class cannot be asked." : "Your answer was not counted.";
      setText(this.#said, none ? `${error.message} Your answer stays in this browser.` : `${what} ${error.message}`);
      this.#again.hidden = none;
    }
  }

  /** @param {Standing} standing */
  #take(standing) {
    this.#standing = standing;
    this.#show();
    follow(this.#code, this.#lesson, this.#asked.name, (now) => {
      this.#standing = now;
      this.#show();
    });
  }

  #show() {
    if (!this.#standing) return;
    setText(
      this.#said,
      `The class ${shownCode(codeOf(this.#code))} so far: ${plural(this.#standing.answers, "answer")}.`,
    );
    this.#tally.show(this.#asked, this.#standing, { mine: this.#mine, truth: this.#truth });
    if (!this.#tally.isConnected) this.element.append(this.#tally);
  }
}
