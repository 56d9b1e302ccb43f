/**
 * What the model does with an input that lies a number of steps back.
 *
 * @import {Curves, Panel, Scene} from "../types.js"
 */

import { reachText } from "../format.js";
import { estimateText, trialsText } from "../words.js";
import { answerOf, back, logAxis, room } from "./common.js";

const HEIGHT = 64;

/** Smallest added loss that is drawn, in nats: a decade below what counts. */
const LEAST = 1e-3;
/** Standard errors to both sides of a value: 19 of 20 intervals hold the truth. */
const SPREAD = 2;
/** @type {Record<number, string>} */
const SKILLS = { 0: "guess", 1: "perfect" };
/** Added loss that counts, in nats, and skill that counts. */
const COUNTS = { added_loss: 0.01, skill: 0.5 };

/**
 * @param {Scene} scene
 * @returns {Curves}
 */
function picture({ frame, view, extent }) {
  const { by_lag: byLag, reach } = frame;
  const { step } = answerOf(frame, view.row);
  const skill = byLag.measure === "skill";
  const points = byLag.lags
    .map((lag, i) => ({ x: step - lag, y: byLag.value[i] ?? null, error: byLag.error?.[i] ?? null }))
    .filter((point) => point.x >= 0)
    .toSorted((a, b) => a.x - b.x);
  const interval = points.flatMap(({ x, y, error }) =>
    y === null || error === null ? [] : [{ x, y: y - SPREAD * error, to: y + SPREAD * error }],
  );
  return {
    kind: "curves",
    caption: skill ? estimateText(frame) : `nats lost without it, ${trialsText(frame.by_lag)}`,
    axis: "time",
    length: frame.length,
    cursor: null,
    lagFrom: step,
    series: [
      { name: skill ? "skill" : "added loss", points, style: "area", dots: true },
      ...(interval.length
        ? [{ name: "two standard errors", points: interval, style: /** @type {const} */ ("band") }]
        : []),
    ],
    y: skill
      ? {
          low: -0.1,
          high: 1.1,
          log: false,
          ticks: [0, 0.5, 1].map((at) => ({ at, label: SKILLS[at] ?? String(at) })),
          title: "skill: 0 is a guess, 1 is perfect",
        }
      : logAxis([LEAST, Math.max(extent.added, 0.1)], "loss added without older context, in nats"),
    lines: [
      { at: COUNTS[byLag.measure], label: "", meaning: "what counts" },
      ...(skill ? [{ at: 0, label: "", meaning: "a guess" }] : []),
    ],
    spans: reach.value > 0 ? [back(step, reach.value, `reach ${reachText(reach, frame.last)}`, "solid")] : [],
    ticks: [],
    height: HEIGHT,
  };
}

/** @type {Panel} */
export const skill = {
  id: "skill",
  measures: ["skill", "added_loss", "reach"],
  title: "Skill by lag",
  plain: "how well it uses what lies that far back; above the dashed line it counts; shaded: ± 2 standard errors",
  room: room(HEIGHT),
  pictures: (scene) => [picture(scene)],
};
