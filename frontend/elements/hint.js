/**
 * What a control will change, said where it stands: under a pointer that rests on it, to a keyboard that comes to it, to a
 * finger that is held on it, and to screen readers.
 */

import { make, setAttribute, uniqueId } from "./dom.js";

/** How long something is rested on before it tells, and how long what it tells stays, in milliseconds. */
const [REST, STAY] = [500, 150];

/** Room between the control and what it tells, and to the window's edge, in pixels. */
const GAP = 6;

/** Ids of the texts that screen readers are pointed to. @type {Map<string, string>} */
const texts = new Map();
const spoken = make("div", { hidden: true });
const bubble = make("div", { class: "bubble", popover: "manual", "aria-hidden": "true" });

/** @type {HTMLElement | null} whose hint is shown, or will be */
let anchor = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** Whether a finger was the last to point. */
let finger = false;

/**
 * Gives a control its hint, in place of the browser's own, which neither keyboards nor fingers find.
 *
 * @template {HTMLElement} T
 * @param {T} control
 * @param {string} text
 * @param {string} [others] ids of what describes it as well
 * @returns {T}
 */
export function hint(control, text, others = "") {
  if (control.dataset.hint === text) return control;
  control.dataset.hint = text;
  if (anchor === control && bubble.matches(":popover-open")) bubble.textContent = text;
  // A name that says it all is not said twice.
  const said = control.getAttribute("aria-label") === text ? "" : idOf(text);
  setAttribute(control, "aria-describedby", [said, others].filter(Boolean).join(" ") || null);
  return control;
}

/** @param {string} text */
function idOf(text) {
  const known = texts.get(text);
  if (known) return known;
  const id = uniqueId("hint");
  texts.set(text, id);
  spoken.append(make("span", { id }, text));
  return id;
}

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
const hinted = (target) => (target instanceof Element ? target.closest("[data-hint]") : null);

/**
 * @param {HTMLElement} control
 * @param {number} [wait]
 */
function come(control, wait = REST) {
  clearTimeout(timer);
  if (anchor !== control) leave();
  anchor = control;
  timer = setTimeout(() => {
    if (!control.checkVisibility()) return;
    bubble.textContent = control.dataset.hint ?? "";
    bubble.showPopover();
    place(control);
  }, wait);
}

function leave() {
  clearTimeout(timer);
  anchor = null;
  if (bubble.matches(":popover-open")) bubble.hidePopover();
}

/** Below the control where there is room, else above it. @param {HTMLElement} control */
function place(control) {
  const [box, { width, height }] = [control.getBoundingClientRect(), bubble.getBoundingClientRect()];
  const most = document.documentElement.clientWidth - width - GAP;
  const below = box.bottom + GAP;
  bubble.style.left = `${Math.max(GAP, Math.min(box.left, most))}px`;
  bubble.style.top = `${below + height < innerHeight ? below : Math.max(GAP, box.top - GAP - height)}px`;
}

/** Whether a pointer is on what is told, or on the way there from what tells it. @param {PointerEvent} event */
function within({ clientX: x, clientY: y }) {
  if (!anchor || !bubble.matches(":popover-open")) return false;
  return [anchor, bubble].some((part) => {
    const { left, right, top, bottom } = part.getBoundingClientRect();
    return x >= left - GAP && x <= right + GAP && y >= top - GAP && y <= bottom + GAP;
  });
}

document.body.append(spoken, bubble);
document.addEventListener("pointermove", (event) => {
  if (event.pointerType === "touch" || within(event)) return;
  const control = hinted(event.target);
  // One that was just pressed stays silent until the pointer comes again.
  if (control && control !== anchor) come(control);
  else if (!control && anchor && !anchor.matches(":focus-visible")) {
    clearTimeout(timer);
    timer = setTimeout(leave, STAY);
  }
});
document.addEventListener("pointerdown", (event) => {
  finger = event.pointerType === "touch";
  const control = hinted(event.target);
  leave();
  if (control && finger) come(control);
  else anchor = control;
});
for (const end of ["pointerup", "pointercancel"])
  document.addEventListener(end, () => finger && !bubble.matches(":popover-open") && leave());
// A finger that was held to read what a button will change has not pressed it yet.
document.addEventListener(
  "click",
  (event) => {
    if (!finger || !bubble.matches(":popover-open") || !anchor?.matches("button") || hinted(event.target) !== anchor)
      return;
    event.preventDefault();
    event.stopPropagation();
  },
  { capture: true },
);
document.addEventListener("focusin", ({ target }) => {
  const control = hinted(target);
  const field = control?.matches("input, select, textarea") && finger;
  if (control && (field || control.matches(":focus-visible"))) come(control);
});
document.addEventListener("focusout", leave);
document.addEventListener("keydown", ({ key }) => key === "Escape" && leave());
document.addEventListener("scroll", () => bubble.matches(":popover-open") && leave(), { capture: true, passive: true });
