/**
 * One picture: a canvas with its scale, its caption and the value at the marked step. It answers to mouse, finger and
 * arrow keys.
 *
 * @import {Ink, Picture} from "../types.js"
 */

import { paintBars } from "../draw/bars.js";
import { paintCurves, scaleLabels } from "../draw/curves.js";
import { paintBar, paintHeatmap } from "../draw/heatmap.js";
import { paintHistory } from "../draw/history.js";
import { readAt, rowsOf } from "../draw/read.js";
import { placeText, sentenceOf } from "../draw/sentence.js";
import { paintTokens } from "../draw/tokens.js";
import { short, whole } from "../format.js";
import { positionOf, SLIDER_KEYS, stepAt, stepTicks } from "../timeline.js";
import { make, setAttribute, setText, tell, uniqueId } from "./dom.js";
import { sayAtRest } from "./say.js";

/**
 * @typedef {object} Brush how and for whom a picture is painted
 * @property {Ink} ink
 * @property {string} colour the model's
 * @property {string} panel
 * @property {string} model
 * @property {number} step the training step
 * @property {number} length time steps
 * @property {number} [answer] the step that lags are counted from
 * @property {Record<string, string>} [units] of what its panel shows, by the measure's name
 * @property {string} title of the panel
 */

/** Room for a number under an axis of training steps, in pixels. */
const TICK = 40;

/** Widths are read when they change, never while painting. */
const sizes = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const plot = target.closest("farback-plot");
    if (plot instanceof FarbackPlot) plot.resize(contentRect.width, contentRect.height);
  }
});

/** Milliseconds without a new picture after which a picture is described: none is while frames stream in. */
const STANDS_MS = 400;
/** Pictures that are described in one go. */
const AT_ONCE = 8;
/** @type {Set<FarbackPlot>} */
const changing = new Set();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let standing;

/** Describes what has changed, a few at a time. */
function describeAll() {
  for (const plot of [...changing].slice(0, AT_ONCE)) {
    changing.delete(plot);
    plot.describe();
  }
  standing = changing.size ? setTimeout(describeAll) : undefined;
}

export class FarbackPlot extends HTMLElement {
  /** @type {Picture | null} */
  picture = null;
  /** @type {Brush | null} */
  brush = null;
  #size = { width: 0, height: 0 };
  #painted = "";
  /** @type {number | null} */
  #mark = null;
  #row = 0;
  #caption = make("span", { class: "caption" });
  #reading = make("span", { class: "read" });
  #canvas = make("canvas");
  #cross = make("i", { class: "cross", hidden: true });
  #dot = make("i", { class: "dot", hidden: true });
  #outlines = make("div", { class: "outlines" });
  #note = make("p", { class: "note", hidden: true });
  #area = make(
    "div",
    { class: "area", tabindex: "0" },
    this.#canvas,
    this.#outlines,
    this.#cross,
    this.#dot,
    this.#note,
  );
  #bar = make("canvas", { class: "bar", hidden: true });
  #scale = make("div", { class: "scale", "aria-hidden": "true" }, this.#bar);
  #sentence = make("span", { id: uniqueId("sentence"), hidden: true });
  #foot = make("div", { class: "foot", "aria-hidden": "true", hidden: true });
  #footed = "";
  #outlined = "";
  /** Whether the axis is the column's time. */
  #timed = false;
  #enlarge = make("button", {
    class: "enlarge",
    type: "button",
    tabindex: "-1",
    title: "Enlarge, zoom and download (Enter)",
    "aria-label": "Enlarge",
    onclick: () => tell(this, "enlarge", this),
  });

  connectedCallback() {
    if (this.childElementCount) return;
    this.append(
      make("div", { class: "over" }, this.#caption, this.#reading, this.#enlarge),
      this.#area,
      this.#scale,
      this.#foot,
      this.#sentence,
    );
    this.#area.setAttribute("aria-describedby", this.#sentence.id);
    sizes.observe(this.#area);
    this.#area.addEventListener("pointermove", (event) => this.#point(event, false));
    this.#area.addEventListener("pointerleave", () => tell(this, "point", null));
    this.#area.addEventListener("click", (event) => this.#point(event, true));
    this.#area.addEventListener("keydown", (event) => this.#key(event));
  }

  disconnectedCallback() {
    sizes.unobserve(this.#area);
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    if (width === this.#size.width && height === this.#size.height) return;
    this.#size = { width, height };
    this.#showFoot();
    this.#paint();
  }

  /**
   * Paints the picture; what stands around it is written afterwards.
   *
   * @param {Picture} picture
   * @param {Brush} brush
   */
  show(picture, brush) {
    this.picture = picture;
    this.brush = brush;
    this.#paint();
  }

  /** Writes what stands around the picture. */
  write() {
    const { picture, brush } = this;
    if (!picture || !brush) return;
    const odd = picture.kind === "heatmap" && picture.matrix.odd;
    const caption = odd ? `${picture.caption}; pink is not finite` : picture.caption;
    setText(this.#caption, caption);
    setAttribute(this.#caption, "title", caption);
    setAttribute(this.#canvas, "data-panel", brush.panel);
    setAttribute(this.#canvas, "data-model", brush.model);
    this.#furnish(picture, brush);
    this.#showOutlines(picture);
    this.#showFoot();
    changing.add(this);
    this.#read();
    clearTimeout(standing);
    standing = setTimeout(describeAll, STANDS_MS);
  }

  /** Says in a sentence what its numbers say. */
  describe() {
    const { picture, brush } = this;
    // What is written out needs no sentence beside it, and bars are told in full by their name.
    const told = picture && brush && picture.kind !== "note" && picture.kind !== "bars";
    const place = picture?.kind === "tokens" ? "" : ` at training step ${whole(brush?.step ?? 0)}`;
    this.#read();
    setText(this.#sentence, told ? `${brush.title} of ${brush.model}${place}: ${sentenceOf(picture)}.` : "");
  }

  /** What the picture says in a sentence. */
  get sentence() {
    this.describe();
    return this.#sentence.textContent;
  }

  /** Says the value at the mark, once the keys rest. */
  #say() {
    sayAtRest(() => {
      const { picture, brush } = this;
      if (!picture || !brush) return "";
      const t = this.#mark;
      if (this.#timed && (t === null || t >= brush.length)) return "";
      return placeText(picture, t ?? 0, this.#rowIn(picture), brush);
    });
  }

  /**
   * Marks a time step; null takes the mark away.
   *
   * @param {number | null} t
   * @param {number} row of heatmaps
   */
  mark(t, row) {
    if (t === this.#mark && row === this.#row) return;
    this.#mark = t;
    this.#row = row;
    this.#read();
    if (this.picture?.kind === "tokens" && this.picture.text) this.#paint();
  }

  #paint() {
    const { picture, brush } = this;
    const size = this.#size;
    if (!picture || !brush || !size.width || !size.height) return;
    if (picture.kind === "heatmap" && picture.training) paintHistory(this.#canvas, picture, size, brush.ink.dark);
    else if (picture.kind === "heatmap") paintHeatmap(this.#canvas, picture, brush.ink.dark);
    else if (picture.kind === "curves") paintCurves(this.#canvas, picture, size, brush.ink, brush.colour);
    else if (picture.kind === "bars") paintBars(this.#canvas, picture, size, brush.ink, brush.colour);
    else if (picture.kind === "tokens") paintTokens(this.#canvas, picture, size, brush.ink, this.#mark);
    setAttribute(this.#canvas, "data-step", brush.step);
  }

  /**
   * What stands around the canvas; it is set up again only when it is another kind of picture or another scale.
   *
   * @param {Picture} picture
   * @param {Brush} brush
   */
  #furnish(picture, brush) {
    const scale =
      picture.kind === "heatmap"
        ? [picture.palette, picture.domain]
        : picture.kind === "curves" || picture.kind === "bars"
          ? scaleLabels(picture)
          : picture.kind === "note" && picture.text;
    const key = JSON.stringify([
      picture.kind,
      picture.height,
      scale,
      picture.kind === "curves" && picture.axis,
      brush.ink.dark,
    ]);
    if (key === this.#painted) return;
    this.#painted = key;
    this.dataset.kind = picture.kind;
    const height = `calc(var(--tall) * ${picture.height}px)`;
    // A sentence takes what it needs.
    this.#area.style.height = picture.kind === "note" ? "auto" : height;
    this.#area.style.minHeight = height;
    this.#canvas.hidden = picture.kind === "note";
    this.#note.hidden = picture.kind !== "note";
    this.#enlarge.hidden = picture.kind === "note";
    if (picture.kind === "note") setText(this.#note, picture.text);
    // What has no steps to choose from is read, not moved along.
    const note = picture.kind === "note" || picture.kind === "bars";
    this.#timed = !note && !(picture.kind === "curves" && picture.axis === "training");
    setAttribute(this.#area, "role", picture.kind === "bars" ? "img" : note ? null : "slider");
    setAttribute(this.#area, "tabindex", picture.kind === "note" ? null : 0);
    setAttribute(this.#area, "aria-valuemin", note ? null : 0);
    this.#furnishScale(picture, brush);
  }

  /**
   * @param {Picture} picture
   * @param {Brush} brush
   */
  #furnishScale(picture, { ink }) {
    this.#bar.hidden = picture.kind !== "heatmap";
    for (const label of this.#scale.querySelectorAll("span")) label.remove();
    if (picture.kind === "heatmap") {
      paintBar(this.#bar, picture.palette, ink.dark);
      const [low, high] = picture.domain;
      this.#scale.append(make("span", { class: "top" }, short(high)), make("span", { class: "bottom" }, short(low)));
    } else if (picture.kind === "curves" || picture.kind === "bars") {
      for (const { label, down } of scaleLabels(picture)) {
        const tick = make("span", { class: "tick" }, label);
        tick.style.top = `${100 * down}%`;
        // In the middle of its line, but at the ends of the scale within it.
        tick.style.transform = `translateY(-${100 * down}%)`;
        this.#scale.append(tick);
      }
    }
  }

  /** The training steps under their axis, which is not the column's. */
  #showFoot() {
    const { picture } = this;
    const last = picture?.kind === "curves" && picture.axis === "training" ? picture.length : null;
    this.#foot.hidden = last === null;
    const key = `${last} ${this.#size.width}`;
    if (last === null || key === this.#footed) return;
    this.#footed = key;
    this.#foot.replaceChildren(
      ...stepTicks(last, TICK / Math.max(this.#size.width, TICK)).map((step) => {
        const tick = make("span", {}, whole(step));
        tick.style.left = `${100 * positionOf(step, last)}%`;
        return tick;
      }),
      make("em", {}, "steps"),
    );
  }

  /**
   * The frames around cells, which move without being made anew.
   *
   * @param {Picture} picture
   */
  #showOutlines(picture) {
    const outlines = picture.kind === "heatmap" ? picture.outlines : [];
    const key = picture.kind === "heatmap" && outlines.length ? JSON.stringify([rowsOf(picture), outlines]) : "";
    if (key === this.#outlined) return;
    this.#outlined = key;
    while (this.#outlines.children.length > outlines.length) this.#outlines.lastChild?.remove();
    while (this.#outlines.children.length < outlines.length) this.#outlines.append(make("i"));
    if (picture.kind !== "heatmap") return;
    const steps = picture.timeFirst ? picture.matrix.rows : picture.matrix.cols;
    const rows = rowsOf(picture);
    outlines.forEach(({ row, from, to }, at) => {
      const box = /** @type {HTMLElement} */ (this.#outlines.children[at]);
      box.style.left = `${(100 * from) / steps}%`;
      box.style.width = `${(100 * (to - from)) / steps}%`;
      box.style.top = `${(100 * row) / rows}%`;
      box.style.height = `${100 / rows}%`;
    });
  }

  /** Writes the marked step's value and puts the cross there. */
  #read() {
    const { picture, brush } = this;
    if (!picture || !brush) return;
    const t = this.#mark;
    const shown = this.#timed && t !== null && t < brush.length;
    this.#cross.hidden = !shown;
    this.#dot.hidden = !shown || picture.kind !== "heatmap";
    const row = this.#rowIn(picture);
    const text = shown && t !== null ? readAt(picture, t, row) : "";
    setText(this.#reading, text);
    // Where the value would lie on what it is about, it stands on the other side.
    this.classList.toggle("aside", t !== null && 2 * t > brush.length);
    const told =
      picture.kind === "bars" ? picture.bars.map(({ name, text, told }) => `; ${name}: ${told ?? text}`).join("") : "";
    // Where the keyboard stands, a name that changes with every frame would be said at every frame.
    const busy = this.#area === document.activeElement && changing.has(this);
    if (!busy) setAttribute(this.#area, "aria-label", `${brush.model}, ${brush.title}. ${picture.caption}${told}`);
    if (this.#timed) {
      setAttribute(this.#area, "aria-valuemax", brush.length - 1);
      setAttribute(this.#area, "aria-valuenow", t ?? 0);
      const chosen = picture.kind === "heatmap" && picture.outputs ? `${picture.rowName(row)}, ` : "";
      setAttribute(this.#area, "aria-valuetext", `${chosen}${shown ? `step ${t}` : "no step marked"}`);
    } else if (picture.kind === "curves") {
      setAttribute(this.#area, "aria-valuemax", picture.length);
      setAttribute(this.#area, "aria-valuenow", picture.cursor ?? 0);
      setAttribute(this.#area, "aria-valuetext", `training step ${picture.cursor}. ${picture.caption}`);
    }
    if (!shown || t === null) return;
    this.#cross.style.left = `${(100 * t) / brush.length}%`;
    this.#cross.style.width = `${100 / brush.length}%`;
    if (picture.kind !== "heatmap") return;
    const rows = rowsOf(picture);
    this.#dot.style.left = this.#cross.style.left;
    this.#dot.style.width = this.#cross.style.width;
    this.#dot.style.top = `${(100 * Math.min(row, rows - 1)) / rows}%`;
    this.#dot.style.height = `${100 / rows}%`;
  }

  /**
   * The row that is read: the pointed one, but where rows are output times or training steps the one that is looked at.
   *
   * @param {Picture} picture
   */
  #rowIn(picture) {
    if (picture.kind !== "heatmap") return this.#row;
    return picture.outputs?.chosen ?? (picture.training ? (picture.outlines[0]?.row ?? 0) : this.#row);
  }

  /**
   * @param {MouseEvent} event
   * @param {boolean} pin
   */
  #point(event, pin) {
    const { picture, brush } = this;
    if (!picture || !brush || picture.kind === "note" || picture.kind === "bars") return;
    const box = this.#area.getBoundingClientRect();
    const part = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 0.9999);
    if (picture.kind === "curves" && picture.axis === "training") {
      if (pin) tell(this, "step", Math.round(stepAt(part, picture.length)));
      return;
    }
    const down = Math.min(Math.max((event.clientY - box.top) / box.height, 0), 0.9999);
    const row = picture.kind === "heatmap" ? Math.floor(down * rowsOf(picture)) : this.#row;
    const t = Math.floor(part * brush.length);
    if (picture.kind !== "heatmap" || (!picture.outputs && !picture.training)) tell(this, "point", { t, row, pin });
    else if (picture.outputs) tell(this, "point", { t, row: this.#row, pin, output: picture.outputs.steps[row] });
    else {
      // Such a row is a training step: a click goes there, and marks nothing.
      tell(this, "point", { t, row: this.#row, pin: false });
      if (pin) tell(this, "step", picture.training?.[row]);
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { picture, brush } = this;
    if (!picture || !brush || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && !this.#enlarge.hidden) {
      event.preventDefault();
      tell(this, "enlarge", this);
      return;
    }
    if (picture.kind === "note" || picture.kind === "bars") return;
    const rows = picture.kind === "heatmap" ? rowsOf(picture) : this.#row + 1;
    const moves = /** @type {Record<string, [number, number]>} */ ({
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
      PageUp: [-10, 0],
      PageDown: [10, 0],
      Home: [Number.NEGATIVE_INFINITY, 0],
      End: [Number.POSITIVE_INFINITY, 0],
    });
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    this.#say();
    if (!this.#timed) {
      // Of training steps the frames are the places, and up means on, as on any slider.
      tell(this, "move", SLIDER_KEYS[event.key]);
      return;
    }
    if (picture.kind === "heatmap" && move[1] !== 0 && (picture.outputs || picture.training)) {
      // Told as a move, because keys may be faster than pictures.
      return tell(this, picture.outputs ? "output" : "move", move[1]);
    }
    const from = this.#mark ?? brush.length - 1;
    const t = Math.min(Math.max(from + move[0], 0), brush.length - 1);
    tell(this, "point", { t, row: Math.min(Math.max(this.#row + move[1], 0), rows - 1), pin: true, keep: true });
  }
}

customElements.define("farback-plot", FarbackPlot);
