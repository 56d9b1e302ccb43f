/**
 * The wires: what a person does changes the set-up or the view, what arrives changes the columns, and both are painted
 * at most once a frame of the screen.
 *
 * @import {Refused} from "./api.js"
 * @import {Catalog, Ink, Setup, View} from "./types.js"
 */

import { AddressBar, idsInPath, leaveRuns, shareLink } from "./address.js";
import { getCatalog } from "./api.js";
import { Comparison, unfinished } from "./comparison.js";
import { calm } from "./elements/dom.js";
import { applyTheme, isDark, readInk } from "./elements/ink.js";
import { page } from "./elements/page.js";
import { listenToKeys } from "./keys.js";
import { Player } from "./player.js";
import { opening } from "./setup.js";
import { advance, frameAt, lastStep, stepsOf } from "./timeline.js";
import { readUrl } from "./url.js";
import { misfits, plainView } from "./view.js";

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
/** The row of heatmaps that is marked along with a pinned step. */
let markedRow = 0;
let scheduled = false;
/** Whether frames of this comparison were on the screen. */
let painted = true;
/** Whether a comparison that had ended before waits to be replayed once all its frames are here. */
let replaying = false;
/** @type {AddressBar} */
let bar;

/** @param {string} state for tests and the style sheet */
const enter = (state) => {
  root.dataset.state = state;
};

/** @param {unknown} error */
const complain = (error) => page.notice.show(/** @type {Error} */ (error).message);

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
  const last = lastStep(columns);
  for (const column of columns) {
    column.frame = frameAt(column.frames, view.step);
    const newest = column.frames.at(-1)?.step ?? 0;
    column.ended = !unfinished(column) && (view.step ?? last) > newest;
  }
  page.reach.hidden = page.columns.hidden = columns.length === 0;
  page.reach.show(columns, extent);
  const count = page.columns.show({ columns, task: shown.task, view, extent, version, ink, steps: last });
  page.timeline.show({ columns, step: view.step, playing: player.playing, training: comparison.training });
  showControls();
  if (count > 0) measure(began);
  if (player.playing) repaint();
}

/** @param {number} began */
function measure(began) {
  performance.measure("farback:frame", { start: began, end: performance.now() });
  const first = comparison.columns.find((column) => column.frame)?.frame;
  if (painted || !first) return;
  painted = true;
  performance.mark("farback:painted");
  const { part, messages } = misfits(view, first);
  for (const message of messages) page.notice.show(message);
  if (messages.length) look(part);
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
  look({ step: null });
}

/** @param {Partial<View>} part */
function look(part) {
  view = { ...view, ...part };
  bar.remember();
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
  if (!(await comparison.train(wanted))) {
    enter(comparison.training ? "training" : "refused");
    return;
  }
  shown = wanted;
  if (idsInPath(location.pathname)) leaveRuns();
  // A person's own text is in no link; the run's unguessable id stands for it.
  const kept = comparison.textRuns.length ? comparison.columns.flatMap(({ run }) => run ?? []) : [];
  view = { ...view, step, runs: kept };
  begin();
}

/** What follows once runs are on the page. */
function begin() {
  enter("training");
  painted = false;
  // What had ended before is replayed: its first frame waits until all frames are there.
  replaying = comparison.stored && view.step === null && !calm();
  if (replaying) view = { ...view, step: 0 };
  else bar.remember();
  repaint();
}

function ended() {
  enter("done");
  if (replaying) player.play(performance.now());
  replaying = false;
  repaint();
}

/**
 * @param {Refused} error
 * @param {number} index of the model
 */
function refused(error, index) {
  if (!error.field || !page.controls.refuse(error.field, index, error.message)) complain(error);
}

async function cancel() {
  const watched = await comparison.cancel();
  if (watched) page.notice.show("Others are watching, so it goes on.", "told");
}

async function forget() {
  await comparison.deleteText();
  const { text: _, ...changed } = setup.changed;
  setup = { ...setup, changed };
  look({ runs: [] });
  page.notice.show("Your text and everything made from it is deleted.", "told");
}

async function share() {
  const link = shareLink({ setup: shown, view }, catalog);
  try {
    await navigator.clipboard.writeText(link);
    page.notice.show("The link is copied: it opens this page as you see it.", "told");
  } catch {
    page.notice.show(`Copy this link: ${link}`, "told");
  }
}

/** @param {{t: number, row: number, pin: boolean, keep?: boolean} | null} point keep: by key, not by pointer */
function point(point) {
  pointed = point && !point.keep ? point : null;
  if (point?.pin) {
    const again = !point.keep && view.mark === point.t && markedRow === point.row;
    markedRow = point.row;
    look({ mark: again ? null : point.t });
  }
  showMark();
}

/** @param {number | null} step null: follow, or the end */
function seek(step) {
  player.pause();
  replaying = false;
  const newest = stepsOf(comparison.columns).at(-1) ?? 0;
  // The end of a finished comparison is the same as following it.
  look({ step: step === null || (!comparison.training && step >= newest) ? null : step });
}

/** @param {number} count frames on, or back; told from what was asked for last, not from what is painted by now */
function move(count) {
  const steps = stepsOf(comparison.columns);
  seek(advance(steps, view.step ?? steps.at(-1) ?? 0, count));
}

function togglePlay() {
  replaying = false;
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

function retint() {
  applyTheme(view.theme);
  ink = readInk();
  repaint();
}

/** @type {Record<string, (detail: any) => unknown>} what the elements tell, by name */
const ACTS = {
  setup: (next) => {
    setup = next;
    showControls();
  },
  train: () => train(),
  cancel: () => cancel().catch(complain),
  forget: () => forget().catch(complain),
  share,
  help: () => page.help.open(),
  theme: () => {
    look({ theme: isDark() ? "light" : "dark" });
    retint();
  },
  view: look,
  layer: ({ column, layer }) =>
    look({ layers: comparison.columns.map((_, i) => (i === column ? layer : (view.layers[i] ?? 0))) }),
  fold: (id) =>
    look({ folded: view.folded.includes(id) ? view.folded.filter((other) => other !== id) : [...view.folded, id] }),
  options: (index) => page.controls.open(index),
  point,
  step: (step) => seek(advance(stepsOf(comparison.columns), step, 0)),
  seek,
  move,
  play: togglePlay,
  speed: (speed) => {
    player.speed = speed;
  },
  enlarge: (plot) => page.enlarge.show(plot, ink),
  repaint,
};

function wire() {
  for (const [name, act] of Object.entries(ACTS)) {
    document.addEventListener(`farback:${name}`, (event) => act(/** @type {CustomEvent} */ (event).detail));
  }
  listenToKeys({
    move,
    play: togglePlay,
    train: () => root.classList.contains("embed") || train(),
    help: () => page.help.open(),
    unmark: () => {
      look({ mark: null });
      showMark();
    },
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", retint);
}

/** Opens what the address asks for. */
async function open() {
  const asked = readUrl(location.search, catalog);
  ({ setup, view } = asked);
  shown = setup;
  for (const { message } of asked.refusals) page.notice.show(message);
  const ids = idsInPath(location.pathname) ?? view.runs;
  retint();
  showMark();
  if (ids.length) {
    setup = shown = await comparison.open(ids);
    begin();
  } else if (asked.refusals.length) enter("refused");
  else await train(view.step);
}

async function start() {
  try {
    catalog = await getCatalog();
    for (const part of [page.controls, page.reach, page.columns, page.help]) part.furnish(catalog);
    comparison = new Comparison(catalog, { changed: repaint, news: (text) => page.notice.say(text), refused, ended });
    bar = new AddressBar(() => ({ setup: shown, view }), catalog);
    setup = shown = opening(catalog);
    wire();
    enter("ready");
    await open();
  } catch (error) {
    complain(error);
    enter("refused");
  }
}

start();
