/**
 * A picture's numbers as a table, a page of it at a time.
 *
 * @import {Picture} from "../types.js"
 */

import { csvOf, tableOf } from "../draw/read.js";
import { number, plural } from "../format.js";
import { make, setAttribute, setText } from "./dom.js";

/** Rows and columns that stand in the table at once: a matrix of all steps by all steps has tens of thousands. */
const ROWS = 25;
const COLUMNS = 12;

export class FarbackNumbers extends HTMLElement {
  /** @type {Picture | null} */
  #picture = null;
  #caption = "";
  #row = 0;
  #column = 0;
  #table = make("table");
  #scroll = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table" }, this.#table);
  #copied = make("span", { role: "status" });
  #pages = make("span", { class: "pages", role: "status" });
  /** @type {Record<string, HTMLButtonElement>} */
  #turns = {
    up: this.#turn("Earlier rows", -ROWS, 0),
    down: this.#turn("Later rows", ROWS, 0),
    left: this.#turn("Columns before", 0, -COLUMNS),
    right: this.#turn("Columns after", 0, COLUMNS),
  };

  connectedCallback() {
    if (this.childElementCount) return;
    this.append(
      make(
        "div",
        { class: "turns" },
        ...Object.values(this.#turns),
        this.#pages,
        make("button", { type: "button", onclick: () => this.#copy() }, "Copy as CSV"),
        this.#copied,
      ),
      this.#scroll,
    );
  }

  /**
   * @param {Picture} picture
   * @param {string} caption
   */
  show(picture, caption) {
    this.#picture = picture;
    this.#caption = caption;
    this.#row = this.#column = 0;
    setText(this.#copied, "");
    this.#fill();
  }

  /**
   * @param {string} label
   * @param {number} rows
   * @param {number} columns
   */
  #turn(label, rows, columns) {
    return make(
      "button",
      {
        type: "button",
        onclick: () => {
          // A button at its end stays there, for the keyboard's focus.
          if (this.#ended(rows, columns)) return;
          this.#row += rows;
          this.#column += columns;
          this.#fill();
        },
      },
      label,
    );
  }

  /**
   * @param {number} rows
   * @param {number} columns
   * @returns {boolean} whether there is nothing that way
   */
  #ended(rows, columns) {
    if (!this.#picture) return true;
    const { head, body } = tableOf(this.#picture);
    const [row, column] = [this.#row + rows, this.#column + columns];
    return row < 0 || column < 0 || row >= body.length || column >= head.length - 1;
  }

  #fill() {
    if (!this.#picture) return;
    const { head, body } = tableOf(this.#picture);
    const columns = head.length - 1;
    const [row, column] = [this.#row, this.#column];
    const within = /** @template T @param {T[]} cells */ (cells) => cells.slice(1 + column, 1 + column + COLUMNS);
    const rows = body.slice(row, row + ROWS);
    this.#table.replaceChildren(
      make("caption", {}, this.#caption),
      make(
        "thead",
        {},
        make("tr", {}, ...[head[0], ...within(head)].map((name) => make("th", { scope: "col" }, name ?? ""))),
      ),
      make(
        "tbody",
        {},
        ...rows.map((cells) =>
          make(
            "tr",
            {},
            make("th", { scope: "row" }, String(cells[0])),
            ...within(cells).map((cell) => make("td", {}, typeof cell === "string" ? cell : lacking(cell))),
          ),
        ),
      ),
    );
    const mark = /** @param {string} name @param {number} rows @param {number} columns @param {boolean} many */ (
      name,
      rows,
      columns,
      many,
    ) => {
      const button = this.#turns[name];
      if (!button) return;
      button.hidden = !many;
      setAttribute(button, "aria-disabled", String(this.#ended(rows, columns)));
    };
    mark("up", -ROWS, 0, body.length > ROWS);
    mark("down", ROWS, 0, body.length > ROWS);
    mark("left", 0, -COLUMNS, columns > COLUMNS);
    mark("right", 0, COLUMNS, columns > COLUMNS);
    const part = /** @param {number} from @param {number} size @param {number} all @param {string} one */ (
      from,
      size,
      all,
      one,
    ) =>
      all > size ? `${one}s ${from + 1} to ${Math.min(from + size, all)} of ${plural(all, one)}` : plural(all, one);
    setText(this.#pages, `${part(row, ROWS, body.length, "row")}, ${part(column, COLUMNS, columns, "column")}`);
  }

  async #copy() {
    if (!this.#picture) return;
    try {
      await navigator.clipboard.writeText(csvOf(this.#picture));
      setText(this.#copied, "All of its numbers are copied, in full.");
    } catch {
      setText(this.#copied, "The browser does not let them be copied: CSV saves them as a file.");
    }
  }
}

/**
 * @param {number | null | undefined} value
 * @returns {string} nothing where nothing was measured
 */
const lacking = (value) => (value === null || value === undefined ? "" : number(value));

customElements.define("farback-numbers", FarbackNumbers);
