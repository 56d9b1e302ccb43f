/**
 * Sequences longer than those it was trained on.
 *
 * @import {Bars, LengthsAnswer, Panel, Scene} from "../types.js"
 */

import { barAxis } from "../draw/bars.js";
import { number, percent, plural, reachText } from "../format.js";
import { ofAnswer, words } from "./asked.js";
import { note, room } from "./common.js";

const HEIGHT = 84;
const LINES = 3;
const BEFORE = "Press “Test longer sequences” above: it asks each model at up to four times the trained length.";
/** What counts as skill, as in the reach. */
const COUNTS = 0.5;

/**
 * @param {LengthsAnswer} value
 * @param {LengthsAnswer[]} peers
 * @returns {Bars}
 */
function scores({ at }, peers) {
  const right = at.every((each) => each.accuracy !== null);
  const chance = right ? at[0].chance.accuracy : at[0].chance.loss;
  const losses = peers.flatMap((peer) => peer.at.map((each) => each.loss ?? 0));
  // A loss far above guessing is drawn at the top, so that the part that matters keeps its room.
  const high = right ? 1 : Math.min(Math.max(...losses), 4 * (chance ?? Number.POSITIVE_INFINITY)) || 1;
  return {
    kind: "bars",
    caption: right ? "right answers, by the length of the sequence" : "loss, by the length of the sequence",
    bars: at.map(({ length, loss, accuracy }) => ({
      name: String(length),
      value: right ? accuracy : loss,
      text: right ? percent(Math.round(100 * (accuracy ?? 0)) / 100) : number(loss),
    })),
    y: barAxis(high, HEIGHT, right ? "share of right answers" : "loss", { divided: true }),
    lines: chance === null ? [] : [{ at: chance, label: "guessing", meaning: "guessing" }],
    divide: { before: 1, label: "longer than trained" },
    height: HEIGHT,
  };
}

/**
 * @param {LengthsAnswer} value
 * @param {number} trained the longest lag that it was trained on
 * @returns {Bars}
 */
function byLag({ at, by_lag: found }, trained) {
  const lags = found.lags.map((lag, i) => ({ lag, skill: found.value[i] }));
  lags.reverse(); // the answer is on the right, as everywhere
  const skill = found.measure === "skill";
  const values = lags.map((each) => each.skill ?? 0);
  const high = skill ? 1 : Math.max(0.1, ...values);
  const every = Math.ceil(lags.length / 5);
  return {
    kind: "bars",
    caption: `${skill ? "skill" : "nats lost without what is older"} by steps back, at length ${at.at(-1)?.length}`,
    bars: lags.map(({ lag, skill: value }, i) => ({
      name: String(lag),
      // There is room for a few.
      under: (lags.length - 1 - i) % every === 0 ? String(lag) : "",
      value,
      text: "",
      told: number(value),
    })),
    y: barAxis(high, HEIGHT, skill ? "skill: 0 is a guess, 1 is perfect" : "nats", {
      numbers: false,
      divided: true,
    }),
    lines: skill ? [{ at: COUNTS, label: "counts", meaning: "what counts" }] : [],
    divide: {
      before: lags.filter(({ lag }) => lag > trained).length,
      label: "◂ farther than trained",
    },
    height: HEIGHT,
  };
}

/**
 * @param {LengthsAnswer} value
 * @param {Scene} scene
 * @returns {string}
 */
export function lengthText({ at, by_lag: { measure, lags, value, trials }, reach, step }, { frame }) {
  const trained = plural(at[0].length, "step");
  const when = step === frame.step ? "" : ` (tested at training step ${step})`;
  const good = value.filter((skill) => (skill ?? 0) >= COUNTS).length;
  // Distances that were asked for may lie far apart.
  const next = Math.min(...lags.filter((lag) => lag > reach.value));
  const not = !reach.at_least && next > reach.value + 1 ? `, but not ${next}` : "";
  const answers = reach.value
    ? `it still ${measure === "skill" ? "answers" : "uses context"} ${reachText(reach)} ${reach.value === 1 ? "step" : "steps"} back${not}`
    : measure === "skill" && good
      ? `its reach is 0: it answers at ${good} of ${lags.length} distances, but not at the nearest`
      : `its reach is 0: ${measure === "skill" ? "at no distance is it clearly better than a guess" : "context does not clearly improve its predictions"}`;
  return `Trained on ${trained}. On ${at.at(-1)?.length} ${answers} (${plural(trials, "sequence")} a distance)${when}.`;
}

/** @type {Panel} */
export const lengths = {
  id: "lengths",
  measures: ["lengths", "skill", "reach", "accuracy"],
  title: "Longer than it was trained on",
  plain: "whether what it learned still holds when the sequence is up to four times as long",
  room: room(18 * LINES, HEIGHT, HEIGHT),
  trained: true,
  inquiry: ({ frame, view }) => (view.tested.includes(frame.step) ? { name: "lengths" } : null),
  also: ({ frame, view }) => view.tested.includes(frame.step),
  pictures: (scene) =>
    scene.answer?.value || scene.answer?.refusal || view(scene) ? pictures(scene) : [{ ...note(BEFORE), height: 54 }],
};

/** Whether it was asked for. @param {Scene} scene */
const view = (scene) => lengths.inquiry?.(scene) !== null;

/** @type {Panel["pictures"]} */
const pictures = ofAnswer(18 * LINES + 2 * HEIGHT, (scene, /** @type {LengthsAnswer} */ value, peers) => {
  const trained = Math.max(...(scene.facts?.lags ?? scene.frame.by_lag.lags));
  return [words(lengthText(value, scene), LINES), scores(value, peers), byLag(value, trained)];
});
