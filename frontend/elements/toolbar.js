/** What concerns the page as a whole: its link, light or dark, help. */

import { home, isCopy } from "../source.js";
import { make, tell } from "./dom.js";
import { hint } from "./hint.js";

export class FarbackToolbar extends HTMLElement {
  connectedCallback() {
    if (this.childElementCount) return;
    const button = /** @param {string} name @param {string} text @param {string} label */ (name, text, label) =>
      hint(
        make(
          "button",
          {
            type: "button",
            class: name,
            "aria-label": label,
            "data-testid": name,
            onclick: () => tell(this, name),
          },
          text,
        ),
        label,
      );
    const embedded = document.documentElement.classList.contains("embed");
    const buttons = [
      // A file that does not know where it was taken from has no link to give.
      home() !== null && button("share", "Share", "Share: copy a link to what this page shows"),
      !embedded &&
        !isCopy() &&
        button("save", "Keep", "Keep: a snapshot of these trained models, with a link that lasts"),
      // What is embedded already is embedded elsewhere from its own page.
      !embedded &&
        home() !== null &&
        button("embed", "Embed", "Embed: copy code that shows these models in another page"),
      button("theme", "◐", "Switch between light and dark"),
      button("help", "?", "Help and keys (?)"),
    ];
    this.append(...buttons.filter((entry) => entry !== false));
  }
}

customElements.define("farback-toolbar", FarbackToolbar);
