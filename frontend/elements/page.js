/**
 * The page: its parts, looked up once, its state and its complaints.
 *
 * @import {Refused} from "../api.js"
 */

import { FarbackAbout } from "./about.js";
import { FarbackColumns } from "./columns.js";
import { FarbackHold } from "./hold.js";
import { Later } from "./later.js";
import { FarbackLive } from "./live.js";
import { FarbackNotice } from "./notice.js";
import { FarbackOrigin } from "./onward.js";
import { FarbackReach } from "./reach.js";
import { FarbackTimeline } from "./timeline.js";
import { FarbackToolbar } from "./toolbar.js";

const root = document.documentElement;

/** Whether another site shows this page in a frame. */
export const embedded = root.classList.contains("embed");

/** @param {string} state for tests and the style sheet */
export const enter = (state) => {
  root.dataset.state = state;
};

/**
 * @template {HTMLElement} T
 * @param {string} tag
 * @param {new (...parts: any[]) => T} kind
 * @returns {T}
 */
function part(tag, kind) {
  const found = document.querySelector(tag);
  if (found instanceof kind) return found;
  throw new Error(`the page has no <${tag}>`);
}

/**
 * The parts that are fetched when they are wanted. They stand on the page from the beginning, and do nothing before.
 */
export const later = {
  controls: new Later(async () => part("farback-controls", (await import("./controls.js")).FarbackControls)),
  reading: new Later(async () => part("farback-reading", (await import("./reading.js")).FarbackReading)),
  enlarge: new Later(async () => part("farback-enlarge", (await import("./enlarge.js")).FarbackEnlarge)),
  save: new Later(async () => part("farback-save", (await import("./save.js")).FarbackSave)),
  embedding: new Later(() => import("./embedding.js")),
  help: new Later(async () => part("farback-help", (await import("./help.js")).FarbackHelp)),
};

export const page = {
  /** What is said where no model is shown. */
  nothing: part("p.nothing", HTMLParagraphElement),
  toolbar: part("farback-toolbar", FarbackToolbar),
  notice: part("farback-notice", FarbackNotice),
  reach: part("farback-reach", FarbackReach),
  hold: part("farback-hold", FarbackHold),
  columns: part("farback-columns", FarbackColumns),
  timeline: part("farback-timeline", FarbackTimeline),
  live: part("farback-live", FarbackLive),
  about: part("farback-about", FarbackAbout),
  origin: part("farback-origin", FarbackOrigin),
};

/**
 * Tells what went wrong.
 *
 * @param {unknown} error
 * @returns {undefined}
 */
export const complain = (error) => {
  const { message, code } = /** @type {Refused} */ (error);
  page.notice.show(message, code === "offline" ? "lost" : "refused");
};
