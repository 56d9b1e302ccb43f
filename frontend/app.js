/**
 * The wires of the page: what a person does changes the desk, what arrives changes the columns, and both are painted at
 * most once a frame of the screen.
 *
 * @import {Refused} from "./api.js"
 * @import {Catalog} from "./types.js"
 */

import { AddressBar, namedHere } from "./address.js";
import { cancelRun, getCatalog, getFrames, getRun, postRun } from "./api.js";
import { Comparison } from "./comparison.js";
import { Desk } from "./desk.js";
import { make } from "./elements/dom.js";
import { isDark } from "./elements/ink.js";
import { complain, embedded, enter, later, page } from "./elements/page.js";
import { tellHeight } from "./frame.js";
import { listenToKeys } from "./keys.js";
import { continues } from "./onward.js";
import { Painter } from "./painter.js";
import { PANELS } from "./panels/index.js";
import { Pointing } from "./pointing.js";
import { Replay } from "./replay.js";
import { Seeds } from "./seeds.js";
import { alike } from "./setup.js";
import { Sharing } from "./sharing.js";
import { Snapshots } from "./snapshots.js";
import { isCopy } from "./source.js";
import { Trainer } from "./trainer.js";
import { readUrl } from "./url.js";
import { fold } from "./view.js";

const OTHER_TASK = "The weights of a snapshot do not fit another task: the models start afresh.";

/** @typedef {ReturnType<typeof assemble>} Parts */

/**
 * Makes what acts on the page, each part with those that it needs.
 *
 * @param {Catalog} catalog
 */
function assemble(catalog) {
  const changed = () => painter.repaint();
  const desk = new Desk(catalog, changed, () => bar.remember());
  const comparison = new Comparison(catalog, {
    changed,
    news: (text) => page.notice.say(text),
    refused,
    ended: () => {
      trainer.end();
      snapshots.endLive();
    },
  });
  const seeds = new Seeds({ post: postRun, get: getRun, cancel: cancelRun, frames: getFrames }, changed);
  const replay = new Replay(desk, comparison);
  const pointing = new Pointing(desk, comparison);
  const painter = new Painter(desk, comparison, seeds, replay, pointing);
  const trainer = new Trainer(desk, comparison, seeds, replay);
  const snapshots = new Snapshots(desk, comparison, replay, pointing, trainer);
  const sharing = new Sharing(desk, comparison);
  const bar = new AddressBar(() => ({ setup: desk.shown, view: replay.lasting }), catalog);
  return { desk, comparison, replay, pointing, painter, trainer, snapshots, sharing };
}

/**
 * @param {Refused} error
 * @param {number} index of the model
 */
function refused(error, index) {
  if (!error.field || !later.controls.now?.refuse(error.field, index, error.message)) complain(error);
}

/**
 * What the elements tell, by name, and what is done then.
 *
 * @param {Parts} parts
 * @returns {Record<string, (detail: any) => unknown>}
 */
const actsOf = ({ desk, comparison, replay, pointing, painter, trainer, snapshots, sharing }) => ({
  setup: (next) => {
    if (next.task !== desk.setup.task && continues(desk.setup)) page.notice.show(OTHER_TASK, "told");
    desk.setup = alike(desk.catalog, next, desk.shown) ? desk.shown : next;
    painter.showControls();
  },
  train: () => trainer.train(),
  seeds: () => trainer.trainSeeds().catch(complain),
  onward: (id) => trainer.goOn(id).catch(complain),
  fork: () => trainer.fork(),
  cancel: () => trainer.cancel().catch(complain),
  forget: () => trainer.forget().catch(complain),
  relive: () => snapshots.runLive().catch(complain),
  unlive: () => snapshots.leaveLive().catch(complain),
  save: () => snapshots.save(),
  share: () => sharing.share(),
  embed: () => sharing.embed(),
  replay: () => replay.again(),
  play: () => replay.toggle(),
  seek: (step) => replay.seek(step),
  step: (step) => replay.seekFrame(step),
  move: (count) => replay.move(count),
  speed: (speed) => {
    replay.speed = speed;
  },
  point: (spot) => pointing.point(spot),
  output: (count) => pointing.turn(count),
  view: (part) => {
    desk.look(part);
    if ("mark" in part) pointing.show();
  },
  layer: ({ column, layer }) =>
    desk.look({ layers: comparison.columns.map((_, i) => (i === column ? layer : (desk.view.layers[i] ?? 0))) }),
  fold: (id) => desk.look(fold(desk.view, PANELS.find((panel) => panel.id === id) ?? { id })),
  theme: () => {
    desk.look({ theme: isDark() ? "light" : "dark" });
    painter.retint();
  },
  options: (index) => later.controls.now?.open(index),
  help: () => openHelp(desk.catalog),
  enlarge: async (plot) => {
    const part = await later.enlarge.get().catch(complain);
    part?.show(plot, painter.ink);
  },
  repaint: () => painter.repaint(),
});

/** @param {Catalog} catalog */
async function openHelp(catalog) {
  const part = await later.help.get().catch(complain);
  part?.open(catalog);
}

/** @param {Parts} parts */
function wire(parts) {
  for (const [name, act] of Object.entries(actsOf(parts))) {
    document.addEventListener(`farback:${name}`, (event) => act(/** @type {CustomEvent} */ (event).detail));
  }
  const { desk, replay, pointing, painter } = parts;
  listenToKeys({
    move: (frames) => replay.move(frames),
    play: () => replay.toggle(),
    train: () => embedded || isCopy() || later.controls.now?.submit(),
    help: () => openHelp(desk.catalog),
    unmark: () => pointing.unmark(),
  });
  document.querySelector("a.skip")?.addEventListener("click", (event) => {
    // Its link is relative to the base, which is another page where this one stands in a folder.
    event.preventDefault();
    page.timeline.focus();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => painter.retint());
}

/**
 * Opens what the address asks for.
 *
 * @param {Parts} parts
 */
async function open({ desk, pointing, painter, trainer, snapshots }) {
  const asked = readUrl(location.search, desk.catalog);
  desk.put(asked.setup);
  desk.view = asked.view;
  const named = namedHere();
  const ids = named && "runs" in named ? named.runs : desk.view.runs;
  painter.retint();
  pointing.show();
  if (named && "snapshot" in named) await snapshots.open(named.snapshot);
  else if (ids.length) await trainer.open(ids);
  else if (asked.refusals.some(({ stops }) => stops)) enter("refused");
  else await trainer.train(desk.view.step, desk.view.seeds);
  for (const { message } of asked.refusals) page.notice.show(message);
  const ignored = asked.ignored.join(", ");
  if (ignored) page.notice.show(`Ignored in the link, because it only counts visits: ${ignored}.`, "told");
}

/** An embed has no Train: where it has nothing to show, it leads to the page that has. */
function leadOut() {
  const link = make("a", { href: "./", target: "_blank", rel: "noopener" }, "Open Farback to train models");
  page.nothing.replaceChildren("There is nothing to show. ", link, ".");
}

/**
 * Lets go of the stream while nobody sees the frame: a course page may hold many.
 *
 * @param {Comparison} comparison
 */
function restUnseen(comparison) {
  let seen = true;
  const rest = () => comparison.rest(document.hidden || !seen);
  document.addEventListener("visibilitychange", rest);
  new IntersectionObserver(([entry]) => {
    seen = entry?.isIntersecting ?? true;
    rest();
  }).observe(document.body);
}

async function start() {
  try {
    const [catalog] = await Promise.all([getCatalog(), embedded || later.controls.get()]);
    for (const part of [page.reach, page.columns]) part.furnish(catalog);
    later.controls.now?.furnish(catalog);
    const parts = assemble(catalog);
    wire(parts);
    if (embedded) {
      leadOut();
      tellHeight();
      parts.comparison.looksOn = true;
      restUnseen(parts.comparison);
    }
    enter("ready");
    await open(parts);
  } catch (error) {
    complain(error);
    enter("refused");
  }
}

start();
