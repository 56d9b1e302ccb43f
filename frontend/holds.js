/**
 * Gates that are held, and sequences of one's own: what is asked instead of the frames, and how it is told.
 *
 * @import {Column, Hold, Inquiry, Task, View} from "./types.js"
 */

import { readsText } from "./setup.js";

/** Holds that are asked at a time; the server takes 16. */
export const MAX_HOLDS = 8;

const WORDS = ["shut", "open"];

/**
 * A hold as it stands in a link: `f:0:5-8`, and `f:0:5-8:2` where it is for layer 2 only.
 *
 * @param {Hold} hold
 * @returns {string}
 */
export const holdText = ({ gate, value, from, to, layer }) =>
  `${gate}:${value}:${from}-${to}${layer === null ? "" : `:${layer}`}`;

/**
 * @param {string} text
 * @returns {Hold}
 * @throws {Error} a sentence
 */
export function parseHold(text) {
  const match = /^([a-z]\w{0,15}):([01]):(\d{1,4})-(\d{1,4})(?::([1-9]\d?))?$/.exec(text);
  if (!match)
    throw new Error(`A held gate is written like f:0:5-8 (gate, 0 shut or 1 open, steps), not “${text.slice(0, 40)}”.`);
  const [, gate = "", value, from, to, layer] = match;
  if (Number(from) > Number(to))
    throw new Error(`A gate is held from a step to a later one, not from ${from} to ${to}.`);
  return {
    gate,
    value: value === "1" ? 1 : 0,
    from: Number(from),
    to: Number(to),
    layer: layer ? Number(layer) : null,
  };
}

/**
 * The gates that can be held: valves between 0 and 1, each with the models that have it.
 *
 * @param {Column[]} columns
 * @returns {{name: string, plain: string, models: string[]}[]}
 */
export function valvesOf(columns) {
  /** @type {Map<string, {name: string, plain: string, models: string[]}>} */
  const valves = new Map();
  for (const { cell, title } of columns) {
    for (const { name, plain, range } of cell.gates) {
      if (range[0] < 0) continue; // a candidate is no valve
      const valve = valves.get(name) ?? { name, plain, models: [] };
      valve.models.push(title);
      valves.set(name, valve);
    }
  }
  return [...valves.values()];
}

/**
 * The holds that concern a model.
 *
 * @param {Column} column
 * @param {Hold[]} holds
 * @param {number} layers that it has
 * @returns {Hold[]}
 */
function concerning({ cell }, holds, layers) {
  const gates = cell.gates.filter(({ range }) => range[0] >= 0).map(({ name }) => name);
  return holds.filter(({ gate, layer }) => gates.includes(gate) && (layer ?? 1) <= layers);
}

/**
 * What is held, in few words: "f and i held shut at steps 5–8".
 *
 * @param {Hold[]} holds
 * @returns {string}
 */
export function holdWords(holds) {
  /** @type {Map<string, string[]>} */
  const groups = new Map();
  for (const { gate, value, from, to, layer } of holds) {
    const where = from === to ? `step ${from}` : `steps ${from}–${to}`;
    const how = `held ${WORDS[value]} at ${where}${layer === null ? "" : ` in layer ${layer}`}`;
    groups.set(how, [...(groups.get(how) ?? []), gate]);
  }
  return [...groups].map(([how, gates]) => `${gates.join(" and ")} ${how}`).join("; ");
}

/**
 * What a model is asked instead of its frame, and how that is told; null where its frame is what is shown.
 *
 * @param {Column} column with its own frame
 * @param {View} view
 * @param {Task} task
 * @returns {{inquiry: Inquiry, badge: string, gated: boolean} | null}
 */
export function lookOf(column, view, task) {
  const { frame } = column;
  if (!frame) return null;
  const sequence = view.sequence === null ? null : parseSequence(view.sequence, task);
  const length = sequence === null ? frame.length : [...sequence].length;
  // On a sequence that ends before it, a hold has nothing to hold.
  const holds = concerning(column, view.hold, frame.layers.length).filter(({ from }) => from < length);
  if (!holds.length && view.sequence === null) return null;
  /** @type {Inquiry} */
  const inquiry = { name: "look" };
  if (holds.length) {
    // Told beside a result, its reach is one as well.
    if (frame.last) inquiry.result = true;
    inquiry.hold = holds.flatMap(({ gate, value, from, to, layer }) => {
      const layers = layer === null ? frame.layers.map((_, at) => at) : [layer - 1];
      return layers.map((at) => ({ gate, value, start: from, stop: to + 1, layer: at }));
    });
  }
  const badges = holds.length ? [holdWords(holds)] : [];
  if (sequence !== null) {
    inquiry.sequence = sequence;
    badges.unshift("your sequence");
  }
  return { inquiry, badge: badges.join(", "), gated: holds.length > 0 };
}

/**
 * What a person wrote as the server reads it: labels, numbers, or pairs of value and mark between spaces, or the text as
 * it is.
 *
 * @param {string} text
 * @param {Task} task
 * @returns {string | string[] | number[] | number[][]}
 * @throws {Error} a sentence
 */
export function parseSequence(text, task) {
  if (readsText(task)) return text;
  const steps = text.trim().split(/\s+/);
  if (task.form === "numbers") return steps.map(numberIn);
  if (task.form !== "pairs") return steps;
  return steps.map((step) => {
    const pair = step.split(/[,:/]/).map(Number);
    const [value = Number.NaN, mark = Number.NaN] = pair;
    if (pair.length !== 2 || !(value >= 0 && value <= 1) || (mark !== 0 && mark !== 1))
      throw new Error(
        `A step is a value from 0 to 1, a comma and its mark, 0 or 1, like 0.5,1; “${step.slice(0, 20)}” is none.`,
      );
    return pair;
  });
}

/**
 * @param {string} step
 * @returns {number}
 * @throws {Error} a sentence
 */
function numberIn(step) {
  const value = Number(step.replace("−", "-"));
  if (!Number.isFinite(value)) throw new Error(`A step is a number like -1 or 0.3; “${step.slice(0, 20)}” is none.`);
  return value;
}

/**
 * What is held that the models do not have.
 *
 * @param {Hold[]} holds
 * @param {Column[]} columns
 * @param {number | null} length time steps of the sequence; null while that is not known
 * @returns {{kept: Hold[], messages: string[]}}
 */
export function fitting(holds, columns, length) {
  /** @type {string[]} */
  const messages = [];
  const valves = valvesOf(columns);
  const names = valves.map(({ name }) => name);
  const kept = holds.filter(({ gate, from, to, layer }) => {
    const deep = Math.max(0, ...columns.map((column) => column.frame?.layers.length ?? layer ?? 1));
    const message = !names.includes(gate)
      ? names.length
        ? `No model here has a gate “${gate}” that can be held; there are ${names.join(", ")}.`
        : `No model here has a gate, so “${gate}” cannot be held.`
      : length !== null && to >= length
        ? `A gate cannot be held at steps ${from}–${to}: the sequence ends at step ${length - 1}.`
        : layer !== null && layer > deep
          ? `No model here has a layer ${layer} in which a gate could be held.`
          : null;
    if (message !== null) messages.push(message);
    return message === null;
  });
  return { kept, messages };
}
