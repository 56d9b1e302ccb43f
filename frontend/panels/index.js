/**
 * The panels of a column, from top to bottom. What tells the story comes first: what goes in, what is held, and what of
 * the gradient comes back. What only some models have (cell state, gates) comes last.
 *
 * @import {Panel} from "../types.js"
 */

import { causal } from "./causal.js";
import { chain } from "./chain.js";
import { connectivity } from "./connectivity.js";
import { flow } from "./flow.js";
import { gradient, signal } from "./gradient.js";
import { input } from "./input.js";
import { jacobians } from "./jacobians.js";
import { learning } from "./learning.js";
import { lengths } from "./lengths.js";
import { letters } from "./letters.js";
import { output } from "./output.js";
import { skill } from "./skill.js";
import { cellState, gates, hidden } from "./states.js";

/** @type {Panel[]} */
export const PANELS = [
  ...[letters, input, hidden, signal, gradient, output, connectivity, skill, flow, learning, cellState, gates],
  // These ask the models, and only where a person unfolds them.
  ...[jacobians, chain, causal, lengths],
];
