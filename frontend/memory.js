/**
 * The wires of the memory table's page.
 */

import { getCatalog, getMemory } from "./api.js";
import { make } from "./elements/dom.js";
import { FarbackMemory } from "./elements/memory.js";

const root = document.documentElement;
const table = document.querySelector("farback-memory");

async function start() {
  try {
    const [catalog, memory] = await Promise.all([getCatalog(), getMemory()]);
    if (table instanceof FarbackMemory) table.show(catalog, memory);
    root.dataset.state = "done";
  } catch (error) {
    table?.append(make("p", { class: "error", role: "alert" }, /** @type {Error} */ (error).message));
    root.dataset.state = "failed";
  }
}

start();
