/**
 * The server's routes as functions; a refusal is thrown as it was answered. A copy of a snapshot answers by itself.
 *
 * @import {Catalog, Manifest, Memory, RunRecord, Spec} from "./types.js"
 */

import { isCopy, readCopy } from "./source.js";

/** Names this page to the server, so that its queue is fair and a cancel withdraws only this viewer. */
export const viewer = crypto.getRandomValues(new Uint32Array(4)).join("-");

/** What the server refuses, with the field it is about. */
export class Refused extends Error {
  /**
   * @param {string} message
   * @param {string | null} field
   * @param {string} code
   */
  constructor(message, field, code) {
    super(message);
    this.field = field;
    this.code = code;
  }
}

/**
 * Asked without any header, a browser answers from what the page's head had it fetch, and a frame that is closed in need
 * not ask first whether it may.
 */
const PLAIN = { headers: {} };

/**
 * @param {string} path relative to the page's base, whatever prefix a proxy puts before it
 * @param {RequestInit} [init]
 * @returns {Promise<any>} the JSON answer; null where there is none
 */
export async function ask(path, init = {}) {
  if (isCopy()) return readCopy(path, init);
  let response;
  try {
    response = await fetch(new URL(path, document.baseURI), {
      headers: { "content-type": "application/json", "x-farback-viewer": viewer },
      ...init,
    });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Refused("The server cannot be reached; nothing is lost, try again.", null, "offline");
  }
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (response.ok) return answer;
  const error = answer?.error;
  throw new Refused(
    error?.message ?? `The server answered ${response.status}.`,
    error?.field ?? null,
    error?.code ?? "",
  );
}

/** @returns {Promise<Catalog>} */
export const getCatalog = () => ask("api/catalog", PLAIN);

/**
 * @returns {Promise<{lessons: {name: string, title: string, trained: number, models: number}[]}>} the lessons in order,
 *   with how many of each one's models are trained
 */
export const getLessons = () => ask("api/lessons");

/** @returns {Promise<Memory>} */
export const getMemory = () => ask("api/memory");

/**
 * @param {Spec} spec
 * @returns {Promise<{id: string, status: string, position: number | null}>}
 */
export const postRun = (spec) => ask("api/runs", { method: "POST", body: JSON.stringify(spec) });

/**
 * Trains a run of a snapshot again.
 *
 * @param {string} run
 * @returns {Promise<{id: string, status: string, position: number | null}>}
 */
export const postAgain = (run) => ask(`${placeOf(run)}/train`, { method: "POST" });

/**
 * Where a run's routes are. A run of a snapshot is named by both, as "ID.0".
 *
 * @param {string} run
 * @returns {string}
 */
export function placeOf(run) {
  const [id = "", number] = run.split(".").map(encodeURIComponent);
  return number === undefined ? `api/runs/${id}` : `api/snapshots/${id}/runs/${number}`;
}

/**
 * @param {string} id
 * @returns {Promise<Manifest>}
 */
export const getSnapshot = (id) => ask(`api/snapshots/${encodeURIComponent(id)}`, PLAIN);

/**
 * All frames of a run of a snapshot: what is asked for by its content is kept by the browser for good.
 *
 * @param {string} run
 * @param {string} sha256
 * @returns {Promise<{frames: import("./types.js").WireFrame[]}>}
 */
export const getReel = (run, sha256) => ask(`${placeOf(run)}/frames?v=${sha256}`, PLAIN);

/**
 * @param {object} selection
 * @returns {Promise<{id: string, secret: string}>}
 */
export const postSnapshot = (selection) => ask("api/snapshots", { method: "POST", body: JSON.stringify(selection) });

/**
 * @param {string} id
 * @param {string} secret
 * @returns {Promise<null>}
 */
export const deleteSnapshot = (id, secret) =>
  ask(`api/snapshots/${encodeURIComponent(id)}`, { method: "DELETE", body: JSON.stringify({ secret }) });

/**
 * @param {string} id
 * @returns {Promise<RunRecord>}
 */
export const getRun = (id) => ask(`api/runs/${encodeURIComponent(id)}`);

/**
 * @param {string} id
 * @returns {Promise<RunRecord>}
 */
export const cancelRun = (id) => ask(`api/runs/${encodeURIComponent(id)}/cancel`, { method: "POST" });

/**
 * @param {string} id
 * @param {number} after number of the frame before
 * @returns {Promise<{frames: import("./types.js").WireFrame[]}>}
 */
export const getFrames = (id, after) => ask(`api/runs/${encodeURIComponent(id)}/frames?after=${after}`);

/**
 * @param {string} run
 * @param {object} question an inquiry, and the training step it is about
 * @param {AbortSignal} signal
 * @returns {Promise<any>}
 */
export const postProbe = (run, question, signal) =>
  ask(`${placeOf(run)}/probe`, { method: "POST", body: JSON.stringify(question), signal });

/**
 * @param {string} id
 * @returns {Promise<null>}
 */
export const deleteRun = (id) => ask(`api/runs/${encodeURIComponent(id)}`, { method: "DELETE" });

/**
 * A run's weights, as safetensors.
 *
 * @param {string} run
 * @param {number} [step] that has a frame; the newest one, if none is named
 * @returns {Promise<ArrayBuffer>}
 */
export async function getWeights(run, step) {
  const at = step === undefined ? "" : `?step=${step}`;
  const response = await fetch(new URL(`${placeOf(run)}/weights${at}`, document.baseURI));
  if (!response.ok)
    throw new Refused(`The weights of the model are not there (${response.status}).`, null, "not_found");
  return response.arrayBuffer();
}
