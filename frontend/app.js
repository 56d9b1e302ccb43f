/**
 * The wires: what a person does changes the set-up or the view, what arrives changes the columns, and both are painted
 * at most once a frame of the screen.
 *
 * @import {Catalog, Ink, Setup, View} from "./types.js"
 */

import { addressOf, idsInPath, shareLink } from "./address.js";
import { getCatalog, Refused } from "./api.js";
import { Comparison } from "./comparison.js";
import { FarbackColumns } from "./elements/columns.js";
import { FarbackControls } from "./elements/controls.js";
import { calm } from "./elements/dom.js";
import { FarbackEnlarge } from "./elements/enlarge.js";
import { FarbackHelp } from "./elements/help.js";
import { applyTheme, isDark, readInk } from "./elements/ink.js";
import { FarbackNotice } from "./elements/notice.js";
import { FarbackReach } from "./elements/reach.js";
import { FarbackTimeline } from "./elements/timeline.js";
import { listenToKeys } from "./keys.js";
import { Player } from "./player.js";
import { opening } from "./setup.js";
import { advance, frameAt, lastStep, stepsOf } from "./timeline.js";
import { plainView, readUrl } from "./url.js";

/**
 * @template {HTMLElement} T
 * @param {string} tag
 * @param {new (...parts: any[]) => T} kind
 * @returns {T}
 */
function element(tag, kind) {
  const found = document.querySelector(tag);
  if (found instanceof kind) return found;
  throw new Error(`the page has no <${tag}>`);
}

const page = {
  controls: element("farback-controls", FarbackControls),
  notice: element("farback-notice", FarbackNotice),
  reach: element("farback-reach", FarbackReach),
  columns: element("farback-columns", FarbackColumns),
  timeline: element("farback-timeline", FarbackTimeline),
  enlarge: element("farback-enlarge", FarbackEnlarge),
  help: element("farback-help", FarbackHelp),
};
const root = document.documentElement;
const player = new Player();

/** @type {Catalog} */
let catalog;
/** @type {Comparison} */
let comparison;
/** @type {Setup} what the controls say */
let setup;
/** @type {Setup} what the columns show */
let shown;
let view = plainView();
/** @type {Ink} */
let ink;
/** @type {{t: number, row: number} | null} where the pointer is */
let pointed = null;
let markedRow = 0;
let scheduled = false;
let painted = false;
/** Whether a comparison that had ended before waits to be replayed once all its frames are here. */
let replaying = false;

/** @param {string} state for tests and the style sheet */
const enter = (state) => {
  root.dataset.state = state;
};

/** Asks for a painting at the next frame of the screen. */
function repaint() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(paint);
}

/** @param {number} now */
function paint(now) {
  scheduled = false;
  const began = performance.now();
  play(now);
  const { columns, extent, version } = comparison;
  for (const column of columns) {
    column.frame = frameAt(column.frames, view.step);
    const newest = column.frames.at(-1)?.step ?? 0;
    const over = column.status?.status !== "queued" && column.status?.status !== "running";
    column.ended = over && (view.step === null ? lastStep(columns) > newest : view.step > newest);
  }
  page.reach.hidden = page.columns.hidden = columns.length === 0;
  page.reach.show(columns, extent);
  const count = page.columns.show({ columns, task: shown.task, view, extent, version, ink, steps: lastStep(columns) });
  page.timeline.show({ columns, step: view.step, playing: player.playing, training: comparison.training });
  showControls();
  if (count > 0) measure(began);
  if (player.playing) repaint();
}

/** @param {number} began */
function measure(began) {
  performance.measure("farback:frame", { start: began, end: performance.now() });
  if (painted || !comparison.columns.some((column) => column.frame)) return;
  painted = true;
  performance.mark("farback:painted");
}

function showControls() {
  const fresh = setup === shown;
  page.controls.show(setup, { training: comparison.training, fresh, secret: comparison.textRuns.length > 0 });
}

/** @param {number} now */
function play(now) {
  const due = player.tick(now);
  if (!due) return;
  const steps = stepsOf(comparison.columns);
  const newest = steps.at(-1) ?? 0;
  const next = advance(steps, view.step ?? newest, due);
  view = { ...view, step: next };
  if (next < newest) return;
  player.pause();
  view = { ...view, step: null };
  remember();
}

/** Writes the set-up into the address, so that a reload or a link gives the same page. */
function remember() {
  history.replaceState(null, "", addressOf({ setup: shown, view }, catalog));
}

/** @param {Partial<View>} part */
function look(part) {
  view = { ...view, ...part };
  remember();
  repaint();
}

function showMark() {
  const mark = pointed ?? (view.mark === null ? null : { t: view.mark, row: markedRow });
  page.columns.mark(mark);
}

/**
 * Starts the runs of what the controls say.
 *
 * @param {number | null} [step] where the timeline is to stand; left out: it follows
 */
async function train(step = null) {
  page.notice.clear();
  const wanted = setup;
  player.pause();
  enter("starting");
  const accepted = await comparison.train(wanted);
  if (!accepted) {
    enter(comparison.training ? "training" : "refused");
    return;
  }
  shown = wanted;
  painted = false;
  const kept = comparison.textRuns.length ? comparison.columns.flatMap(({ run }) => run ?? []) : [];
  view = { ...view, step, runs: kept };
  begin();
}

/** What follows once runs are on the page. */
function begin() {
  enter("training");
  // A comparison that had ended before is replayed: its first frame waits until all frames are there.
  replaying = comparison.stored && view.step === null && !calm();
  if (replaying) view = { ...view, step: 0 };
  else remember();
  repaint();
}

/** @param {import("./comparison.js").Listener["refused"]} refused */
const makeComparison = (refused) =>
  new Comparison(catalog, {
    changed: repaint,
    news: (text) => page.notice.say(text),
    refused,
    ended: () => {
      enter("done");
      if (replaying) player.play(performance.now());
      replaying = false;
      repaint();
    },
  });

function wire() {
  /** @type {Record<string, (detail: any) => unknown>} */
  const acts = {
    setup: (next) => {
      setup = next;
      showControls();
    },
    train: () => train(),
    cancel: async () => {
      const watched = await comparison.cancel().catch((error) => page.notice.show(error.message));
      if (watched) page.notice.show("Others are watching, so it goes on.", "told");
    },
    forget: async () => {
      await comparison.deleteText().catch((error) => page.notice.show(error.message));
      setup = { ...setup, changed: { ...setup.changed } };
      delete setup.changed.text;
      look({ runs: [] });
      page.notice.show("Your text and everything made from it is deleted.", "told");
    },
    view: look,
    layer: ({ column, layer }) => {
      const layers = Array.from({ length: comparison.columns.length }, (_, i) => view.layers[i] ?? 0);
      layers[column] = layer;
      look({ layers });
    },
    fold: (id) =>
      look({ folded: view.folded.includes(id) ? view.folded.filter((other) => other !== id) : [...view.folded, id] }),
    options: (index) => page.controls.open(index),
    point: (point) => {
      pointed = point && !point.keep ? point : null;
      if (point?.pin) {
        const same = view.mark === point.t && !point.keep && markedRow === point.row;
        markedRow = point.row;
        look({ mark: same ? null : point.t });
      }
      showMark();
    },
    step: (step) => seek(advance(stepsOf(comparison.columns), step, 0)),
    seek: (step) => seek(step),
    play: () => togglePlay(),
    speed: (speed) => {
      player.speed = speed;
    },
    enlarge: (plot) => page.enlarge.show(plot, ink),
    repaint,
  };
  for (const [name, act] of Object.entries(acts)) {
    document.addEventListener(`farback:${name}`, (event) => act(/** @type {CustomEvent} */ (event).detail));
  }
  listenToKeys({
    move: (count) => page.timeline.move(count),
    play: togglePlay,
    train: () => train(),
    help: () => page.help.open(),
    unmark: () => {
      look({ mark: null });
      showMark();
    },
  });
  wireHeader();
}

function wireHeader() {
  const on = /** @param {string} id @param {() => void} act */ (id, act) =>
    document.querySelector(id)?.addEventListener("click", act);
  on("#help", () => page.help.open());
  on("#theme", () => look({ theme: isDark() ? "light" : "dark" }) ?? retint());
  on("#share", async () => {
    const link = shareLink({ setup: shown, view }, catalog);
    try {
      await navigator.clipboard.writeText(link);
      page.notice.show("The link is copied: it opens this page as you see it.", "told");
    } catch {
      page.notice.show(`Copy this link: ${link}`, "told");
    }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", retint);
}

function retint() {
  applyTheme(view.theme);
  ink = readInk();
  repaint();
}

/** @param {number | null} step null: follow, or the end */
function seek(step) {
  player.pause();
  replaying = false;
  const newest = stepsOf(comparison.columns).at(-1) ?? 0;
  // The end of a finished comparison is the same as following it.
  look({ step: step === null || (!comparison.training && step >= newest) ? null : step });
}

function togglePlay() {
  if (player.playing) {
    player.pause();
    look({});
    return;
  }
  const newest = stepsOf(comparison.columns).at(-1) ?? 0;
  if (view.step === null || view.step >= newest) view = { ...view, step: 0 };
  player.play(performance.now());
  repaint();
}

/** Opens what the address asks for. */
async function open() {
  const asked = readUrl(location.search, catalog);
  ({ setup, view } = asked);
  for (const { message } of asked.refusals) page.notice.show(message);
  const ids = idsInPath(location.pathname) ?? view.runs;
  retint();
  if (ids.length) setup = await comparison.open(ids);
  shown = setup;
  if (ids.length) begin();
  else if (asked.refusals.length) enter("refused");
  else await train(view.step);
  showMark();
  repaint();
}

async function start() {
  try {
    catalog = await getCatalog();
  } catch (error) {
    page.notice.show(/** @type {Error} */ (error).message);
    enter("refused");
    return;
  }
  for (const part of [page.controls, page.reach, page.columns, page.help]) part.furnish(catalog);
  comparison = makeComparison((error, index) => {
    const beside = error instanceof Refused && error.field && page.controls.refuse(error.field, index, error.message);
    if (!beside) page.notice.show(error.message);
  });
  setup = shown = opening(catalog);
  wire();
  enter("ready");
  try {
    await open();
  } catch (error) {
    page.notice.show(/** @type {Error} */ (error).message);
    enter("refused");
  }
}

start();
