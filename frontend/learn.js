/**
 * The wires of the path of lessons: which ones are ready. Their texts stand in the page as it came.
 */

import { getLessons } from "./api.js";
import { setText } from "./elements/dom.js";
import { plural } from "./format.js";
import { keepClass } from "./inclass.js";

/** How often it is asked how far the models are, in milliseconds. */
const ASK_MS = 2000;

const root = document.documentElement;
const status = /** @type {HTMLElement} */ (document.querySelector(".preparing"));

async function show() {
  const { lessons } = await getLessons();
  const missing = lessons.reduce((sum, { trained, models }) => sum + models - trained, 0);
  status.hidden = missing === 0;
  setText(
    status,
    `${plural(missing, "model")} of the lessons are still being trained; a lesson can be read meanwhile.`,
  );
  for (const { name, trained, models } of lessons) {
    const item = document.querySelector(`li[data-lesson="${name}"]`);
    item?.classList.toggle("unready", trained < models);
  }
  if (missing) setTimeout(show, ASK_MS);
}

keepClass(document);
show().then(
  () => {
    root.dataset.state = "done";
  },
  (error) => {
    status.hidden = false;
    status.textContent = /** @type {Error} */ (error).message;
    root.dataset.state = "failed";
  },
);
