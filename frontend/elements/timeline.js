/**
 * The timeline of training: scrub, play, follow. A rail a model shows how far it got and where it solved the task.
 *
 * @import {Column} from "../types.js"
 */

import { duration, whole } from "../format.js";
import { TIME } from "../hints.js";
import { lastStep, newestStep, positionOf, SLIDER_KEYS, secondsToGo, stepAt, stepsOf, stepTicks } from "../timeline.js";
import { changed, make, setAttribute, setText, tell } from "./dom.js";
import { hint } from "./hint.js";

/** Room for a number under the line, in pixels. */
const TICK = 44;
const SPEEDS = [0.25, 0.5, 1, 2, 4];

/**
 * @typedef {object} Moment what the timeline shows
 * @property {Column[]} columns
 * @property {number | null} step null: follows the newest
 * @property {boolean} playing
 * @property {boolean} training
 */

export class FarbackTimeline extends HTMLElement {
  #rails = make("div", { class: "rails" });
  #thumb = make("i", { class: "thumb" });
  #ticks = make("div", { class: "ticks", "aria-hidden": "true" });
  #track = make(
    "div",
    { class: "track", role: "slider", tabindex: "0", "aria-label": "Training step", "aria-valuemin": 0 },
    this.#rails,
    this.#thumb,
  );
  #play = make("button", { type: "button", class: "play", "data-testid": "play", onclick: () => tell(this, "play") });
  #text = make("output", { class: "text", "data-testid": "timeline-text" });
  #live = make(
    "button",
    { type: "button", class: "live", "data-testid": "live", onclick: () => tell(this, "seek", null) },
    "Live",
  );
  #speed = make(
    "select",
    { "aria-label": "Speed", "data-testid": "speed", onchange: () => tell(this, "speed", Number(this.#speed.value)) },
    ...SPEEDS.map((speed) => make("option", { value: speed, selected: speed === 1 }, `${speed}×`)),
  );
  /** @type {Moment} */
  #moment = { columns: [], step: null, playing: false, training: false };
  #last = -1;

  connectedCallback() {
    if (this.childElementCount) return;
    const button = /** @param {string} name @param {string} label @param {() => void} act */ (name, label, act) =>
      hint(
        make("button", { type: "button", class: name, "data-testid": name, "aria-label": label, onclick: act }),
        label,
      );
    hint(this.#speed, TIME.speed);
    hint(this.#live, TIME.live);
    hint(this.#track, TIME.step);
    this.append(
      make(
        "div",
        { class: "buttons", role: "group", "aria-label": "Playback" },
        button("first", "First frame (Home)", () => tell(this, "move", Number.NEGATIVE_INFINITY)),
        button("back", "One frame back (left)", () => tell(this, "move", -1)),
        this.#play,
        button("forward", "One frame on (right)", () => tell(this, "move", 1)),
        button("last", "Last frame (End)", () => tell(this, "move", Number.POSITIVE_INFINITY)),
      ),
      make("div", { class: "line" }, this.#track, this.#ticks),
      make("div", { class: "side" }, this.#text, this.#speed, this.#live),
    );
    addEventListener("resize", () => {
      this.#last = -1;
      tell(this, "repaint");
    });
    this.#track.addEventListener("keydown", (event) => {
      const count = SLIDER_KEYS[event.key];
      if (count === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      tell(this, "move", count);
    });
    this.#track.addEventListener("pointerdown", (event) => {
      this.#track.setPointerCapture(event.pointerId);
      this.#seek(event);
    });
    this.#track.addEventListener("pointermove", (event) => {
      if (this.#track.hasPointerCapture(event.pointerId)) this.#seek(event);
    });
  }

  /** @param {PointerEvent} event */
  #seek(event) {
    const box = this.#track.getBoundingClientRect();
    const steps = stepsOf(this.#moment.columns);
    const wanted = stepAt((event.clientX - box.left) / box.width, lastStep(this.#moment.columns));
    // Frames are taken at some steps only: the nearest one is meant.
    const nearest = steps.reduce((best, step) => (Math.abs(step - wanted) < Math.abs(best - wanted) ? step : best), 0);
    tell(this, "seek", nearest);
  }

  /** @param {Moment} moment */
  show(moment) {
    this.#moment = moment;
    const { columns, step, playing, training } = moment;
    const last = lastStep(columns);
    const newest = newestStep(columns);
    const here = Math.min(step ?? newest, newest);
    this.#thumb.style.left = `${100 * positionOf(here, last)}%`;
    this.#showRails(columns, last);
    if (last !== this.#last) this.#showTicks(last);
    const where = `step ${whole(here)} of ${whole(last)}`;
    const lost = training && columns.some((column) => column.lost);
    const seconds = training && !lost ? secondsToGo(columns, performance.now()) : null;
    const left = lost ? "connection lost" : seconds === null ? "" : `at most ${duration(seconds)} to go`;
    setText(this.#text, left ? `${where}\n${left}` : where);
    setAttribute(this.#track, "aria-valuemax", last);
    setAttribute(this.#track, "aria-valuenow", here);
    setAttribute(this.#track, "aria-valuetext", where);
    setAttribute(this.#play, "aria-label", playing ? "Pause (space)" : "Play (space)");
    hint(this.#play, playing ? "Pause (space)" : "Play (space)");
    this.#play.classList.toggle("playing", playing);
    const following = training && !lost && step === null && !playing;
    this.#live.hidden = !training;
    setAttribute(this.#live, "aria-pressed", String(following));
    this.classList.toggle(
      "empty",
      columns.every((column) => column.frames.length === 0),
    );
  }

  /** @param {number} speed */
  set speed(speed) {
    this.#speed.value = String(speed);
  }

  /**
   * @param {Column[]} columns
   * @param {number} last
   */
  #showRails(columns, last) {
    while (this.#rails.children.length > columns.length) this.#rails.lastChild?.remove();
    while (this.#rails.children.length < columns.length) {
      this.#rails.append(make("div", { class: "rail" }, make("i", { class: "done" }), make("i", { class: "solved" })));
    }
    columns.forEach((column, i) => {
      const rail = /** @type {HTMLElement} */ (this.#rails.children[i]);
      const { step = 0, solved_at: at = null } = column.frames.at(-1) ?? {};
      if (!changed(rail, [column.colour, column.title, step, at, last])) return;
      const [done, solved] = /** @type {HTMLElement[]} */ ([...rail.children]);
      if (!done || !solved) return;
      rail.style.setProperty("--model", `var(--model-${column.colour})`);
      done.style.width = `${100 * positionOf(step, last)}%`;
      solved.hidden = at === null;
      if (at === null) return;
      solved.style.left = `${100 * positionOf(at, last)}%`;
      setAttribute(solved, "title", `${column.title} solved at step ${at}`);
    });
  }

  /** @param {number} last */
  #showTicks(last) {
    this.#last = last;
    this.#ticks.replaceChildren(
      ...stepTicks(last, TICK / Math.max(this.#ticks.clientWidth, TICK)).map((step) => {
        const tick = make("span", {}, whole(step));
        tick.style.left = `${100 * positionOf(step, last)}%`;
        return tick;
      }),
    );
  }
}

customElements.define("farback-timeline", FarbackTimeline);
