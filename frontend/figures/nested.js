/**
 * Functions one within another, their values and their derivatives: what the figure of the chain rule draws.
 */

const { sin, cos, cosh, exp, tanh } = Math;
const sigmoid = /** @param {number} u */ (u) => 1 / (1 + exp(-u));

/** Half the step by which a derivative is measured. */
export const STEP = 1e-4;

/**
 * @typedef {object} One a function of one number
 * @property {string} name as it stands in a list
 * @property {(u: number) => number} value
 * @property {(u: number) => number} slope
 * @property {(u: string) => string} text
 * @property {(u: string) => string} slopeText
 */

/** What stands within a formula, in brackets where it must be. @param {string} u */
const held = (u) => (/^[\w.]+$/.test(u) ? u : `(${u})`);

/** @type {Record<string, One>} */
export const ONES = {
  square: {
    name: "square: u²",
    value: (u) => u * u,
    slope: (u) => 2 * u,
    text: (u) => `${held(u)}²`,
    slopeText: (u) => `2·${held(u)}`,
  },
  sin: { name: "sin u", value: sin, slope: cos, text: (u) => `sin(${u})`, slopeText: (u) => `cos(${u})` },
  exp: { name: "exp u", value: exp, slope: exp, text: (u) => `exp(${u})`, slopeText: (u) => `exp(${u})` },
  tanh: {
    name: "tanh u",
    value: tanh,
    slope: (u) => 1 / cosh(u) ** 2, // 1 − tanh² u, which would be 0 for a tanh that is rounded to 1
    text: (u) => `tanh(${u})`,
    slopeText: (u) => `(1 − tanh²(${u}))`,
  },
  sigmoid: {
    name: "sigmoid: σ(u)",
    value: sigmoid,
    slope: (u) => sigmoid(u) * sigmoid(-u), // σ (1 − σ), likewise
    text: (u) => `σ(${u})`,
    slopeText: (u) => `σ(${u})·(1 − σ(${u}))`,
  },
  double: {
    name: "double: 2u",
    value: (u) => 2 * u,
    slope: () => 2,
    text: (u) => `2·${held(u)}`,
    slopeText: () => "2",
  },
  half: { name: "half: u/2", value: (u) => u / 2, slope: () => 0.5, text: (u) => `${held(u)}/2`, slopeText: () => "½" },
};

/**
 * @typedef {object} Nested n functions, innermost first
 * @property {number[]} values n + 1: x, and what each function makes of it
 * @property {number[]} slopes n: the derivative of each at the value that it is given
 * @property {number} product of the slopes
 * @property {number} measured by a small change of x to either side
 * @property {string} text the whole as one formula
 * @property {string} slopeText its derivative, outermost first
 */

/**
 * @param {string[]} names innermost first
 * @param {number} x
 * @returns {Nested}
 */
export function nested(names, x) {
  const ones = names.map((name) => ONES[name]);
  const run = /** @param {number} from */ (from) => ones.reduce((u, one) => one.value(u), from);
  const values = [x];
  const slopes = [];
  const slopeTexts = [];
  let text = "x";
  for (const one of ones) {
    const given = values[values.length - 1];
    slopes.push(one.slope(given));
    slopeTexts.unshift(one.slopeText(text));
    values.push(one.value(given));
    text = one.text(text);
  }
  return {
    values,
    slopes,
    product: slopes.reduce((product, slope) => product * slope, 1),
    measured: (run(x + STEP) - run(x - STEP)) / (2 * STEP),
    text,
    slopeText: slopeTexts.join(" · "),
  };
}
