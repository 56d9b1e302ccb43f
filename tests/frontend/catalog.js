/**
 * A small catalog with every kind of option, written by hand.
 *
 * @import {Catalog, Option} from "../../frontend/types.js"
 */

/** @type {Omit<Option, "name" | "type" | "default">} */
const rest = { title: "Title", help: "", min: null, max: null, choices: null, nullable: false };

/** @type {(part: Partial<Option> & Pick<Option, "name" | "type" | "default">) => Option} */
const option = (part) => ({ ...rest, title: part.name, ...part });

const cite = { text: "", url: "" };
const hidden = option({ name: "hidden", type: "int", default: 32, min: 1, max: 256 });

/** @type {Catalog} */
export const catalog = {
  version: "1",
  tasks: [
    {
      name: "recall",
      title: "Recall",
      summary: "",
      kind: "classification",
      cite,
      chance: "",
      success: "",
      relevant: "",
      stretches: "lag",
      form: "labels",
      options: [
        option({ name: "lag", type: "int", default: 40, min: 1, max: 399 }),
        option({ name: "fixed", type: "bool", default: false }),
      ],
    },
    {
      name: "characters",
      title: "Characters",
      summary: "",
      kind: "classification",
      cite,
      chance: "",
      success: "",
      relevant: "",
      stretches: "length",
      form: "text",
      options: [option({ name: "text", type: "text", default: null, nullable: true })],
    },
  ],
  cells: [
    {
      name: "rnn",
      title: "RNN",
      summary: "",
      cite,
      states: ["h"],
      gates: [],
      equations: [],
      options: [
        hidden,
        option({ name: "init", type: "choice", default: "uniform", choices: ["uniform", "orthogonal"] }),
      ],
    },
    {
      name: "lstm",
      title: "LSTM",
      summary: "",
      cite,
      states: ["h", "c"],
      gates: [],
      equations: [],
      options: [
        hidden,
        option({ name: "forget_bias", type: "float", default: "chrono", min: -10, max: 10, choices: ["chrono"] }),
      ],
    },
  ],
  training: {
    options: [
      option({ name: "steps", type: "int", default: 1500, min: 1, max: 20000 }),
      option({ name: "lr", type: "float", default: 0.01, min: 0, max: 10, open: true }),
      option({ name: "clip", type: "float", default: 1, min: 0, max: 1e6, open: true, nullable: true }),
    ],
  },
  seed: option({ name: "seed", type: "int", default: 0, min: 0, max: 2 ** 31 - 1 }),
  limits: {},
  presets: { recall: { rnn: { cell: {}, training: { lr: 0.003 } }, lstm: {} } },
  opening: { task: { name: "recall", lag: 40 }, cells: ["rnn", "lstm"], seed: 0 },
  measures: {},
};
