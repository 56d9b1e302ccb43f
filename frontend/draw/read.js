/**
 * A picture's value at a step, as text and as a table.
 *
 * @import {Curves, Heatmap, Picture, Series} from "../types.js"
 */

import { valueAt } from "../decode.js";
import { number } from "../format.js";

/**
 * @param {Heatmap} picture
 * @returns {number} rows that the picture shows
 */
export const rowsOf = ({ matrix, timeFirst }) => (timeFirst ? matrix.cols : matrix.rows);

/**
 * @param {Heatmap} picture
 * @param {number} t
 * @param {number} row
 * @returns {number}
 */
export const cellAt = ({ matrix, timeFirst }, t, row) =>
  timeFirst ? valueAt(matrix, t, row) : valueAt(matrix, row, t);

/**
 * What a curve is drawn over, and where on that a point lies.
 *
 * @param {Curves} picture
 * @returns {{name: string, place: (x: number) => number}}
 */
export function axisOf({ axis, lagFrom }) {
  if (lagFrom !== undefined) return { name: "lag", place: (x) => lagFrom - x };
  return { name: axis === "time" ? "step" : "training step", place: (x) => x };
}

/**
 * A band as its two edges.
 *
 * @param {Series} series
 * @returns {Series[]}
 */
export const edged = (series) =>
  series.style !== "band"
    ? [series]
    : [
        {
          ...series,
          name: `${series.name} (upper)`,
          style: "faint",
          points: series.points.map(({ x, to }) => ({ x, y: to ?? null })),
        },
        { ...series, name: `${series.name} (lower)`, style: "faint" },
      ];

/**
 * What a picture says at a time step; empty where it has no time axis.
 *
 * @param {Picture} picture
 * @param {number} t
 * @param {number} row of a heatmap
 * @returns {string}
 */
export function readAt(picture, t, row) {
  if (picture.kind === "heatmap") {
    const shown = Math.min(row, rowsOf(picture) - 1);
    return `${picture.rowName(shown)}: ${number(cellAt(picture, t, shown))}`;
  }
  if (picture.kind === "tokens") {
    const token = picture.tokens[t];
    if (!token) return "";
    return picture.bars ? `${token.label}${token.salient ? ", marked" : ""}` : `reads ${token.label}`;
  }
  if (picture.kind !== "curves" || picture.axis !== "time") return "";
  const value = picture.series[0]?.points.find((point) => point.x === t)?.y;
  return value === undefined ? "" : `${picture.series[0]?.name}: ${number(value)}`;
}

/** @typedef {string | number | null} Cell */

/**
 * @typedef {object} Table rows, each of which begins with what it is about
 * @property {string[]} head
 * @property {Cell[][]} body
 */

/**
 * A picture's numbers, the names of their columns first.
 *
 * @param {Picture} picture
 * @returns {Table}
 */
function cellsOf(picture) {
  if (picture.kind === "heatmap") {
    const { matrix, timeFirst } = picture;
    const [steps, units] = timeFirst ? [matrix.rows, matrix.cols] : [matrix.cols, matrix.rows];
    const names = Array.from({ length: units }, (_, row) => picture.rowName(row));
    const body = Array.from({ length: steps }, (_, t) => [t, ...names.map((_, row) => cellAt(picture, t, row))]);
    return { head: ["step", ...names], body };
  }
  if (picture.kind === "curves") {
    const { name: where, place } = axisOf(picture);
    const body = picture.series
      .flatMap(edged)
      .flatMap(({ name, points }) => points.map(({ x, y }) => [name, place(x), y]));
    if (picture.lagFrom !== undefined) body.reverse(); // lags count up
    return { head: ["series", where, "value"], body };
  }
  if (picture.kind === "tokens") {
    const body = picture.tokens.map(({ label, salient }, t) => [t, label, String(salient)]);
    return { head: ["step", "input", "relevant"], body };
  }
  if (picture.kind === "bars") {
    const body = picture.bars.map(({ name, value, error }) => [name, value, error ?? null]);
    return { head: ["name", "value", "half of its interval"], body };
  }
  return { head: [], body: [] };
}

/**
 * A picture as a table to read: each row begins with what it is about. Curves stand side by side.
 *
 * @param {Picture} picture
 * @returns {Table}
 */
export function tableOf(picture) {
  const { head, body } = cellsOf(picture);
  if (picture.kind !== "curves") return { head, body };
  const names = [...new Set(body.map(([name]) => String(name)))];
  const places = [...new Set(body.map(([, place]) => Number(place)))].toSorted((a, b) => a - b);
  /** @type {Map<number, Cell[]>} */
  const rows = new Map(places.map((place) => [place, [place, ...names.map(() => null)]]));
  for (const [name, place, value] of body) {
    const row = rows.get(Number(place));
    if (row) row[1 + names.indexOf(String(name))] = value ?? null;
  }
  return { head: [head[1] ?? "", ...names], body: [...rows.values()] };
}

/**
 * A picture as comma-separated values, in full.
 *
 * @param {Picture} picture
 * @returns {string}
 */
export const csvOf = (picture) => csvText(cellsOf(picture));

/**
 * @param {Table} table
 * @returns {string}
 */
export const csvText = ({ head, body }) => [head, ...body].map((row) => row.map(cellText).join(",")).join("\r\n");

/**
 * @param {string | number | null} value
 * @returns {string}
 */
function cellText(value) {
  if (value === null || (typeof value === "number" && !Number.isFinite(value))) return "";
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
