/**
 * Keeps the models of the page for good, and hands out the link, the codes for other pages and the secret that deletes.
 *
 * @import {Refused} from "../api.js"
 * @import {Saved} from "../types.js"
 */

import { citation } from "../citation.js";
import { copying, snapshotCodes } from "./codes.js";
import { make, setText, uniqueId } from "./dom.js";

/** Longest title and note, as on the server. */
const [TITLE, NOTE] = [200, 4000];

/**
 * @typedef {object} Wish
 * @property {string} title
 * @property {string} note
 * @property {boolean} withText whether a person's own text may be published with it
 */

export class FarbackSave extends HTMLElement {
  #title = make("input", { type: "text", id: uniqueId("title"), maxlength: TITLE, "data-testid": "save-title" });
  #note = make("textarea", { id: uniqueId("note"), rows: 2, maxlength: NOTE, "data-testid": "save-note" });
  #consent = make("input", { type: "checkbox", id: uniqueId("consent"), "data-testid": "save-consent" });
  #consentLine = make(
    "p",
    { class: "consent" },
    this.#consent,
    make("label", { for: this.#consent.id }, " Publish my text with it: everyone who has the link can read it."),
  );
  #error = make("p", { class: "error", role: "alert", "data-testid": "save-error" });
  #go = make("button", { type: "submit", class: "primary", "data-testid": "save-go" }, "Keep them");
  #what = make("p");
  #form = make(
    "form",
    { onsubmit: (/** @type {Event} */ event) => this.#submit(event) },
    this.#what,
    make("label", { for: this.#title.id }, "Title"),
    this.#title,
    make("label", { for: this.#note.id }, "Note"),
    this.#note,
    this.#consentLine,
    this.#error,
    make("p", { class: "acts" }, this.#go),
  );
  #kept = make("div", { class: "kept", hidden: true, "data-testid": "kept" });
  #dialog = make(
    "dialog",
    { class: "about save", "data-testid": "save-dialog", "aria-label": "Snapshot" },
    make(
      "div",
      { class: "bar" },
      make("h2", {}, "Keep a snapshot"),
      make(
        "button",
        { type: "button", class: "close", "aria-label": "Close", onclick: () => this.#dialog.close() },
        "×",
      ),
    ),
    this.#form,
    this.#kept,
  );
  /** @type {((wish: Wish) => Promise<Saved>) | null} */
  #save = null;

  connectedCallback() {
    if (!this.childElementCount) this.append(this.#dialog);
  }

  /**
   * @param {{title: string, models: number, secret: boolean}} shown what is on the page; secret: trained on a text of
   *   the person's own
   * @param {(wish: Wish) => Promise<Saved>} save
   */
  open({ title, models, secret }, save) {
    this.#save = save;
    this.#form.hidden = false;
    this.#kept.hidden = true;
    this.#title.value = title;
    this.#note.value = "";
    this.#consent.checked = false;
    this.#consentLine.hidden = !secret;
    setText(this.#error, "");
    const many = models === 1 ? "the model" : `the ${models} models`;
    setText(
      this.#what,
      `A link that shows ${many} as they are now, with all their frames, to everyone who has it, this year and next: nothing is trained again. It cannot be changed, only deleted.`,
    );
    this.#dialog.showModal();
    this.#title.select();
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    if (!this.#save || this.#go.disabled) return;
    this.#go.disabled = true;
    setText(this.#error, "");
    try {
      this.#tell(
        await this.#save({ title: this.#title.value, note: this.#note.value, withText: this.#consent.checked }),
      );
    } catch (error) {
      setText(this.#error, /** @type {Refused} */ (error).message);
    } finally {
      this.#go.disabled = false;
    }
  }

  /** @param {Saved} saved */
  #tell({ base, id, title, link, created, version, secret }) {
    const shared = { base, id, title, query: "", end: /** @type {const} */ ("") };
    const removal = `${link}#delete=${secret}`;
    this.#kept.replaceChildren(
      make(
        "div",
        { class: "linked" },
        make("img", { src: `${base}s/${id}/qr.svg`, alt: `QR code of ${link}`, width: 132, height: 132 }),
        make(
          "div",
          {},
          make("p", {}, make("a", { href: link, "data-testid": "kept-link" }, link)),
          copying("Copy the link", () => link),
          make("p", { class: "cite" }, citation({ title, link, created, version })),
          copying("Copy the citation", () => citation({ title, link, created, version })),
        ),
      ),
      make("h3", {}, "Show it in a course's page"),
      ...snapshotCodes(shared),
      make("h3", {}, "Delete it"),
      make(
        "p",
        {},
        "Keep this link: it is shown once, and whoever has it can delete the snapshot. ",
        make("a", { href: removal, "data-testid": "delete-link" }, "Delete link"),
      ),
      copying("Copy the delete link", () => removal),
    );
    this.#form.hidden = true;
    this.#kept.hidden = false;
  }
}

customElements.define("farback-save", FarbackSave);
