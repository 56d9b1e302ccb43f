/**
 * `<farback-embed src title theme hide show>`: a snapshot within any page, in a frame that is closed in and as high as
 * what it shows.
 */

import { heightIn } from "./frame.js";

/** Height until the frame tells its own, in pixels. */
const HEIGHT = 720;

/** Attributes that are a part of the frame's address. */
const SAID = ["theme", "hide", "show"];

/**
 * The address of the frame.
 *
 * @param {string} src link to a snapshot, as it is shared or as it is embedded
 * @param {(name: string) => string | null} attribute
 * @param {string} base address of the page around it
 * @returns {string | null} null where it is no link that could be shown
 */
export function frameAddress(src, attribute, base) {
  if (!src || !URL.canParse(src, base)) return null;
  const url = new URL(src, base);
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  // On a site of files a page is a folder, and its address ends in a slash.
  url.pathname = url.pathname.replace(/\/s\/([^/]+\/?)$/, "/embed/$1");
  for (const name of SAID) {
    const value = attribute(name);
    if (value !== null) url.searchParams.set(name, value);
  }
  // The part behind # may be the secret by which the snapshot is deleted.
  url.hash = "";
  return url.href;
}

/** Elements exist in a browser only; what is above is tested outside of one. */
const Base = globalThis.HTMLElement ?? class {};

export class FarbackEmbed extends Base {
  static observedAttributes = ["src", "title", ...SAID];

  /** @type {HTMLIFrameElement | null} */
  #frame = null;
  /** @param {MessageEvent} event */
  #listen = (event) => {
    // Any frame and any window can send a message: only the height of this one is its own.
    const height = this.#frame && event.source === this.#frame.contentWindow ? heightIn(event.data) : null;
    if (this.#frame && height) this.#frame.style.height = `${height}px`;
  };

  connectedCallback() {
    window.addEventListener("message", this.#listen);
    this.#show();
  }

  disconnectedCallback() {
    window.removeEventListener("message", this.#listen);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#show();
  }

  #show() {
    // In a shadow, where the page's rules for frames do not reach.
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const address = frameAddress(this.getAttribute("src") ?? "", (name) => this.getAttribute(name), document.baseURI);
    if (!address) {
      root.replaceChildren("farback-embed needs the link of a snapshot as its src.");
      this.#frame = null;
      return;
    }
    this.style.display ||= "block";
    if (!this.#frame) {
      this.#frame = document.createElement("iframe");
      this.#frame.loading = "lazy";
      // It may draw and open links in a new tab; it reads nothing of the page around it.
      this.#frame.setAttribute("sandbox", "allow-scripts allow-popups allow-popups-to-escape-sandbox");
      Object.assign(this.#frame.style, { width: "100%", height: `${HEIGHT}px`, border: "0", display: "block" });
      root.replaceChildren(this.#frame);
    }
    this.#frame.title = this.title || "Farback";
    if (this.#frame.src !== address) this.#frame.src = address;
  }
}

globalThis.customElements?.define("farback-embed", FarbackEmbed);
