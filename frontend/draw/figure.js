/**
 * A picture as the figure that Plotly zooms and exports.
 *
 * @import {Curves, Heatmap, Ink, Picture} from "../types.js"
 */

import { number, power } from "../format.js";
import { cividis, diverging } from "../scales.js";
import { positionOf, stepTicks } from "../timeline.js";
import { axisOf, cellAt, edged, rowsOf } from "./read.js";

/** Colours handed to Plotly, which interpolates between them. */
const ANCHORS = 17;
/** Styles of points that no line joins. */
const MARKERS = new Set(["dots", "rings", "bars", "ghosts"]);

/**
 * @param {Heatmap} picture
 * @param {boolean} dark
 * @returns {[number, string][]}
 */
function colourScale({ palette }, dark) {
  return Array.from({ length: ANCHORS }, (_, i) => {
    const part = i / (ANCHORS - 1);
    const rgb = palette === "magnitude" ? cividis(part) : diverging(2 * part - 1, dark);
    return [part, `rgb(${rgb.join(",")})`];
  });
}

/**
 * Whole decades from one end of a scale to the other.
 *
 * @param {number} low
 * @param {number} high
 * @returns {number[]} exponents
 */
function exponentsOf(low, high) {
  const [first, last] = [Math.round(Math.log10(low)), Math.round(Math.log10(high))];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/**
 * @param {Heatmap} picture
 * @param {Ink} ink
 */
function heatmap(picture, ink) {
  const { matrix, timeFirst, log, domain } = picture;
  const steps = timeFirst ? matrix.rows : matrix.cols;
  const rows = Array.from({ length: rowsOf(picture) }, (_, row) => row);
  const values = rows.map((row) => Array.from({ length: steps }, (_, t) => cellAt(picture, t, row)));
  const [zmin, zmax] = log ? domain.map(Math.log10) : domain;
  const exponents = log ? exponentsOf(...domain) : [];
  return {
    type: "heatmap",
    y: rows.map(picture.rowName),
    z: log ? values.map((row) => row.map((value) => (value > 0 ? Math.log10(value) : zmin))) : values,
    text: values.map((row, at) => row.map((value, t) => `step ${t}, ${picture.rowName(at)}: ${number(value)}`)),
    hoverinfo: "text",
    zmin,
    zmax,
    colorscale: colourScale(picture, ink.dark),
    colorbar: {
      title: { text: picture.symbol },
      ...(log ? { tickvals: exponents, ticktext: exponents.map(power) } : {}),
    },
  };
}

/**
 * Where a point lies on the figure's horizontal axis, which is the panel's: time, lag, or training steps with room for
 * the early ones.
 *
 * @param {Curves} picture
 * @param {number} x
 * @returns {number}
 */
function across({ axis, length, lagFrom }, x) {
  if (lagFrom !== undefined) return lagFrom - x;
  return axis === "time" ? x : positionOf(x, length);
}

/**
 * @param {Curves} picture
 * @param {string} colour
 */
function lines(picture, colour) {
  const { low, log } = picture.y;
  const { name: where, place } = axisOf(picture);
  return picture.series.flatMap(edged).map(({ name, points, style, dots }) => ({
    type: "scatter",
    name,
    x: points.map(({ x }) => across(picture, x)),
    // What a log axis has no place for lies on its lower edge, as in the panel; the text tells the value itself.
    y: points.map(({ y }) => (log && y !== null ? Math.max(y, low) : y)),
    text: points.map(({ x, y }) => `${where} ${place(x)}<br>${name}: ${number(y)}`),
    hoverinfo: "text",
    mode: MARKERS.has(style) ? "markers" : dots ? "lines+markers" : "lines",
    opacity: style === "faint" || style === "ghosts" ? 0.5 : 1,
    line: { color: colour, width: style === "faint" ? 1 : 2, ...(style === "dashed" ? { dash: "dash" } : {}) },
    marker: style === "rings" ? { color: colour, size: 12, symbol: "circle-open" } : { color: colour, size: 6 },
    ...(style === "area" ? { fill: "tozeroy" } : {}),
  }));
}

/** @param {Curves} picture */
function acrossAxis(picture) {
  if (picture.lagFrom !== undefined)
    return { title: { text: "lag d: steps before the answer" }, autorange: "reversed", rangemode: "tozero" };
  if (picture.axis === "time") return { title: { text: "time step t" } };
  const ticks = stepTicks(picture.length);
  return {
    title: { text: "training step" },
    range: [0, 1],
    tickvals: ticks.map((step) => positionOf(step, picture.length)),
    ticktext: ticks.map((step) => step.toLocaleString("en")),
  };
}

/** @param {Curves} picture */
function upAxis({ y: { low, high, log, title } }) {
  const exponents = log ? exponentsOf(low, high) : [];
  return {
    title: { text: title },
    type: log ? "log" : "linear",
    range: [low, high].map((end) => (log ? Math.log10(end) : end)),
    ...(log ? { tickvals: exponents.map((exponent) => 10 ** exponent), ticktext: exponents.map(power) } : {}),
  };
}

/**
 * The dashed lines, and the stretches that reach and horizon take, with their words.
 *
 * @param {Curves} picture
 * @param {Ink} ink
 * @param {string} colour
 */
function marks(picture, ink, colour) {
  const log = picture.y.log;
  const shapes = [
    ...picture.lines.map(({ at }) => ({
      type: "line",
      xref: "paper",
      x0: 0,
      x1: 1,
      y0: at,
      y1: at,
      line: { color: ink.muted, width: 1, dash: "dash" },
    })),
    ...picture.spans.map(({ from, to, style }) => ({
      type: "rect",
      yref: "paper",
      x0: across(picture, from),
      x1: across(picture, to),
      y0: 0,
      y1: 0.025,
      line: { color: colour, width: 1.5 },
      ...(style === "solid" ? { fillcolor: colour } : {}),
    })),
  ];
  const words = { showarrow: false, font: { color: ink.text, size: 12 }, bgcolor: ink.paper };
  const annotations = [
    ...picture.lines.map(({ at, meaning }) => ({
      ...words,
      xref: "paper",
      x: 1,
      xanchor: "right",
      yanchor: "bottom",
      // Plotly wants a place on a log axis as an exponent.
      y: log ? Math.log10(at) : at,
      text: meaning,
    })),
    ...picture.spans.map(({ from, to, label }) => ({
      ...words,
      yref: "paper",
      y: 0.03,
      yanchor: "bottom",
      x: (across(picture, from) + across(picture, to)) / 2,
      text: label,
    })),
  ];
  return { shapes, annotations };
}

/**
 * @param {Picture} picture
 * @param {string} title
 * @param {Ink} ink
 * @param {string} colour
 * @returns {{data: object[], layout: Record<string, any>} | null} null where there is nothing to zoom
 */
export function figureOf(picture, title, ink, colour) {
  if (picture.kind !== "heatmap" && picture.kind !== "curves") return null;
  const axis = { color: ink.text, gridcolor: ink.faint, zeroline: false };
  const curves = picture.kind === "curves";
  return {
    data: curves ? lines(picture, colour) : [heatmap(picture, ink)],
    layout: {
      title: { text: title },
      font: { color: ink.text, family: "system-ui, sans-serif" },
      paper_bgcolor: ink.paper,
      plot_bgcolor: ink.paper,
      margin: { l: 70, r: 20, t: 50, b: 50 },
      autosize: true,
      showlegend: curves && picture.series.length > 1,
      xaxis: { ...axis, ...(curves ? acrossAxis(picture) : { title: { text: "time step t" } }) },
      yaxis: curves
        ? { ...axis, ...upAxis(picture) }
        : { ...axis, type: "category", automargin: true, autorange: "reversed" },
      ...(curves ? marks(picture, ink, colour) : {}),
    },
  };
}
