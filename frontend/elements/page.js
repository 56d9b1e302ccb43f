/** The parts of the page, looked up once. */

import { FarbackAbout } from "./about.js";
import { FarbackColumns } from "./columns.js";
import { FarbackControls } from "./controls.js";
import { FarbackEnlarge } from "./enlarge.js";
import { FarbackHelp } from "./help.js";
import { FarbackHold } from "./hold.js";
import { FarbackNotice } from "./notice.js";
import { FarbackReach } from "./reach.js";
import { FarbackReading } from "./reading.js";
import { FarbackSave } from "./save.js";
import { FarbackTimeline } from "./timeline.js";
import { FarbackToolbar } from "./toolbar.js";

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

export const page = {
  /** What is said where no model is shown. */
  nothing: part("p.nothing", HTMLParagraphElement),
  toolbar: part("farback-toolbar", FarbackToolbar),
  controls: part("farback-controls", FarbackControls),
  notice: part("farback-notice", FarbackNotice),
  reach: part("farback-reach", FarbackReach),
  hold: part("farback-hold", FarbackHold),
  reading: part("farback-reading", FarbackReading),
  columns: part("farback-columns", FarbackColumns),
  timeline: part("farback-timeline", FarbackTimeline),
  about: part("farback-about", FarbackAbout),
  save: part("farback-save", FarbackSave),
  enlarge: part("farback-enlarge", FarbackEnlarge),
  help: part("farback-help", FarbackHelp),
};
