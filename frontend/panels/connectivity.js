/**
 * Which inputs the answer depends on.
 *
 * @import {Panel} from "../types.js"
 */

import { valueAt } from "../decode.js";
import { decades } from "../extent.js";
import { horizonText, percent } from "../format.js";
import { answerOf, back, finite, room } from "./common.js";

/** Fewest pixels of the whole matrix, which has a row for every output time, and its most. */
const STRIP = 22;
const MOST = 120;
/** Shares of the largest gradient beside the scale, which ends two decades below the threshold. */
const SHARES = [1e-4, 1e-2, 1];
const HEIGHT = 56;

/** Decades of the colour scale: more of them could not be told apart. */
const SHADES = 6;

/**
 * @param {(number | null)[]} shares by lag
 * @param {number} threshold
 * @returns {number} the largest lag that still counts as seen, 0 if there is none
 */
const lastAbove = (shares, threshold) =>
  Math.max(
    0,
    shares.findLastIndex((share, lag) => lag > 0 && share !== null && share >= threshold),
  );

/** @type {Panel} */
export const connectivity = {
  id: "connectivity",
  measures: ["connectivity", "profile", "horizon"],
  title: "Connectivity",
  plain: "how much the right answer would change with each input",
  switches: ["row"],
  room: room(2 * 41, HEIGHT), // of the opening comparison
  pictures: (scene) => {
    const { frame, view, extent } = scene;
    const { row, step } = answerOf(frame, view.row);
    const { low, high } = decades(extent.connectivity, SHADES);
    const { horizon, profile, answers } = frame;
    const rows = frame.connectivity.rows;
    const lags = Array.from({ length: Math.min(profile.cols, step + 1) }, (_, lag) => lag);
    const shares = lags.map((lag) => finite(valueAt(profile, row, lag)));
    // Of several answers each has its own horizon; the model's is their median.
    const several = answers.length > 1;
    const own = several ? lastAbove(shares, horizon.threshold) : (horizon.value ?? 0);
    const seen = several ? String(own) : horizonText(frame);
    return [
      {
        kind: "heatmap",
        caption: "C, a row for each output time, one scale for all models",
        symbol: "C",
        matrix: frame.connectivity,
        timeFirst: false,
        palette: "magnitude",
        domain: [low, high],
        log: true,
        rowName: (at) => `output at step ${frame.rows[at] ?? at}`,
        outlines: [{ row: frame.rows.indexOf(step), from: 0, to: frame.length }],
        height: Math.min(Math.max(2 * rows, STRIP), MOST),
      },
      {
        kind: "curves",
        caption: several
          ? `share of the largest; this answer's horizon ${seen}, median of all ${horizonText(frame)}`
          : `share of the largest; horizon ${seen}`,
        axis: "time",
        length: frame.length,
        cursor: null,
        lagFrom: step,
        series: [
          {
            name: "share",
            points: lags.toReversed().map((lag) => ({ x: step - lag, y: shares[lag] ?? null })),
            style: "area",
          },
        ],
        y: {
          low: 1e-4,
          high: 1,
          log: true,
          ticks: SHARES.map((at) => ({ at, label: `${100 * at} %` })),
          title: "share of the largest gradient",
        },
        lines: [{ at: horizon.threshold, label: percent(horizon.threshold), meaning: "what counts as seen" }],
        spans: own ? [back(step, own, `gradient horizon ${seen}`, "outline")] : [],
        ticks: [],
        height: HEIGHT,
      },
    ];
  },
};
