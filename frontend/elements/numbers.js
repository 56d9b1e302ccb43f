/**
 * A picture's numbers as a table, a page of it at a time.
 *
 * @import {Cell, Table} from "../draw/read.js"
 */

import { csvText } from "../draw/read.js";
import { number, plural } from "../format.js";
import { changed, make, setAttribute, setText } from "./dom.js";

/** Rows and columns that stand in the table at once: a matrix of all steps by all steps has tens of thousands. */
const ROWS = 25;
const COLUMNS = 12;

export class FarbackNumbers extends HTMLElement {
  /** @type {Table & {links?: string[]}} */
  #shown = { head: [], body: [] };
  #csv = () => "";
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
   * @param {Table & {links?: string[]}} table with where each row's first cell leads, where it leads anywhere
   * @param {string} caption
   * @param {() => string} [csv] all of it in full
   */
  show(table, caption, csv = () => csvText(table)) {
    this.#row = this.#column = 0;
    setText(this.#copied, "");
    this.renew(table, caption, csv);
  }

  /**
   * Shows what became of the same table: the page of it that is read stays.
   *
   * @param {Table & {links?: string[]}} table
   * @param {string} caption
   * @param {() => string} [csv]
   */
  renew(table, caption, csv = () => csvText(table)) {
    this.#shown = table;
    this.#caption = caption;
    this.#csv = csv;
    if (this.#row >= table.body.length) this.#row = 0;
    if (this.#column >= table.head.length - 1) this.#column = 0;
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
    const { head, body } = this.#shown;
    const [row, column] = [this.#row + rows, this.#column + columns];
    return row < 0 || column < 0 || row >= body.length || column >= head.length - 1;
  }

  #fill() {
    const { head, body, links } = this.#shown;
    const columns = head.length - 1;
    const [row, column] = [this.#row, this.#column];
    const within = /** @template T @param {T[]} cells */ (cells) => cells.slice(1 + column, 1 + column + COLUMNS);
    const rows = body.slice(row, row + ROWS);
    // Whoever reads a table that is as it was keeps the place in it.
    if (
      !changed(this, [
        this.#caption,
        head[0],
        ...within(head),
        ...rows.flatMap((cells) => [cells[0], ...within(cells)]),
      ])
    )
      return;
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
        ...rows.map((cells, i) => {
          const link = links?.[row + i];
          const name = textOf(cells[0]);
          return make(
            "tr",
            {},
            make("th", { scope: "row" }, link ? make("a", { href: link, target: "_blank" }, name) : name),
            ...within(cells).map((cell) => make("td", {}, textOf(cell))),
          );
        }),
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
    try {
      await navigator.clipboard.writeText(this.#csv());
      setText(this.#copied, "All of its numbers are copied, in full.");
    } catch {
      setText(this.#copied, "The browser does not let them be copied here.");
    }
  }
}

/**
 * @param {Cell | undefined} cell
 * @returns {string} nothing where nothing was measured
 */
function textOf(cell) {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "string") return cell;
  return Number.isInteger(cell) && Math.abs(cell) < 1e6 ? String(cell).replace("-", "−") : number(cell);
}

customElements.define("farback-numbers", FarbackNumbers);
