/**
 * A panel in full size, with Plotly's zoom and export, or as a table. Plotly is fetched when it is first wanted, never
 * before.
 *
 * @import {Ink, Picture} from "../types.js"
 * @import {Brush, FarbackPlot} from "./plot.js"
 */

import { namedIn } from "../address.js";
import { figureOf } from "../draw/figure.js";
import { csvOf, tableOf } from "../draw/read.js";
import { copied, plotlyAddress } from "../source.js";
import { make, setAttribute, setText } from "./dom.js";
import { FarbackNumbers } from "./numbers.js";

/**
 * @typedef {object} Plotly
 * @property {(element: HTMLElement, data: object[], layout: object, config: object) => Promise<unknown>} newPlot
 * @property {(element: HTMLElement, options: object) => Promise<string>} downloadImage
 * @property {(element: HTMLElement) => void} purge
 */

/** @type {Promise<Plotly> | null} */
let loading = null;

/** @returns {Promise<Plotly>} */
function loadPlotly() {
  loading ??= plotlyAddress().then(
    (src) =>
      new Promise((resolve, reject) => {
        const script = make("script", { src });
        script.addEventListener("load", () => resolve(/** @type {any} */ (window).Plotly));
        script.addEventListener("error", () => {
          loading = null;
          script.remove();
          reject(new Error("The zoomable figure could not be loaded. The numbers can still be downloaded."));
        });
        document.head.append(script);
      }),
  );
  return loading;
}

/**
 * What its numbers are, and in what unit.
 *
 * @param {Picture} picture
 * @param {Brush} brush
 * @returns {string} a sentence after a space; empty where the words of the picture say it
 */
function measured(picture, { units = {} }) {
  if (picture.kind === "curves" || picture.kind === "bars") return ` Value: ${picture.y.title}.`;
  if (picture.kind !== "heatmap") return "";
  const unit = (units[picture.symbol] ?? Object.values(units)[0] ?? "").replace(/^1(?: |$)/, "");
  if (unit === picture.symbol) return ` Value: ${unit}.`;
  return ` Value: ${picture.symbol}${unit ? `, ${unit}` : ", without a unit"}.`;
}

export class FarbackEnlarge extends HTMLElement {
  #title = make("h2");
  #figure = make("div", { class: "figure", "data-testid": "figure" });
  #numbers = new FarbackNumbers();
  #message = make("p", { class: "message", role: "status" });
  #dialog = make("dialog", { class: "enlarged", "data-testid": "enlarged", "aria-label": "Enlarged panel" });
  #images = [this.#button("PNG", () => this.#image("png")), this.#button("SVG", () => this.#image("svg"))];
  #switch = this.#button("Table", () => this.#turn());
  /** @type {FarbackPlot | null} */
  #plot = null;
  /** What is shown; the panel itself may go on. @type {{picture: Picture, brush: Brush, ink: Ink} | null} */
  #shown = null;
  /** Whether numbers are read rather than the picture: whoever chose them gets them with the next panel as well. */
  #asTable = false;
  /** @type {Plotly | null} */
  #plotly = null;

  connectedCallback() {
    if (this.childElementCount) return;
    this.#dialog.append(
      make(
        "div",
        { class: "bar" },
        this.#title,
        this.#switch,
        ...this.#images,
        this.#button("CSV", () => this.#table()),
        make(
          "button",
          { type: "button", class: "close", "aria-label": "Close", onclick: () => this.#dialog.close() },
          "×",
        ),
      ),
      this.#message,
      this.#figure,
      this.#numbers,
    );
    this.#dialog.addEventListener("close", () => this.#plotly?.purge(this.#figure));
    this.append(this.#dialog);
  }

  /**
   * @param {string} label
   * @param {() => void} act
   */
  #button(label, act) {
    return make("button", { type: "button", onclick: act }, label);
  }

  /**
   * @param {FarbackPlot} plot
   * @param {Ink} ink
   */
  async show(plot, ink) {
    const { picture, brush } = plot;
    if (!picture || !brush) return;
    this.#plot = plot;
    this.#shown = { picture, brush, ink };
    setText(this.#title, this.#heading);
    const sentence = plot.sentence;
    const rounded = picture.kind === "tokens" ? "" : " Rounded to three digits: the CSV has all of them.";
    const caption = `${sentence || `${this.#heading}.`}${measured(picture, brush)}${rounded}`;
    this.#numbers.show(tableOf(picture), caption, () => csvOf(picture));
    this.#dialog.showModal();
    await this.#furnish();
  }

  get #heading() {
    const { brush } = this.#shown ?? {};
    return `${brush?.model}: ${brush?.title}, training step ${brush?.step}`;
  }

  /** Shows the picture or its numbers. */
  async #furnish() {
    setAttribute(this.#switch, "aria-pressed", String(this.#asTable));
    for (const button of this.#images) button.disabled = this.#asTable;
    this.#figure.hidden = this.#asTable;
    this.#numbers.hidden = !this.#asTable;
    const shown = this.#shown;
    if (!shown) return;
    if (this.#asTable) return setText(this.#message, shown.picture.caption);
    setText(this.#message, "Loading the zoomable figure …");
    try {
      this.#plotly = await loadPlotly();
    } catch (error) {
      if (!this.#asTable) setText(this.#message, /** @type {Error} */ (error).message);
      return;
    }
    if (!this.#dialog.open || this.#asTable || shown !== this.#shown) return;
    setText(this.#message, shown.picture.caption);
    const figure = figureOf(shown.picture, this.#heading, shown.ink, shown.brush.colour);
    if (!figure) return;
    const config = { responsive: true, displaylogo: false, showSendToCloud: false };
    await this.#plotly.newPlot(this.#figure, figure.data, figure.layout, config);
  }

  #turn() {
    this.#asTable = !this.#asTable;
    return this.#furnish();
  }

  /** What a file is called: snapshot, model, panel, which of its pictures where it has several, and training step. */
  get #name() {
    const { brush } = this.#shown ?? {};
    const named = namedIn(location.pathname);
    const snapshot = copied() ?? (named && "snapshot" in named ? named.snapshot : null);
    const pictures = [...(this.#plot?.parentElement?.children ?? [])];
    const which = pictures.length > 1 && this.#plot ? pictures.indexOf(this.#plot) + 1 : null;
    const parts = ["farback", snapshot, brush?.model, brush?.panel, which, "step", brush?.step];
    const words = parts.filter((part) => part !== null && part !== undefined);
    return words
      .join("-")
      .replace(/[^\w-]+/g, "-")
      .toLowerCase();
  }

  /** @param {"png" | "svg"} format */
  #image(format) {
    const { clientWidth: width, clientHeight: height } = this.#figure;
    const scale = format === "png" ? 2 : 1;
    this.#plotly?.downloadImage(this.#figure, { format, width, height, scale, filename: this.#name });
  }

  #table() {
    if (!this.#shown) return;
    const url = URL.createObjectURL(new Blob([csvOf(this.#shown.picture)], { type: "text/csv" }));
    make("a", { href: url, download: `${this.#name}.csv` }).click();
    URL.revokeObjectURL(url);
  }
}

customElements.define("farback-enlarge", FarbackEnlarge);
