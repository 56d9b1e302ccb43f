/**
 * Which inputs the answer depends on.
 *
 * @import {Panel} from "../types.js"
 */

import { valueAt } from "../decode.js";
import { decades } from "../extent.js";
import { percent } from "../format.js";
import { answerOf, back, finite, logAxis } from "./common.js";

const STRIP = 22;
/** Pixels a row where there are several answers, and their most. */
const ROW = 6;
const MOST = 72;
const HEIGHT = 56;

/** Decades of the colour scale: more of them could not be told apart. */
const SHADES = 6;

/** Smallest share of the largest gradient that is drawn: two decades below the threshold. */
const LEAST = 1e-4;

/** @type {Panel} */
export const connectivity = {
  id: "connectivity",
  measures: ["connectivity", "profile", "horizon"],
  title: "Connectivity",
  plain: "how much the right answer would change with each input",
  switches: ["row"],
  pictures: (scene) => {
    const { frame, view, extent } = scene;
    const { row, step } = answerOf(frame, view.row);
    const { low, high } = decades(extent.connectivity, SHADES);
    const { horizon, profile } = frame;
    const rows = frame.connectivity.rows;
    const lags = Array.from({ length: Math.min(profile.cols, step + 1) }, (_, lag) => lag);
    return [
      {
        kind: "heatmap",
        caption: rows > 1 ? `C, a row for each of ${rows} answers` : "C, one scale for all models",
        symbol: "C",
        matrix: frame.connectivity,
        timeFirst: false,
        palette: "magnitude",
        domain: [low, high],
        log: true,
        rowName: (at) => `answer at step ${frame.answers[at] ?? at}`,
        outlines: rows > 1 ? [{ row, from: 0, to: frame.length }] : [],
        height: rows > 1 ? Math.min(Math.max(ROW * rows, STRIP), MOST) : STRIP,
      },
      {
        kind: "curves",
        caption: `share of the largest; horizon ${horizon.value ?? "not finite"}`,
        axis: "time",
        length: frame.length,
        cursor: null,
        series: [
          {
            name: "share",
            points: lags.toReversed().map((lag) => ({ x: step - lag, y: finite(valueAt(profile, 0, lag)) })),
            style: "area",
          },
        ],
        y: logAxis([LEAST, 1]),
        lines: [{ at: horizon.threshold, label: percent(horizon.threshold) }],
        spans: horizon.value ? [back(step, horizon.value, `horizon ${horizon.value}`, "outline")] : [],
        ticks: [],
        height: HEIGHT,
      },
    ];
  },
};
