/**
 * Everything of a snapshot that can be taken along, as links with what each is good for.
 *
 * @import {Manifest, SavedRun} from "../types.js"
 */

import { fileOf } from "../source.js";
import { make } from "./dom.js";

/**
 * What is handed out of each model.
 *
 * @type {{name: string, route: string, ending: string, about: string}[]}
 */
const FORMS = [
  {
    name: "Weights",
    route: "weights",
    ending: "safetensors",
    about: "for PyTorch: they load strictly into torch.nn, where it has the cell",
  },
  {
    name: "Script",
    route: "load.py",
    ending: "py",
    about: "a few lines of PyTorch that load the weights and print the page's numbers beside their own",
  },
  {
    name: "Notebook",
    route: "notebook.ipynb",
    ending: "ipynb",
    about: "for Jupyter: trains the model again in plain PyTorch, measures it and redraws the connectivity",
  },
  {
    name: "Arrays",
    route: "arrays.npz",
    ending: "npz",
    about: "for NumPy: states, gates, gradients and connectivity at every kept training step",
  },
  {
    name: "Tables",
    route: "csv.zip",
    ending: "csv.zip",
    about: "as CSV: curves over training, and profiles of connectivity and gradient",
  },
];

/** @param {number} bytes */
const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

/**
 * @param {string} id
 * @param {Manifest} manifest
 * @param {string[]} titles of its models
 * @returns {HTMLElement | string} empty where there is no room for it
 */
export function takeaway(id, { runs, files }, titles) {
  if (document.documentElement.classList.contains("embed")) return "";
  const whole = Object.values(files).reduce((sum, file) => sum + file.size, 0);
  return make(
    "details",
    { class: "takeaway", "data-testid": "takeaway" },
    make("summary", {}, "Take it with you"),
    make(
      "dl",
      {},
      ...entry(
        "Page",
        "in one file, which replays from your disk without any network",
        link(`s/${id}/offline.html`, `farback-${id}.html`, "HTML"),
      ),
      ...entry(
        "Snapshot",
        "with all that is below in it, which any Farback server takes in",
        link(fileOf(`api/snapshots/${id}/file`), `farback-${id}.farback`, `.farback (${size(whole)})`),
      ),
      ...FORMS.flatMap((form) =>
        entry(form.name, form.about, ...runs.map((run, n) => ofRun(id, run, n, form, titles[n] ?? `Run ${n}`, files))),
      ),
    ),
  );
}

/**
 * A line: what it is, what it is good for, and its links.
 *
 * @param {string} name
 * @param {string} about
 * @param {...HTMLElement} links
 */
const entry = (name, about, ...links) => [
  make("dt", {}, name),
  make("dd", {}, make("span", { class: "links" }, ...links), " ", make("span", { class: "good" }, about)),
];

/**
 * @param {string} id
 * @param {SavedRun} run
 * @param {number} n
 * @param {typeof FORMS[number]} form
 * @param {string} title
 * @param {Manifest["files"]} files
 */
function ofRun(id, { step }, n, { name, route, ending }, title, files) {
  const path = `api/snapshots/${id}/runs/${n}/${route}`;
  const known = files[`runs/${n}/${route}.${ending}`]?.size;
  const label = known === undefined ? title : `${title} (${size(known)})`;
  const made = link(route.includes(".") ? path : fileOf(path), `farback-${id}-${n}-${step}.${ending}`, label);
  made.setAttribute("aria-label", `${name}: ${label}`);
  return made;
}

/**
 * @param {string} href
 * @param {string} called what the file is called on the person's disk
 * @param {string} text
 */
const link = (href, called, text) => make("a", { href, download: called }, text);
