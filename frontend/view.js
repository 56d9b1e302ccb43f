/**
 * How the page looks at its runs.
 *
 * @import {Column, Panel, View} from "./types.js"
 */

import { plural } from "./format.js";
import { fitting } from "./holds.js";
import { THRESHOLD } from "./threshold.js";

/** @returns {View} */
export const plainView = () => ({
  step: null,
  mark: null,
  row: -1,
  output: null,
  of: "inputs",
  scale: "shared",
  threshold: THRESHOLD,
  seeds: 0,
  layers: [],
  gradient: "relative",
  state: "c",
  folded: [],
  open: [],
  factors: 1,
  tested: [],
  hold: [],
  sequence: null,
  hide: [],
  show: [],
  theme: "auto",
  runs: [],
});

/** @typedef {Pick<Panel, "id" | "inquiry" | "asks">} Asker */

/**
 * Whether a band is folded until a person unfolds it: one that has nothing to show before the models have answered.
 *
 * @param {Asker} panel
 */
export const isShut = ({ inquiry, asks }) => inquiry !== undefined && !asks;

/**
 * Whether a panel asks the models, as it is looked at.
 *
 * @param {View} view
 * @param {Asker} panel
 */
export const isAsking = (view, { inquiry, asks }) => inquiry !== undefined && (asks?.(view) ?? true);

/**
 * @param {View} view
 * @param {Asker} panel
 */
export const isFolded = ({ folded, open }, panel) =>
  isShut(panel) ? !open.includes(panel.id) : folded.includes(panel.id);

/**
 * The other way round.
 *
 * @param {View} view
 * @param {Asker} panel
 * @returns {Partial<View>}
 */
export function fold(view, panel) {
  const list = isShut(panel) ? "open" : "folded";
  const names = view[list];
  return { [list]: names.includes(panel.id) ? names.filter((name) => name !== panel.id) : [...names, panel.id] };
}

/**
 * What a view asks for that the runs do not have.
 *
 * @param {View} view
 * @param {Column[]} columns
 * @returns {{part: Partial<View>, messages: string[]}} what to put in its place, and why
 */
export function misfits(view, columns) {
  /** @type {Partial<View>} */
  const part = {};
  const messages = [];
  const frame = columns.find((column) => column.frame)?.frame;
  if (frame && view.mark !== null && view.mark >= frame.length) {
    part.mark = null;
    messages.push(`Step ${view.mark} cannot be marked: the sequence ends at step ${frame.length - 1}.`);
  }
  if (frame && view.output !== null && view.output >= frame.length) {
    part.output = null;
    messages.push(`There is no output at step ${view.output}: the sequence ends at step ${frame.length - 1}.`);
  }
  if (frame && view.row >= frame.answers.length) {
    part.row = -1;
    messages.push(`There is no answer number ${view.row}: there are ${frame.answers.length}, counted from 0.`);
  }
  const last = lastOf(columns);
  if (last !== null && view.step !== null && view.step > last) {
    part.step = null;
    messages.push(
      `There is no training step ${view.step.toLocaleString("en")}: the last one is ${last.toLocaleString("en")}.`,
    );
  }
  const layers = view.layers.map((layer, i) => {
    const column = columns[i];
    if (!column && columns.length) {
      if (layer)
        messages.push(`A layer is chosen for model ${i + 1}, but there are ${plural(columns.length, "model")}.`);
      return 0;
    }
    const deep = column?.frame?.layers.length ?? layer;
    if (layer > deep) messages.push(`${column?.title} has no layer ${layer}: it has ${plural(deep, "layer")}.`);
    return layer > deep ? 0 : layer;
  });
  if (layers.some((layer, i) => layer !== view.layers[i])) part.layers = layers;
  if (view.hold.length && columns.length) {
    const own = columns.find((column) => column.own ?? column.frame);
    const held = fitting(view.hold, columns, (own?.own ?? own?.frame)?.length ?? null);
    if (held.messages.length) part.hold = held.kept;
    messages.push(...held.messages);
  }
  return { part, messages };
}

/**
 * @param {Column[]} columns
 * @returns {number | null} the last step that any run has or may get to; null while that is not known
 */
function lastOf(columns) {
  const ends = columns
    .filter((column) => column.run)
    .map(({ status, frames }) => {
      if (!status) return null;
      const unfinished = status.status === "queued" || status.status === "running";
      return Math.max(unfinished ? status.steps : status.step, frames.at(-1)?.step ?? 0);
    });
  if (!ends.length || ends.includes(null)) return null;
  return Math.max(...ends.map(Number));
}
