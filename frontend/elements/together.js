/**
 * Below a prediction in a class: that the answer is counted, and then what the others have answered.
 *
 * @import {Standing} from "../classroom.js"
 * @import {Asked} from "./tally.js"
 */

import { answer, follow, shownCode } from "../classroom.js";
import { plural } from "../format.js";
import { make, setText } from "./dom.js";
import { FarbackTally } from "./tally.js";

export class Together {
  #code;
  #lesson;
  #asked;
  /** @type {number | number[] | null} */
  #mine = null;
  /** @type {number | number[] | null} */
  #truth;
  /** @type {Standing | null} */
  #standing = null;
  #said = make("p", { role: "status" });
  #again = make("button", { type: "button", hidden: true, onclick: () => this.#send() }, "Try again");
  #tally = new FarbackTally();
  element = make("div", { class: "together" }, this.#said, this.#again);

  /**
   * @param {string} code of the class
   * @param {string} lesson
   * @param {Asked} asked
   */
  constructor(code, lesson, asked) {
    this.#code = code;
    this.#lesson = lesson;
    this.#asked = asked;
    this.#truth = asked.right;
    setText(this.#said, `In the class ${shownCode(code)}: your answer is counted, and nothing says that it is yours.`);
  }

  /** @param {number | number[]} value what the reader answered */
  answered(value) {
    this.#mine = value;
    void this.#send();
  }

  /** @param {number[]} curve what turned out right, as many values as were asked for */
  reveal(curve) {
    this.#truth = curve;
    this.#show();
  }

  async #send() {
    this.#again.hidden = true;
    try {
      this.#standing = await answer(this.#code, this.#lesson, this.#asked.name, this.#mine ?? 0);
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      setText(this.#said, `Your answer was not counted. ${message}`);
      this.#again.hidden = false;
      return;
    }
    this.#show();
    follow(this.#code, this.#lesson, this.#asked.name, (standing) => {
      this.#standing = standing;
      this.#show();
    });
  }

  #show() {
    if (!this.#standing) return;
    setText(this.#said, `The class ${shownCode(this.#code)} so far: ${plural(this.#standing.answers, "answer")}.`);
    this.#tally.show(this.#asked, this.#standing, { mine: this.#mine, truth: this.#truth });
    if (!this.#tally.isConnected) this.element.append(this.#tally);
  }
}
