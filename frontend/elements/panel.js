/**
 * One panel of one model: its pictures, painted only when they are seen and when something changed.
 *
 * @import {Panel, Scene} from "../types.js"
 * @import {Brush} from "./plot.js"
 */

import { tell } from "./dom.js";
import { FarbackPlot } from "./plot.js";

const seen = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (target instanceof FarbackPanel) target.see(isIntersecting);
    }
  },
  // A little before it scrolls into view, so that no stale picture is ever seen.
  { rootMargin: "150px" },
);

export class FarbackPanel extends HTMLElement {
  #visible = false;
  /** Whether it shows an older frame, because nobody sees it. */
  stale = false;
  /** @type {unknown[]} what the last painting was made from */
  #made = [];

  /** @param {Panel} panel */
  constructor(panel) {
    super();
    this.panel = panel;
    this.dataset.testid = `panel-${panel.id}`;
    const { words, pictures } = panel.room;
    this.style.setProperty("--room", `calc(${words}px + var(--tall) * ${pictures}px)`);
  }

  connectedCallback() {
    seen.observe(this);
  }

  disconnectedCallback() {
    seen.unobserve(this);
  }

  get visible() {
    return this.#visible;
  }

  /** @param {boolean} visible */
  see(visible) {
    this.#visible = visible;
    if (visible) tell(this, "repaint");
  }

  /** @returns {FarbackPlot[]} */
  get plots() {
    return /** @type {FarbackPlot[]} */ ([...this.children].filter((child) => child instanceof FarbackPlot));
  }

  /**
   * @param {Scene | null} scene null: there is nothing to show yet
   * @param {Omit<Brush, "panel" | "title">} brush
   * @param {unknown} version changes whenever something beside scene and brush did
   * @param {boolean} unseen whether to paint it although nobody sees it
   * @returns {boolean} whether it painted
   */
  show(scene, brush, version, unseen) {
    if (!scene) {
      this.replaceChildren();
      this.#made = [];
      this.stale = false;
      return false;
    }
    // Who is not seen is not asked.
    const asking = this.#visible && Boolean(scene.answer && !scene.answer.fresh && scene.answer.refusal === null);
    this.toggleAttribute("data-asking", asking && this.panel.inquiry?.(scene) !== null);
    const history = this.panel.history ? scene.frames.length : 0;
    const made = [
      this.panel.source ? this.panel.source(scene.frame) : scene.frame,
      scene.view.gradient,
      scene.view.state,
      scene.view.row,
      scene.facts,
      scene.layer,
      brush.ink,
      brush.colour,
      history,
      version,
      this.panel.also?.(scene),
      scene.answer?.refusal,
      ...(scene.peers ?? []),
    ];
    if (made.length === this.#made.length && made.every((part, i) => part === this.#made[i])) return false;
    this.stale = !this.#visible && !unseen;
    if (this.stale) return false;
    this.#made = made;
    const pictures = this.panel.pictures(scene);
    while (this.children.length > pictures.length) this.lastChild?.remove();
    while (this.children.length < pictures.length) this.append(new FarbackPlot());
    const whole = { ...brush, panel: this.panel.id, title: this.panel.title };
    this.plots.forEach((plot, i) => {
      const picture = pictures[i];
      if (picture) plot.show(picture, whole);
    });
    return true;
  }

  /** Writes what stands around its pictures. */
  write() {
    for (const plot of this.plots) plot.write();
  }

  /**
   * @param {number | null} t
   * @param {number} row
   */
  mark(t, row) {
    for (const plot of this.plots) plot.mark(t, row);
  }
}

customElements.define("farback-panel", FarbackPanel);
