/**
 * A picture as the figure that Plotly zooms and exports.
 *
 * @import {Heatmap, Ink, Picture, Curves} from "../types.js"
 */

import { number, power } from "../format.js";
import { cividis, diverging } from "../scales.js";
import { cellAt, rowsOf } from "./read.js";

/** Colours handed to Plotly, which interpolates between them. */
const ANCHORS = 17;

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
 * @param {Heatmap} picture
 * @param {Ink} ink
 */
function heatmap(picture, ink) {
  const { matrix, timeFirst, log, domain } = picture;
  const steps = timeFirst ? matrix.rows : matrix.cols;
  const rows = Array.from({ length: rowsOf(picture) }, (_, row) => row);
  const values = rows.map((row) => Array.from({ length: steps }, (_, t) => cellAt(picture, t, row)));
  const [zmin, zmax] = log ? domain.map(Math.log10) : domain;
  const exponents = log
    ? Array.from({ length: Math.round((zmax ?? 0) - (zmin ?? 0)) + 1 }, (_, i) => (zmin ?? 0) + i)
    : [];
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
 * @param {Curves} picture
 * @param {string} colour
 */
function lines({ series }, colour) {
  return series.map(({ name, points, style }) => ({
    type: "scatter",
    name,
    x: points.map((point) => point.x),
    y: points.map((point) => point.y),
    mode: style === "dots" ? "markers" : "lines",
    opacity: style === "faint" ? 0.5 : 1,
    line: { color: colour, width: style === "faint" ? 1 : 2 },
    marker: { color: colour, size: 6 },
    ...(style === "area" ? { fill: "tozeroy" } : {}),
  }));
}

/**
 * @param {Picture} picture
 * @param {string} title
 * @param {Ink} ink
 * @param {string} colour
 * @returns {{data: object[], layout: object} | null} null where there is nothing to zoom
 */
export function figureOf(picture, title, ink, colour) {
  if (picture.kind !== "heatmap" && picture.kind !== "curves") return null;
  const time = picture.kind === "heatmap" || picture.axis === "time";
  const axis = { color: ink.text, gridcolor: ink.faint, zeroline: false };
  const curves = picture.kind === "curves";
  return {
    data: curves ? lines(picture, colour) : [heatmap(picture, ink)],
    layout: {
      title: { text: title },
      font: { color: ink.text, family: "system-ui, sans-serif" },
      paper_bgcolor: ink.paper,
      plot_bgcolor: ink.paper,
      margin: { l: 60, r: 20, t: 50, b: 50 },
      autosize: true,
      showlegend: curves && picture.series.length > 1,
      xaxis: { ...axis, title: { text: time ? "time step t" : "training step" } },
      yaxis: curves
        ? {
            ...axis,
            type: picture.y.log ? "log" : "linear",
            range: [picture.y.low, picture.y.high].map((end) => (picture.y.log ? Math.log10(end) : end)),
          }
        : { ...axis, type: "category", automargin: true, autorange: "reversed" },
      shapes: curves
        ? picture.lines.map(({ at }) => ({
            type: "line",
            xref: "paper",
            x0: 0,
            x1: 1,
            y0: at,
            y1: at,
            line: { color: ink.muted, width: 1, dash: "dash" },
          }))
        : [],
    },
  };
}
