/**
 * A panel in full size, with Plotly's zoom and export. Plotly is fetched when it is first wanted, never before.
 *
 * @import {Ink} from "../types.js"
 * @import {FarbackPlot} from "./plot.js"
 */

import { namedIn } from "../address.js";
import { figureOf } from "../draw/figure.js";
import { csvOf } from "../draw/read.js";
import { copied, plotlyAddress } from "../source.js";
import { make, setText } from "./dom.js";

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

export class FarbackEnlarge extends HTMLElement {
  #title = make("h2");
  #figure = make("div", { class: "figure", "data-testid": "figure" });
  #message = make("p", { class: "message", role: "status" });
  #dialog = make("dialog", { class: "enlarged", "data-testid": "enlarged", "aria-label": "Enlarged panel" });
  /** @type {FarbackPlot | null} */
  #plot = null;
  /** @type {Plotly | null} */
  #plotly = null;

  connectedCallback() {
    if (this.childElementCount) return;
    const button = /** @param {string} label @param {() => void} act */ (label, act) =>
      make("button", { type: "button", onclick: act }, label);
    this.#dialog.append(
      make(
        "div",
        { class: "bar" },
        this.#title,
        button("PNG", () => this.#image("png")),
        button("SVG", () => this.#image("svg")),
        button("CSV", () => this.#table()),
        make(
          "button",
          { type: "button", class: "close", "aria-label": "Close", onclick: () => this.#dialog.close() },
          "×",
        ),
      ),
      this.#message,
      this.#figure,
    );
    this.#dialog.addEventListener("close", () => this.#plotly?.purge(this.#figure));
    this.append(this.#dialog);
  }

  /**
   * @param {FarbackPlot} plot
   * @param {Ink} ink
   */
  async show(plot, ink) {
    const { picture, brush } = plot;
    if (!picture || !brush) return;
    this.#plot = plot;
    const title = `${brush.model}: ${brush.title}`;
    setText(this.#title, `${title}, training step ${brush.step}`);
    setText(this.#message, "Loading the zoomable figure …");
    this.#dialog.showModal();
    try {
      this.#plotly = await loadPlotly();
    } catch (error) {
      setText(this.#message, /** @type {Error} */ (error).message);
      return;
    }
    if (!this.#dialog.open) return;
    setText(this.#message, picture.caption);
    const figure = figureOf(picture, `${title}, training step ${brush.step}`, ink, brush.colour);
    if (!figure) return;
    const config = { responsive: true, displaylogo: false, showSendToCloud: false };
    await this.#plotly.newPlot(this.#figure, figure.data, figure.layout, config);
  }

  /** What a file is called: snapshot, model, panel, which of its pictures where it has several, and training step. */
  get #name() {
    const { brush } = this.#plot ?? {};
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
    if (!this.#plot?.picture) return;
    const url = URL.createObjectURL(new Blob([csvOf(this.#plot.picture)], { type: "text/csv" }));
    make("a", { href: url, download: `${this.#name}.csv` }).click();
    URL.revokeObjectURL(url);
  }
}

customElements.define("farback-enlarge", FarbackEnlarge);
