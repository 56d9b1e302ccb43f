/**
 * The wires of the pages of classes: `/class` makes and joins them, `/class/CODE` shows one on the projector.
 */

import { FarbackClass } from "./elements/class.js";
import { FarbackClasses } from "./elements/classes.js";
import { make } from "./elements/dom.js";
import { keepClass } from "./inclass.js";
import { askingLessons, rules } from "./teaching.js";

const root = document.documentElement;
const main = /** @type {HTMLElement} */ (document.querySelector("main"));
const code = /\/class\/([^/]+)\/?$/.exec(location.pathname)?.[1];

async function start() {
  try {
    if (code === undefined) {
      const page = new FarbackClasses();
      const [lessons, kept] = await Promise.all([askingLessons(), rules()]);
      page.show(lessons, kept);
      main.prepend(page);
    } else {
      const page = new FarbackClass();
      await page.start(decodeURIComponent(code), await askingLessons());
      keepClass(document, `class=${code}`);
      document.body.classList.add("projector");
      main.prepend(page);
    }
    root.dataset.state = "done";
  } catch (error) {
    main.prepend(
      make("p", { class: "error", role: "alert" }, /** @type {Error} */ (error).message),
      make("p", {}, make("a", { href: "class" }, "Join or make a class")),
    );
    root.dataset.state = "failed";
  }
}

start();
