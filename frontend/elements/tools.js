/**
 * What a person does with a band, beside looking at it: step through the chain rule, ask for longer sequences, write a
 * sequence of their own, listen to the gradient.
 *
 * @import {Catalog, Column, View} from "../types.js"
 */

import { ChainTool } from "./chain.js";
import { ConnectivityTool } from "./connectivity.js";
import { LengthsTool } from "./lengths.js";
import { SequenceTool } from "./sequence.js";
import { ListenTool } from "./signal.js";

/** @typedef {HTMLElement & {show: (view: View, columns: Column[], task: string) => void}} Tool */

/** @type {Record<string, new (catalog: Catalog) => Tool>} by the band's panel */
const TOOLS = {
  chain: ChainTool,
  connectivity: ConnectivityTool,
  input: SequenceTool,
  lengths: LengthsTool,
  signal: ListenTool,
};

/**
 * @param {string} panel
 * @param {Catalog} catalog
 * @returns {Tool | null}
 */
export function toolOf(panel, catalog) {
  const Kind = TOOLS[panel];
  return Kind ? new Kind(catalog) : null;
}
