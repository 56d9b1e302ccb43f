/**
 * The wires: what a person does changes the set-up or the view, what arrives changes the columns, and both are painted
 * at most once a frame of the screen.
 *
 * @import {Refused} from "./api.js"
 * @import {Catalog, Column, Ink, Manifest, Setup, View} from "./types.js"
 */

import { AddressBar, embedCode, leaveNamed, linkTo, namedHere, shareLink, viewQuery } from "./address.js";
import {
  cancelRun,
  deleteSnapshot,
  getCatalog,
  getFrames,
  getRun,
  getSnapshot,
  postProbe,
  postRun,
  postSnapshot,
} from "./api.js";
import { Asking } from "./asking.js";
import { Comparison, unfinished } from "./comparison.js";
import { showCodes } from "./elements/codes.js";
import { calm, confirmed, make } from "./elements/dom.js";
import { applyTheme, isDark, readInk } from "./elements/ink.js";
import { later, page } from "./elements/page.js";
import { tellHeight } from "./frame.js";
import { Instead } from "./instead.js";
import { isKept, openingView, savedOf, selectionOf, titleFor } from "./keeping.js";
import { listenToKeys } from "./keys.js";
import { choose, outputOf } from "./lags.js";
import { afresh, continues, onwardOf, originsOf } from "./onward.js";
import { PANELS } from "./panels/index.js";
import { leftOut } from "./parts.js";
import { Player } from "./player.js";
import { jobsOf, SEEDS, Seeds } from "./seeds.js";
import { alike, opening, readsText, specsOf, taskOf } from "./setup.js";
import { ending, home, isCopy } from "./source.js";
import { advance, frameAt, lastStep, newestStep, stepsOf } from "./timeline.js";
import { readUrl } from "./url.js";
import { fold, misfits, plainView } from "./view.js";

/** Told until the runs have ended: what was withdrawn from goes on. */
const WITHDRAWN = "You have withdrawn, and it goes on for the others who watch.";
const OTHER_TASK = "The weights of a snapshot do not fit another task: the models start afresh.";
const EXPOSED = "Whoever has it sees the models trained on your text, and a passage of that text.";

const TITLE = "Farback: how far back can a network remember?";
const root = document.documentElement;
/** Whether another site shows this page in a frame. */
const embedded = root.classList.contains("embed");
const player = new Player();
const asking = new Asking(postProbe, repaint);
const instead = new Instead(asking);
const seeds = new Seeds({ post: postRun, get: getRun, cancel: cancelRun, frames: getFrames }, repaint);

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
/** @type {{t: number, row: number, output?: number} | null} where the pointer is */
let pointed = null;
/** The row of heatmaps that is marked along with a pinned step. */
let markedRow = 0;
let scheduled = false;
/** Whether frames of this comparison were on the screen. */
let painted = true;
/** Whether a comparison that had ended before is replayed, or will be once all its frames are here. */
let replaying = false;
/** @type {AddressBar} */
let bar;
/** Whether what shows text as text was asked for. */
let reading = false;
/** What is shown, where that is a snapshot. @type {Manifest | null} */
let snapshot = null;
/** Its id, where that is known. @type {string | null} */
let snapshotId = null;
/** Snapshots that models go on from, by id. @type {Map<string, Manifest>} */
const origins = new Map();

/** @param {string} state for tests and the style sheet */
const enter = (state) => {
  root.dataset.state = state;
};

/**
 * @param {unknown} error
 * @returns {undefined}
 */
const complain = (error) => {
  const { message, code } = /** @type {Refused} */ (error);
  page.notice.show(message, code === "offline" ? "lost" : "refused");
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
  const { columns, extent } = comparison;
  const last = lastStep(columns);
  rewind(columns, last);
  const { part, messages } = misfits(view, columns);
  if (messages.length) {
    for (const message of messages) page.notice.show(message);
    look(part);
    rewind(columns, last);
  }
  const { version } = comparison;
  page.reach.hidden = page.columns.hidden = page.timeline.hidden = page.hold.hidden = columns.length === 0;
  page.notice.connection(columns.some((column) => column.lost));
  const looked = pointed?.output === undefined ? view : { ...view, output: pointed.output };
  const count = page.columns.show({
    columns,
    task: shown.task,
    view: looked,
    extent,
    version,
    ink,
    steps: last,
    asking,
  });
  page.reach.show(columns, extent, view.threshold, (model) => seeds.of(model, view.threshold));
  page.hold.show(view, columns);
  const task = taskOf(catalog, shown.task);
  if (readsText(task)) bringReading();
  later.reading.now?.show({
    columns,
    task,
    view: looked,
    chosen: view,
    extent,
    version,
    ink,
    asking,
  });
  asking.settle();
  page.timeline.show({ columns, step: view.step, playing: player.playing, training: comparison.training });
  showControls();
  if (count > 0) measure(began);
  if (player.playing) repaint();
}

/**
 * Gives every column the frame of the step that is looked at, or what is asked for instead.
 *
 * @param {Column[]} columns
 * @param {number} last
 */
function rewind(columns, last) {
  for (const column of columns) {
    column.frame = frameAt(column.frames, view.step);
    const newest = column.frames.at(-1)?.step ?? 0;
    column.ended = !unfinished(column) && (view.step ?? last) > newest;
  }
  const { frames, refusal } = instead.show(columns, view, taskOf(catalog, shown.task));
  comparison.widen(frames);
  if (refusal === null) return;
  // A sentence that was refused stays in its field, which says why; the gates stay as they are held.
  const written = view.sequence !== null && readsText(taskOf(catalog, shown.task));
  if (written) later.reading.now?.refuse(refusal);
  else page.notice.show(refusal);
  look(written ? { sequence: null } : { hold: [], sequence: null });
}

/** Fetches what shows text as text. */
function bringReading() {
  if (reading) return;
  reading = true;
  later.reading.get().then((part) => {
    part.furnish(catalog);
    repaint();
  }, complain);
}

async function openHelp() {
  const part = await later.help.get().catch(complain);
  part?.open(catalog);
}

/** @param {number} began */
function measure(began) {
  performance.measure("farback:frame", { start: began, end: performance.now() });
  if (painted || !comparison.columns.some((column) => column.frame)) return;
  painted = true;
  performance.mark("farback:painted");
}

function showControls() {
  const { columns, training, withdrawn, complete, ownTextRuns } = comparison;
  const going = training && !withdrawn;
  const due = setup !== shown && columns.length > 0;
  const act = due || !columns.length ? "train" : going ? "going" : complete ? "replay" : "again";
  const many = { possible: !hasText(setup), chosen: view.seeds > 0, over: seeds.over, total: seeds.total };
  later.controls.now?.show(setup, {
    act,
    due,
    cancel: going || seeds.going,
    forget: ownTextRuns.length > 0,
    seeds: many,
  });
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
  replaying = false;
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
 * @param {number} [many] seeds of each model
 */
async function train(step = null, many = 0) {
  page.notice.clear();
  const wanted = setup;
  player.pause();
  enter("starting");
  if (!(await comparison.train(wanted))) {
    enter(comparison.training ? "training" : "refused");
    return;
  }
  // Which layers are looked at is told by the place of the models.
  const layers = wanted.models === shown.models ? view.layers : [];
  shown = wanted;
  leave();
  // A person's own text is in no link; the run's unguessable id stands for it.
  const kept = comparison.textRuns.length ? comparison.columns.flatMap(({ run }) => run ?? []) : [];
  view = { ...view, step, layers, runs: kept, tested: [], seeds: many };
  begin();
}

/** Leaves a snapshot, or runs that the address names. */
function leave() {
  leaveNamed();
  if (!snapshot) return;
  snapshot = null;
  page.about.hidden = true;
  document.title = TITLE;
}

/**
 * Trains the runs of the snapshot again, in its place; nothing is trained before somebody asks for it.
 */
async function runLive() {
  if (!snapshotId) return;
  page.notice.clear();
  player.pause();
  page.live.show("starting");
  if (!(await comparison.train(shown, snapshotId))) return page.live.show("kept");
  view = { ...view, step: null, tested: [] };
  page.live.show("live");
  begin();
}

/** Back to what the snapshot kept. */
async function leaveLive() {
  if (!snapshotId) return;
  player.pause();
  await openSnapshot(snapshotId);
}

/** Lets go of the stream while nobody sees the frame: a course page may hold many. */
function restUnseen() {
  let seen = true;
  const rest = () => comparison.rest(document.hidden || !seen);
  document.addEventListener("visibilitychange", rest);
  new IntersectionObserver(([entry]) => {
    seen = entry?.isIntersecting ?? true;
    rest();
  }).observe(document.body);
}

/** Makes a snapshot's set-up the page's own, and trains nothing yet. */
function fork() {
  player.pause();
  setup = shown = afresh(setup);
  view = { ...view, step: null, runs: [], tested: [], seeds: 0 };
  seeds.clear();
  comparison.clear();
  leave();
  enter("forked");
  tellOrigins();
  bar.remember();
  later.controls.now?.focus();
}

/** Trains on from the weights of a snapshot. @param {string} id */
async function goOn(id) {
  setup = onwardOf(setup, shown.models, id);
  await train();
  later.controls.now?.focus();
}

/** Tells where the models come from that go on from a snapshot. */
async function tellOrigins() {
  if (embedded) return;
  const asked = comparison.columns.flatMap(({ model }) => model.start?.snapshot ?? []);
  const unknown = [...new Set(asked)].filter((id) => !origins.has(id) && !isCopy());
  const found = await Promise.allSettled(unknown.map(getSnapshot));
  found.forEach((answer, at) => {
    if (answer.status === "fulfilled") origins.set(unknown[at] ?? "", answer.value);
  });
  page.origin.show(originsOf(comparison.columns, origins));
}

/**
 * What follows once runs are on the page.
 *
 * @param {boolean} [replays] whether what had ended before is replayed
 */
function begin(replays = true) {
  enter("training");
  painted = false;
  // What had ended before is replayed: its first frame waits until all frames are there.
  replaying = replays && comparison.stored && view.step === null && !calm();
  if (replaying) view = { ...view, step: 0 };
  sow();
  tellOrigins();
  bar.remember();
  repaint();
}

/** A text of one's own stands in no spec that could be joined again. @param {Setup} setup */
const hasText = ({ changed, textMissing }) => textMissing === true || typeof changed.text === "string";

/** Starts what the view asks for of other seeds, and stops what it does not. */
function sow() {
  seeds.clear();
  if (!view.seeds) return;
  try {
    if (snapshot) throw new Error("A snapshot has one seed a model: press Train 5 seeds to train others.");
    if (hasText(shown)) throw new Error("A text of your own is trained on with one seed only.");
    const runs = comparison.columns.map(({ run }) => run);
    seeds.start(jobsOf(specsOf(catalog, shown), runs, view.seeds, catalog.seed));
  } catch (error) {
    view = { ...view, seeds: 0 };
    complain(error);
  }
}

/** Several seeds of what the controls say, or back to one. */
async function trainSeeds() {
  // What a snapshot keeps are no runs: its other seeds are trained from the start.
  if (setup !== shown || !comparison.columns.length || snapshot) return train(null, SEEDS);
  view = { ...view, seeds: view.seeds ? 0 : SEEDS };
  sow();
  look({});
}

function ended() {
  enter("done");
  page.notice.take(WITHDRAWN);
  if (page.live.state === "live") page.live.show("over");
  if (replaying) player.play(performance.now());
  repaint();
}

function replay() {
  replaying = true;
  view = { ...view, step: 0 };
  player.play(performance.now());
  repaint();
}

/**
 * @param {Refused} error
 * @param {number} index of the model
 */
function refused(error, index) {
  if (!error.field || !later.controls.now?.refuse(error.field, index, error.message)) complain(error);
}

async function cancel() {
  seeds.stop();
  if (await comparison.cancel()) page.notice.show(WITHDRAWN, "told");
  repaint();
}

async function forget() {
  const question = "Delete your text and every model trained on it, for good?";
  if (!(await confirmed(question, "Delete my text"))) return;
  await comparison.deleteText();
  const { text: _, ...changed } = setup.changed;
  setup = { ...setup, changed, textMissing: false };
  leaveNamed();
  look({ runs: [] });
  page.notice.show("Your text and everything made from it is deleted.", "told");
}

/**
 * @param {string} text
 * @param {string} what
 * @param {string} use
 */
async function copy(text, what, use) {
  const warning = comparison.textRuns.length ? ` ${EXPOSED}` : "";
  try {
    await navigator.clipboard.writeText(text);
    page.notice.show(`The ${what} is copied: ${use}.${warning}`, "told");
  } catch {
    page.notice.show(`Copy this ${what}: ${text}${warning && `.${warning}`}`, "told");
  }
}

function share() {
  const use = embedded ? "it opens these models with all controls" : "it opens this page as you see it";
  return copy(
    shareLink({ setup: shown, view: embedded ? { ...view, hide: [], show: [] } : view }, catalog),
    "link",
    use,
  );
}

function embed() {
  const named = namedHere();
  if (snapshot && named && "snapshot" in named) {
    const query = viewQuery({ setup: shown, view }, catalog);
    const title = snapshot.title || "Snapshot";
    return showCodes({ base: home() ?? "", id: named.snapshot, title, query, end: ending() });
  }
  const runs = comparison.columns.flatMap(({ run }) => run ?? []);
  const models = comparison.columns.filter(({ run }) => run).map(({ title }) => title);
  if (!runs.length) return page.notice.show("There is nothing to embed yet: press Train first.", "told");
  const link = linkTo("embed", runs, { setup: shown, view }, catalog);
  const title = `How far back? ${taskOf(catalog, shown.task).title}: ${models.join("; ")}`;
  return copy(embedCode(link, title), "code", "paste it into the page that is to show these models");
}

/**
 * @param {{t: number, row: number, pin: boolean, keep?: boolean, output?: number} | null} point keep: by key, not by
 *   pointer; output: the output time whose row it is
 */
function point(point) {
  const before = pointed?.output;
  pointed = point && !point.keep ? point : null;
  if (point?.pin) {
    const again = !point.keep && view.mark === point.t && markedRow === point.row;
    markedRow = point.row;
    look({ mark: again ? null : point.t });
    if (point.output !== undefined) lookAt(point.output);
    pointed = point.keep ? null : point;
  }
  if (pointed?.output !== before) repaint();
  showMark();
}

/** @param {number} count rows of the connectivity down, or up */
function turn(count) {
  const frame = comparison.columns.find((column) => column.frame)?.frame;
  if (!frame) return;
  const row = outputOf(frame, view).row + count;
  lookAt(frame.rows[Math.min(Math.max(row, 0), frame.rows.length - 1)] ?? 0);
}

/** @param {number} output the output time that every column is to show the connectivity of */
function lookAt(output) {
  pointed = null;
  const frame = comparison.columns.find((column) => column.frame)?.frame;
  if (frame) look(choose(frame, output));
}

/** @param {number | null} step null: follow, or the end */
function seek(step) {
  player.pause();
  replaying = false;
  const newest = newestStep(comparison.columns);
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
  const newest = newestStep(comparison.columns);
  if (view.step === null || view.step >= newest) view = { ...view, step: 0 };
  player.play(performance.now());
  repaint();
}

function retint() {
  applyTheme(view.theme);
  root.dataset.without = [...leftOut(view)].join(" ");
  ink = readInk();
  repaint();
}

/** @type {Record<string, (detail: any) => unknown>} what the elements tell, by name */
const ACTS = {
  setup: (next) => {
    if (next.task !== setup.task && continues(setup)) page.notice.show(OTHER_TASK, "told");
    setup = alike(catalog, next, shown) ? shown : next;
    showControls();
  },
  train: () => train(),
  fork,
  relive: () => runLive().catch(complain),
  unlive: () => leaveLive().catch(complain),
  onward: (id) => goOn(id).catch(complain),
  seeds: () => trainSeeds().catch(complain),
  replay,
  cancel: () => cancel().catch(complain),
  forget: () => forget().catch(complain),
  share,
  save,
  embed,
  help: openHelp,
  theme: () => {
    look({ theme: isDark() ? "light" : "dark" });
    retint();
  },
  view: look,
  layer: ({ column, layer }) =>
    look({ layers: comparison.columns.map((_, i) => (i === column ? layer : (view.layers[i] ?? 0))) }),
  fold: (id) => look(fold(view, PANELS.find((panel) => panel.id === id) ?? { id })),
  options: (index) => later.controls.now?.open(index),
  point,
  output: turn,
  step: (step) => seek(advance(stepsOf(comparison.columns), step, 0)),
  seek,
  move,
  play: togglePlay,
  speed: (speed) => {
    player.speed = speed;
  },
  enlarge: async (plot) => {
    const part = await later.enlarge.get().catch(complain);
    part?.show(plot, ink);
  },
  repaint,
};

function wire() {
  for (const [name, act] of Object.entries(ACTS)) {
    document.addEventListener(`farback:${name}`, (event) => act(/** @type {CustomEvent} */ (event).detail));
  }
  listenToKeys({
    move,
    play: togglePlay,
    train: () => embedded || isCopy() || later.controls.now?.submit(),
    help: openHelp,
    unmark: () => {
      const free = view.mark === null && view.output === null;
      look(free ? { sequence: null } : { mark: null, output: null });
      showMark();
    },
  });
  document.querySelector("a.skip")?.addEventListener("click", (event) => {
    // Its link is relative to the base, which is another page where this one stands in a folder.
    event.preventDefault();
    page.timeline.focus();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", retint);
}

/** Opens what the address asks for. */
async function open() {
  const asked = readUrl(location.search, catalog);
  ({ setup, view } = asked);
  shown = setup;
  const named = namedHere();
  const ids = named && "runs" in named ? named.runs : view.runs;
  retint();
  showMark();
  if (named && "snapshot" in named) await openSnapshot(named.snapshot);
  else if (ids.length) await openRuns(ids);
  else if (asked.refusals.some(({ stops }) => stops)) enter("refused");
  else await train(view.step, view.seeds);
  for (const { message } of asked.refusals) page.notice.show(message);
  const ignored = asked.ignored.join(", ");
  if (ignored) page.notice.show(`Ignored in the link, because it only counts visits: ${ignored}.`, "told");
}

/**
 * @param {string} id
 */
async function openSnapshot(id) {
  const found = await comparison.openSnapshot(id);
  snapshot = found.manifest;
  setup = shown = found.setup;
  view = openingView(view, location.search, snapshot, catalog);
  document.title = `${snapshot.title || "Snapshot"} · Farback`;
  retint();
  showMark();
  const titles = comparison.columns.map(({ title }) => title);
  page.about.show(id, snapshot, titles);
  snapshotId = id;
  const own = snapshot.runs.some(({ spec }) => Boolean(spec.task.text) || spec.start?.private === true);
  const again = embedded && !isCopy() && !own; // the server trains nobody's own text again
  if (again) page.live.show("kept");
  begin(false); // it opens as it was kept
  ended();
  const secret = /^#delete=(.+)$/.exec(location.hash)?.[1];
  if (secret) await remove(id, secret);
}

/**
 * Deletes a snapshot for whoever has the link that does so.
 *
 * @param {string} id
 * @param {string} secret
 */
async function remove(id, secret) {
  const question = `Delete the snapshot “${snapshot?.title || id}” for everyone, for good?`;
  if (!(await confirmed(question, "Delete it"))) return;
  await deleteSnapshot(id, secret);
  location.hash = "";
  page.notice.show("The snapshot is deleted. What you see is still in this browser, and nowhere else.", "told");
}

/** Keeps what is on the page for good. */
async function save() {
  const { columns, textRuns } = comparison;
  const there = columns.filter(({ run, frame }) => run && frame);
  if (!there.length) return page.notice.show("There is nothing to keep yet: press Train first.", "told");
  if (there.some(({ run }) => isKept(run ?? "")))
    return page.notice.show("This is a snapshot already: Share copies its link.", "told");
  const title = titleFor(
    taskOf(catalog, shown.task).title,
    there.map((column) => column.title),
  );
  const part = await later.save.get().catch(complain);
  part?.open({ title, models: there.length, secret: textRuns.length > 0 }, async (wish) => {
    const query = viewQuery({ setup: shown, view }, catalog);
    const answer = await postSnapshot(selectionOf(columns, wish, query, view.sequence));
    return savedOf(answer, wish.title || title, new URL(".", document.baseURI).href, catalog.version);
  });
}

/** @param {string[]} ids */
async function openRuns(ids) {
  const found = await comparison.open(ids);
  if (found.setup) {
    setup = shown = found.setup;
    begin();
    if (found.gone) page.notice.show(`${found.gone} of the ${ids.length} models of this link are no longer kept here.`);
    return;
  }
  // A link that names runs beside a set-up does so because they were trained on a text that it cannot carry.
  if (view.runs.length) {
    setup = shown = { ...setup, textMissing: readsText(taskOf(catalog, setup.task)) };
    view = { ...view, runs: [] };
  }
  page.notice.show("The models of this link are no longer kept here.");
  enter("refused");
  repaint();
}

/** An embed has no Train: where it has nothing to show, it leads to the page that has. */
function leadOut() {
  const link = make("a", { href: "./", target: "_blank", rel: "noopener" }, "Open Farback to train models");
  page.nothing.replaceChildren("There is nothing to show. ", link, ".");
}

async function start() {
  try {
    [catalog] = await Promise.all([getCatalog(), embedded || later.controls.get()]);
    for (const part of [page.reach, page.columns]) part.furnish(catalog);
    later.controls.now?.furnish(catalog);
    comparison = new Comparison(catalog, { changed: repaint, news: (text) => page.notice.say(text), refused, ended });
    // What is replayed by itself stands nowhere: a link to it opens it again from the start.
    const state = () => ({ setup: shown, view: replaying ? { ...view, step: null } : view });
    bar = new AddressBar(state, catalog);
    setup = shown = opening(catalog);
    if (embedded) leadOut();
    wire();
    if (embedded) {
      tellHeight();
      comparison.looksOn = true;
      restUnseen();
    }
    enter("ready");
    await open();
  } catch (error) {
    complain(error);
    enter("refused");
  }
}

start();
