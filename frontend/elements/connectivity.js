/**
 * What is looked at in the connectivity: the output time, with the way back to the answer, and what counts as seen.
 *
 * @import {Column, View} from "../types.js"
 */

import { percent } from "../format.js";
import { ASKING } from "../hints.js";
import { answerOf } from "../panels/common.js";
import { placeOf } from "../slider.js";
import { STOPS } from "../threshold.js";
import { changed, make, setAttribute, setText, tell, uniqueId } from "./dom.js";
import { hint } from "./hint.js";

export class ConnectivityTool extends HTMLElement {
  #output = make("button", {
    type: "button",
    class: "back-to-answer",
    "data-testid": "back-to-answer",
    onclick: () => this.#leave(),
  });
  #slider = make("input", {
    type: "range",
    id: uniqueId("threshold"),
    min: 0,
    max: STOPS.length - 1,
    "data-testid": "threshold",
    oninput: () => tell(this, "view", { threshold: STOPS[Number(this.#slider.value)] }),
  });
  #share = make("output", { for: this.#slider.id });

  connectedCallback() {
    if (this.childElementCount) return;
    this.classList.add("tool");
    hint(this.#output, ASKING.output);
    hint(this.#slider, `${ASKING.threshold}. From ${percent(STOPS[0] ?? 0)} to ${percent(STOPS.at(-1) ?? 1)}.`);
    const label = make("label", { for: this.#slider.id }, "seen from");
    this.append(this.#output, make("span", { class: "slide" }, label, this.#slider, this.#share));
  }

  /**
   * @param {View} view
   * @param {Column[]} columns
   */
  show(view, columns) {
    const { threshold, output } = view;
    if (changed(this.#slider, [threshold])) {
      this.#slider.value = String(placeOf(STOPS.map(Math.log), Math.log(threshold)));
      setText(this.#share, percent(threshold));
      setAttribute(this.#slider, "aria-valuetext", `${percent(threshold)} of the largest entry`);
    }
    const frame = columns.find((column) => column.frame)?.frame;
    const away = output !== null && frame ? answerOf(frame, view.row).step : null;
    if (away === null && this.#output === document.activeElement) this.#slider.focus({ preventScroll: true });
    // Its room stays, so that nothing moves under the pointer.
    this.#output.style.visibility = away === null ? "hidden" : "visible";
    if (away !== null) setText(this.#output, `output ${output}: back to ${away}`);
  }

  #leave() {
    tell(this, "view", { output: null });
  }
}

customElements.define("farback-connectivity-tool", ConnectivityTool);
