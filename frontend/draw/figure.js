/**
 * A picture as the figure that Plotly zooms and exports.
 *
 * @import {Bars, Curves, Heatmap, Ink, Picture, Tokens} from "../types.js"
 */

import { number, power, visible } from "../format.js";
import { cividis, diverging } from "../scales.js";
import { positionOf, stepTicks } from "../timeline.js";
import { axisOf, cellAt, edged, rowsOf } from "./read.js";

/** Colours handed to Plotly, which interpolates between them. */
const ANCHORS = 17;
/** Least distance of two training steps under a figure, as a share of its width: a phone's has room for as many. */
const APART = 0.16;
/** Longest title that a phone's figure has room for in one line. */
const LONG = 32;
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
  // From the first step to the last, as in the panel, wherever its points are.
  if (picture.axis === "time") return { title: { text: "time step t" }, range: [-0.5, picture.length - 0.5] };
  const ticks = stepTicks(picture.length, APART);
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

/** How words look that stand in a figure. @param {Ink} ink */
const wording = (ink) => ({ showarrow: false, font: { color: ink.text, size: 12 }, bgcolor: ink.paper });

/**
 * The dashed lines, with their words.
 *
 * @param {{at: number, meaning: string}[]} lines
 * @param {boolean} log
 * @param {Ink} ink
 * @returns {{shapes: object[], annotations: object[]}}
 */
function levels(lines, log, ink) {
  return {
    shapes: lines.map(({ at }) => ({
      type: "line",
      xref: "paper",
      x0: 0,
      x1: 1,
      y0: at,
      y1: at,
      line: { color: ink.muted, width: 1, dash: "dash" },
    })),
    annotations: lines.map(({ at, meaning }) => ({
      ...wording(ink),
      xref: "paper",
      x: 1,
      xanchor: "right",
      yanchor: "bottom",
      // Plotly wants a place on a log axis as an exponent.
      y: log ? Math.log10(at) : at,
      text: meaning,
    })),
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
  const { shapes, annotations } = levels(picture.lines, picture.y.log, ink);
  for (const { from, to, style, label } of picture.spans) {
    const [x0, x1] = [across(picture, from), across(picture, to)];
    shapes.push({
      type: "rect",
      yref: "paper",
      x0,
      x1,
      y0: 0,
      y1: 0.025,
      line: { color: colour, width: 1.5 },
      ...(style === "solid" ? { fillcolor: colour } : {}),
    });
    annotations.push({ ...wording(ink), yref: "paper", y: 0.03, yanchor: "bottom", x: (x0 + x1) / 2, text: label });
  }
  return { shapes, annotations };
}

/** Plotly reads tags in what it writes; a person's text has none. @param {string} text */
const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/**
 * The input: bars where it is numbers, else a strip of cells with what stands in them.
 *
 * @param {Tokens} picture
 * @param {Ink} ink
 * @param {string} colour
 */
function strip({ tokens, bars, tint }, ink, colour) {
  const text = tokens.map(({ label }) => plain(visible(label)));
  const told = tokens.map(({ salient }, t) => `step ${t}: ${text[t]}${salient ? ", relevant" : ""}`);
  if (bars) {
    const marker = { color: tokens.map(({ salient }) => (salient ? colour : ink.muted)) };
    return { type: "bar", y: tokens.map(({ level }) => level), hovertext: told, hoverinfo: "text", marker };
  }
  const [low, high] = tint ? tint.domain.map(Math.log10) : [0, 1];
  const shade = tint
    ? tint.values.map((value) => (value > 0 ? Math.log10(value) : low))
    : tokens.map(({ salient }) => Number(salient));
  return {
    type: "heatmap",
    z: [shade],
    zmin: low,
    zmax: high,
    text: [text],
    texttemplate: "%{text}",
    hovertext: [told],
    hoverinfo: "text",
    xgap: 1,
    showscale: false,
    colorscale: tint
      ? Array.from({ length: ANCHORS }, (_, i) => [i / (ANCHORS - 1), `rgb(${cividis(i / (ANCHORS - 1)).join(",")})`])
      : [
          [0, ink.faint],
          [1, colour],
        ],
  };
}

/**
 * @param {Bars} picture
 * @param {string} colour
 */
function columns({ bars }, colour) {
  return {
    type: "bar",
    x: bars.map((_, at) => at),
    y: bars.map(({ value }) => value),
    text: bars.map(({ text }) => plain(text)),
    textposition: "outside",
    hovertext: bars.map(({ name, text, told }) => plain(`${name}: ${told ?? text}`)),
    hoverinfo: "text",
    marker: { color: colour },
    error_y: { type: "data", array: bars.map(({ error }) => error ?? 0), visible: bars.some(({ error }) => error) },
  };
}

/**
 * What is drawn of a picture, its axes, and what stands over them.
 *
 * @param {Heatmap | Curves | Tokens | Bars} picture
 * @param {Ink} ink
 * @param {string} colour
 * @returns {{data: object[], xaxis: object, yaxis: object, over: object}}
 */
function drawn(picture, ink, colour) {
  const time = { title: { text: "time step t" } };
  if (picture.kind === "curves")
    return {
      data: lines(picture, colour),
      xaxis: acrossAxis(picture),
      yaxis: upAxis(picture),
      over: marks(picture, ink, colour),
    };
  if (picture.kind === "tokens")
    return {
      data: [strip(picture, ink, colour)],
      xaxis: time,
      yaxis: picture.bars ? { title: { text: "value, marked ones in colour" } } : { visible: false },
      over: {},
    };
  if (picture.kind === "bars") {
    const ticks = picture.bars.map((_, at) => at);
    const ticktext = picture.bars.map(({ name, under = name }) => plain(under));
    const over = levels(picture.lines, false, ink);
    const { title } = picture.y;
    return {
      data: [columns(picture, colour)],
      xaxis: { tickvals: ticks, ticktext },
      yaxis: { title: { text: title } },
      over,
    };
  }
  const rows = picture.outputs ? "output step k" : picture.training ? "training step" : "";
  return {
    data: [heatmap(picture, ink)],
    xaxis: time,
    // Its title stands off the rows' names, which may be long.
    yaxis: { type: "category", automargin: true, autorange: "reversed", title: { text: rows, standoff: 12 } },
    over: {},
  };
}

/** In two lines, where it is too long for one. @param {string} title */
const folded = (title) => (title.length > LONG ? title.replace(": ", ":<br>") : title);

/**
 * @param {Picture} picture
 * @param {string} title
 * @param {Ink} ink
 * @param {string} colour
 * @returns {{data: object[], layout: Record<string, any>} | null} null where there is nothing to draw
 */
export function figureOf(picture, title, ink, colour) {
  if (picture.kind === "note") return null;
  const axis = { color: ink.text, gridcolor: ink.faint, zeroline: false };
  const { data, xaxis, yaxis, over } = drawn(picture, ink, colour);
  return {
    data,
    layout: {
      title: { text: folded(plain(title)), font: { size: 14 } },
      font: { color: ink.text, family: "system-ui, sans-serif" },
      paper_bgcolor: ink.paper,
      plot_bgcolor: ink.paper,
      margin: { l: 70, r: 20, t: 64, b: 50 },
      autosize: true,
      showlegend: picture.kind === "curves" && picture.series.length > 1,
      // Below the curves: beside them it would leave a phone no room for them.
      legend: { orientation: "h", x: 0, y: -0.18, yanchor: "top" },
      xaxis: { automargin: true, ...axis, ...xaxis },
      yaxis: { ...axis, ...yaxis },
      ...over,
    },
  };
}
