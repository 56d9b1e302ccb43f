/**
 * The panels of a column, from top to bottom. What all models have comes first, so that rows stay side by side; what
 * only some have (cell state, gates) comes last.
 *
 * @import {Panel} from "../types.js"
 */

import { connectivity } from "./connectivity.js";
import { gradient, signal } from "./gradient.js";
import { input } from "./input.js";
import { learning } from "./learning.js";
import { output } from "./output.js";
import { skill } from "./skill.js";
import { cellState, gates, hidden } from "./states.js";

/** @type {Panel[]} */
export const PANELS = [input, output, hidden, signal, gradient, connectivity, skill, learning, cellState, gates];
