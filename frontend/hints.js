/**
 * What each control will change, in one sentence: the words of all that is no option of the catalog. Where a control says
 * it itself, it stands here no second time.
 *
 * @import {Option} from "./types.js"
 */

import { number, whole } from "./format.js";

/**
 * What an option will change, and from where to where it goes.
 *
 * @param {Option} option
 */
export function optionHint({ help, type, min, max, open }) {
  if (typeof min !== "number" || typeof max !== "number") return help;
  const [low, high] = [min, max].map((value) => (type === "int" ? whole(value) : number(value)));
  return `${help} ${open ? `Above ${low}, up to ${high}.` : `From ${low} to ${high}.`}`;
}

/** Of the line of controls. */
export const SETTING = {
  task: "Changes what all models must remember, once you press Train.",
  add: "Adds a second model of a kind, so that it can be compared with other options. Up to 8 models.",
  options: "Unfolds all other settings: of the task, of each model and of the training.",
  train: "Trains these models as they are set, in place of those that are shown.",
  again: "Trains again what is shown but did not get to its end.",
  replay: "Plays the training that is shown from step 0; nothing is trained anew.",
  going: "The models are training: this does nothing until they have ended.",
  cancel: "Stops the training; what was shown so far stays.",
  forget: "Deletes your text and every model that was trained on it, for good.",
  afresh: "Lets this model start with new weights, so that its cell can be changed.",
};

/** @type {Record<"many" | "onward" | "back" | "own", string>} */
export const SEVERAL = {
  many: "Train every model with five seeds, other starts and other sequences, to see how much of the result is luck",
  onward:
    "Train every model with five seeds, other sequences from the same weights, to see how much of the result is luck",
  back: "Back to the one seed that the columns show",
  own: "A text of your own is trained on with one seed only",
};

/** Of gates that are held. @param {number} last step */
export const holding = (last) => ({
  open: "Unfolds the controls that force a gate of every model shut or open; the training itself stays as it was.",
  gate: "Chooses which gate is forced, in every model that has it.",
  shut: "Forces the gate to 0: nothing passes it.",
  free: "Forces the gate to 1: all passes it.",
  from: `The first time step at which it is held, from 0 to ${last}.`,
  to: `The last time step at which it is held, from the first one to ${last}.`,
  layer: "Holds the gate in one layer of a model, or in all of them.",
  hold: "Asks the models anew with the gate held: every panel then shows what follows from it.",
  release: "Lets all gates go: the panels show the models as they are.",
});

/** Of ways of looking, by their choices. */
export const LOOKING = {
  relative: "Shows the gradient as a share of that at the answer, so that models can be compared.",
  absolute: "Shows the gradient as it is: it is small everywhere once a model has solved the task.",
  inputs: "Shows how much each answer depends on what was read at every step.",
  states: "Shows how much each answer depends on what the model held at every step.",
  shared: "Colours all models and rows by one scale, so that they can be compared.",
  row: "Colours each row by its own largest entry, so that weak ones are seen too.",
  c: "Shows the gradient of the memory cell.",
  h: "Shows the gradient of the hidden state, which is what a cell shows of its memory.",
};

/** Of the tools of single panels. */
export const ASKING = {
  output: "Looks at the answer again, in every model (Esc).",
  threshold: "Share of the largest entry from which an input counts as seen: it moves the gradient horizon",
  answer: "Chooses the answer that panels look back from, by its time step.",
  factors: "How many factors of the chain rule are multiplied, from none to all steps back.",
  lengths: "Asks every model for longer sequences than it was trained on; takes a second or two for each.",
  sequence: "Lets you write the sequence that all models read, in place of the held-out one.",
  read: "Shows in every panel how the models read what is written there; nothing is trained.",
  back: "Shows the held-out sequence again.",
};

/** Of a text that is read. */
export const READING = {
  upload: "Takes the text of a file in place of what is written above.",
  builtIn: "Trains on the text that everybody has again, in place of your own.",
  sentence: "All models read what is written here, and every panel shows how; nothing is trained.",
  back: "Shows the held-out text again.",
  find: "Asks these models for sentences of the held-out text that tell a long memory from a short one.",
};

/** Of the timeline. */
export const TIME = {
  step: "Shows every panel as it was at this step of the training.",
  speed: "How fast Play goes: at 1× it shows 8 frames a second.",
  live: "Follows the training: every panel shows the newest step.",
};
