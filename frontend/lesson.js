/**
 * The wires of a lesson: its steps are read one at a time, each sets up the figure, and text and figure point at each
 * other. Without this script all steps stand below one another.
 *
 * @import {FarbackFigure} from "./elements/figure.js"
 */

import { CODES } from "./codes.js";
import { codesFor } from "./elements/codes.js";
import { make, setText } from "./elements/dom.js";
import "./elements/figure.js";
import { Predict } from "./elements/predict.js";
import { axesOf } from "./figures/axes.js";
import { LessonModels } from "./figures/models.js";
import { tellHeight } from "./frame.js";
import { keepClass } from "./inclass.js";

const root = document.documentElement;
const data = JSON.parse(document.getElementById("lesson-data")?.textContent ?? "{}");
const article = /** @type {HTMLElement} */ (document.querySelector("article.lesson"));
const figure = /** @type {FarbackFigure} */ (document.querySelector("farback-figure"));
const sections = [...article.querySelectorAll("section.step")];
const onward = /** @type {HTMLElement} */ (article.querySelector(".onward"));
const models = new LessonModels(data.models, (text, far) => figure.wait(text, far));
const embedded = root.classList.contains("embed");
const STEP = /^#step-(\d+)$/;

const back = make("button", { type: "button", class: "back", onclick: () => go(at - 1) }, "← Back");
const next = make("button", { type: "button", class: "next", onclick: () => go(at + 1) }, "Next →");
const place = make("span", { class: "at", role: "status" });
const steps = make("nav", { class: "steps", "aria-label": "Steps of this lesson" }, back, place, next);

/** The step that is read, counted from 0. */
let at = -1;

/** @type {Map<number, Predict>} */
const predictions = new Map();

for (const [n, { prediction, figure: shown, revealed }] of data.steps.entries()) {
  if (!prediction) continue;
  /** @type {HTMLElement} */ (sections[n].querySelector(".revealed")).hidden = true;
  const asked = new Predict(data.name, prediction, () => reveal(n), axesOf(revealed ?? shown));
  sections[n].querySelector(".predict")?.append(asked.element);
  predictions.set(n, asked);
}

/**
 * @param {number} n
 * @param {boolean} [said] whether the address says so already
 */
function go(n, said = false) {
  const to = Math.min(Math.max(n, 0), sections.length - 1);
  if (said && to !== n) setAddress(to, true);
  if (to === at) return;
  const first = at < 0;
  at = to;
  for (const [i, section] of sections.entries()) section.toggleAttribute("hidden", i !== at);
  back.disabled = at === 0;
  next.hidden = at === sections.length - 1;
  onward.hidden = at < sections.length - 1;
  setText(place, `Step ${at + 1} of ${sections.length}`);
  if (!said) setAddress(at, embedded);
  setUp();
  if (!first) /** @type {HTMLElement} */ (sections[at].querySelector("h3")).focus({ preventScroll: false });
}

/**
 * Each step that is gone to is an entry of the browser's history, so that Back leads to the one before. In a frame it is
 * none: that history belongs to the page around it.
 *
 * @param {number} n
 * @param {boolean} replaced
 */
function setAddress(n, replaced) {
  const address = `${location.pathname}${location.search}#step-${n + 1}`;
  if (replaced) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
}

/** The step that the address says: the first, where it says none; null where it leads to something else. */
function addressed() {
  const step = STEP.exec(location.hash);
  return step ? Number(step[1]) - 1 : location.hash ? null : 0;
}

function setUp() {
  const { figure: setup, revealed } = data.steps[at];
  const asked = predictions.get(at);
  void figure.show(models, asked?.made && revealed ? revealed : setup).then(() => {
    root.dataset.state = figure.dataset.state;
    asked?.compare(figure.curve(asked.prediction.truth ?? ""));
  });
}

/** @param {number} n */
function reveal(n) {
  const part = /** @type {HTMLElement} */ (sections[n].querySelector(".revealed"));
  part.hidden = false;
  if (n === at) setUp();
}

/** The codes by which a course's page shows this lesson. A lesson's link is none that oEmbed is asked about. */
function embedding() {
  const shared = { base: new URL(".", document.baseURI).href, id: `learn/${data.name}`, title: data.title };
  const codes = CODES.filter(({ name }) => name !== "Address");
  return make(
    "details",
    { class: "embedding" },
    make("summary", {}, "Show this lesson in a course's page"),
    ...codesFor({ ...shared, query: "", end: "" }, codes),
  );
}

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
const pointer = (target) => (target instanceof Element ? target.closest("button.figure") : null);

for (const [event, on] of /** @type {const} */ ([
  ["pointerover", true],
  ["pointerout", false],
  ["focusin", true],
  ["focusout", false],
])) {
  article.addEventListener(event, ({ target }) => {
    const button = pointer(target);
    if (button) figure.light(on ? (button.dataset.figure ?? null) : null);
  });
}
article.addEventListener("click", ({ target }) => {
  const button = pointer(target);
  if (button) {
    figure.light(button.dataset.figure ?? null);
    figure.scrollIntoView({ block: "nearest" });
  }
  const term = target instanceof Element ? target.closest("button.term") : null;
  if (term instanceof HTMLElement) explain(term);
});
figure.addEventListener("farback:part", (event) => {
  const part = /** @type {CustomEvent} */ (event).detail;
  for (const button of sections[at].querySelectorAll("button.figure")) {
    button.classList.toggle("lit", part !== null && /** @type {HTMLElement} */ (button).dataset.figure === part);
  }
});

/** Shows what a term means, where it stands. @param {HTMLElement} button */
function explain(button) {
  const open = button.getAttribute("aria-expanded") === "true";
  fold();
  if (open) return;
  const { title, plain } = data.terms[button.dataset.term ?? ""];
  button.setAttribute("aria-expanded", "true");
  const block = button.closest("p, li, td") ?? button;
  block.after(make("p", { class: "meaning", role: "note" }, make("strong", {}, `${title}. `), plain));
}

/** No term is explained any more. */
function fold() {
  for (const shown of article.querySelectorAll(".meaning")) shown.remove();
  for (const term of article.querySelectorAll("button.term")) term.setAttribute("aria-expanded", "false");
}

window.addEventListener("hashchange", () => go(addressed() ?? at, true));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") fold();
  if (event.altKey || event.ctrlKey || event.metaKey || event.target instanceof HTMLInputElement) return;
  if (event.key === "PageDown" && event.shiftKey) go(at + 1);
  if (event.key === "PageUp" && event.shiftKey) go(at - 1);
});

// A link to a place in the page would lead to the front page, which all links are relative to.
document.querySelector("a.skip")?.addEventListener("click", (event) => {
  event.preventDefault();
  figure.focus();
});
keepClass(document);
article.insertBefore(steps, onward);
if (embedded) tellHeight();
else onward.after(embedding());
go(addressed() ?? 0, true);
