/**
 * What lies on the desk: what the controls say, what the columns show, and how a person looks at it. What a person does
 * changes it; what is painted, and what stands in the address, is read off it.
 *
 * @import {Catalog, Manifest, Setup, View} from "./types.js"
 */

import { opening, taskOf } from "./setup.js";
import { plainView } from "./view.js";

export class Desk {
  /** @type {Setup} what the controls say */
  setup;
  /** @type {Setup} what the columns show */
  shown;
  view = plainView();
  /** What is shown, where that is a snapshot. @type {Manifest | null} */
  snapshot = null;

  /**
   * @param {Catalog} catalog
   * @param {() => void} changed something is to be painted
   * @param {() => void} remember the address is to say how the page is looked at
   */
  constructor(catalog, changed, remember) {
    this.catalog = catalog;
    this.changed = changed;
    this.remember = remember;
    this.setup = this.shown = opening(catalog);
  }

  /** The task of what the columns show. */
  get task() {
    return taskOf(this.catalog, this.shown.task);
  }

  /** @param {Setup} setup what both the controls say and the columns show from now on */
  put(setup) {
    this.setup = this.shown = setup;
  }

  /**
   * Changes the view and tells nobody yet, where more is to follow.
   *
   * @param {Partial<View>} part
   */
  set(part) {
    this.view = { ...this.view, ...part };
  }

  /** @param {Partial<View>} part */
  look(part) {
    this.set(part);
    this.remember();
    this.changed();
  }
}
