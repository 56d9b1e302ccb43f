/**
 * Going on from a snapshot: as a set-up of one's own, or with its weights, which the server looks up by its id and the
 * number of the run.
 *
 * @import {Column, Manifest, ModelSetup, Setup} from "./types.js"
 */

/** @param {Setup} setup */
export const continues = ({ models }) => models.some(({ start }) => start);

/**
 * The set-up with models that all draw their starting weights.
 *
 * @param {Setup} setup
 * @returns {Setup}
 */
export const afresh = (setup) => ({ ...setup, models: setup.models.map(unbound) });

/**
 * @param {ModelSetup} model
 * @returns {ModelSetup}
 */
export function unbound({ start: _, ...model }) {
  return model;
}

/**
 * The set-up with models that go on from a snapshot: each from what it was there. Task and training may have been changed;
 * a model that was changed, or was not there, starts afresh, because no weights fit it.
 *
 * @param {Setup} setup
 * @param {ModelSetup[]} kept the snapshot's models, in its order
 * @param {string} snapshot
 * @returns {Setup}
 */
export function onwardOf(setup, kept, snapshot) {
  const left = new Set(kept);
  const sourceOf = /** @param {ModelSetup} model */ (model) =>
    kept.includes(model)
      ? model
      : [...left].find((other) => !setup.models.includes(other) && cellText(other) === cellText(model));
  const models = setup.models.map((model) => {
    const source = sourceOf(model);
    if (!source) return unbound(model);
    left.delete(source);
    return { ...unbound(model), start: { snapshot, run: kept.indexOf(source) } };
  });
  return { ...setup, models };
}

/** @param {ModelSetup} model what decides the shapes of its weights */
const cellText = ({ cell, changed }) => JSON.stringify([cell, Object.entries(changed).toSorted()]);

/**
 * What is told of where some models come from.
 *
 * @typedef {object} Origin
 * @property {string} snapshot
 * @property {string} before the words before its title
 * @property {string | null} title null: it is not known, as it was deleted or cannot be asked
 * @property {string} after the words behind it
 */

/**
 * @param {Column[]} columns
 * @param {Map<string, Manifest>} manifests of the snapshots that could be asked, by id
 * @returns {Origin[]} one a snapshot
 */
export function originsOf(columns, manifests) {
  const snapshots = [...new Set(columns.flatMap(({ model }) => model.start?.snapshot ?? []))];
  return snapshots.map((snapshot) => {
    const own = columns.filter(({ model }) => model.start?.snapshot === snapshot);
    const manifest = manifests.get(snapshot);
    const steps = own.map(({ model: { start } }) => start?.step ?? manifest?.runs[start?.run ?? 0]?.step);
    const [first] = steps;
    const alike = steps.every((step) => step === first);
    const each = own.map(({ title }, at) => `${title.replace(", continued", "")} at step ${steps[at]}`).join(", ");
    const at = first === undefined ? "" : alike ? `, step ${first}` : ` (${each})`;
    const all = own.length === columns.length;
    return {
      snapshot,
      before: all ? "Continues from " : `${own.map(({ title }) => title).join("; ")}: from `,
      title: manifest ? manifest.title || "Snapshot" : null,
      after: `${at}. Steps count from 0 again, and the optimizer starts afresh: a snapshot keeps the weights only.`,
    };
  });
}
