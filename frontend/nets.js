/**
 * A small recurrent net, worked out here in double precision, so that a weight can be moved by hand and everything that
 * follows moves with it. The numbers of an untouched net are those that the server tells of the same model.
 *
 * T steps, I inputs, H units, O outputs.
 */

/** @typedef {number[]} Vector */
/** @typedef {number[][]} Rows a matrix by its rows */
/** @typedef {"sigmoid" | "tanh" | "relu"} Activation */

/**
 * @typedef {object} Net h_t = φ(W_ih x_t + W_hh h_{t-1} + b), outputs W_out h_t + b_out at the last step
 * @property {Activation} activation
 * @property {Rows} w_ih H rows of I
 * @property {Rows} w_hh H rows of H
 * @property {Vector} bias H; torch's two biases added up
 * @property {Rows} w_out O rows of H
 * @property {Vector} b_out O
 */

/**
 * @typedef {object} Pass
 * @property {Rows} x T rows of I
 * @property {Rows} h T rows of H
 * @property {Vector} y O outputs at the last step
 * @property {Vector} p O, the outputs as probabilities: softmax
 */

/**
 * @typedef {object} Gradients of the loss
 * @property {Rows} h T rows of H: total, through all later steps
 * @property {Omit<Net, "activation">} net
 */

const { abs, exp, max, log, sqrt, tanh } = Math;

/** @type {Record<Activation, (a: number) => number>} */
export const squash = { sigmoid: (a) => 1 / (1 + exp(-a)), tanh, relu: (a) => max(a, 0) };

/**
 * The slope of each function, told from its value.
 *
 * @type {Record<Activation, (value: number) => number>}
 */
export const slope = { sigmoid: (v) => v * (1 - v), tanh: (v) => 1 - v * v, relu: (v) => (v > 0 ? 1 : 0) };

/** @param {Vector} a @param {Vector} b @returns {number} */
export const dot = (a, b) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

/** @param {Vector} a @returns {number} the Euclidean norm */
export const norm = (a) => sqrt(dot(a, a));

/** @param {Rows} w @param {Vector} x @returns {Vector} w x */
const times = (w, x) => w.map((row) => dot(row, x));

/** @param {Rows} w @param {Vector} y @returns {Vector} wᵀ y */
const backThrough = (w, y) =>
  (w[0] ?? []).map((_, j) => w.reduce((sum, row, i) => sum + (row[j] ?? 0) * (y[i] ?? 0), 0));

/** @param {...Vector} all of one length @returns {Vector} */
const added = (...all) => (all[0] ?? []).map((_, i) => all.reduce((sum, one) => sum + (one[i] ?? 0), 0));

/** @param {Vector} a @param {Vector} b @returns {Rows} a bᵀ */
const outer = (a, b) => a.map((v) => b.map((u) => v * u));

/** @param {Rows} a @param {Rows} b @returns {Rows} */
const addedRows = (a, b) => a.map((row, i) => added(row, b[i] ?? []));

/**
 * Runs a net over a sequence.
 *
 * @param {Net | Net[]} nets one for all steps, or one for each: then the last one's read-out answers
 * @param {Rows} x
 * @returns {Pass}
 */
export function forward(nets, x) {
  const own = /** @param {number} t */ (t) => (Array.isArray(nets) ? (nets[t] ?? nets[0]) : nets);
  const last = own(x.length - 1);
  let state = last.bias.map(() => 0);
  const h = x.map((input, t) => {
    const net = own(t);
    state = added(times(net.w_ih, input), times(net.w_hh, state), net.bias).map(squash[net.activation]);
    return state;
  });
  const y = added(times(last.w_out, state), last.b_out);
  return { x, h, y, p: softmax(y) };
}

/**
 * @param {Vector} y
 * @returns {Vector} shares that add up to 1
 */
function softmax(y) {
  const top = max(...y);
  const raised = y.map((v) => exp(v - top));
  const sum = raised.reduce((total, v) => total + v, 0);
  return raised.map((v) => v / sum);
}

/**
 * Cross-entropy of the answer, in nat.
 *
 * @param {Pass} pass
 * @param {number} target number of the right output
 * @returns {number}
 */
export const lossOf = (pass, target) => {
  const top = max(...pass.y);
  return top - (pass.y[target] ?? 0) + log(pass.y.reduce((sum, v) => sum + exp(v - top), 0));
};

/**
 * From the outputs back through all steps.
 *
 * @param {Net} net
 * @param {Pass} pass
 * @param {Vector} byOutput O derivatives for the outputs at the last step
 * @returns {{h: Rows, sums: Rows}} T rows of H: total derivatives for each state, and for what each unit squashes
 */
export function throughTime(net, pass, byOutput) {
  const steep = slope[net.activation];
  /** @type {Rows} */
  const h = pass.h.map(() => []);
  const sums = [...h];
  let back = backThrough(net.w_out, byOutput);
  for (let t = pass.h.length - 1; t >= 0; t--) {
    h[t] = back;
    sums[t] = back.map((g, i) => g * steep(pass.h[t]?.[i] ?? 0));
    back = backThrough(net.w_hh, sums[t] ?? []);
  }
  return { h, sums };
}

/**
 * Back-propagation through time: from the loss to every state and every weight.
 *
 * @param {Net} net
 * @param {Pass} pass
 * @param {number} target
 * @returns {Gradients}
 */
export function backward(net, pass, target) {
  const of = zeros(net);
  const byOutput = pass.p.map((share, i) => share - Number(i === target));
  of.w_out = outer(byOutput, pass.h.at(-1) ?? []);
  of.b_out = byOutput;
  const { h, sums } = throughTime(net, pass, byOutput);
  for (const [t, inner] of sums.entries()) {
    of.w_ih = addedRows(of.w_ih, outer(inner, pass.x[t] ?? []));
    if (t > 0) of.w_hh = addedRows(of.w_hh, outer(inner, pass.h[t - 1] ?? []));
    of.bias = added(of.bias, inner);
  }
  return { h, net: of };
}

/**
 * How many parameters a net has that takes weights of its own to each step. Before the first step stands no layer, so
 * that one has no recurrent weights. Two biases a unit, as torch has them.
 *
 * @param {Pick<Net, "w_ih" | "w_hh" | "w_out">} net
 * @param {number} steps
 * @returns {number}
 */
export function parametersOf({ w_ih, w_hh, w_out }, steps) {
  const [H, I, O] = [w_hh.length, w_ih[0]?.length ?? 0, w_out.length];
  return steps * (H * I + 2 * H) + (steps - 1) * H * H + O * H + O;
}

/**
 * @param {Net} net
 * @returns {Omit<Net, "activation">} 0 for each of its weights
 */
function zeros({ activation: _, ...weights }) {
  const blank = /** @param {number | Vector} v @returns {any} */ (v) => (Array.isArray(v) ? v.map(blank) : 0);
  return /** @type {any} */ (Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, w.map(blank)])));
}

/**
 * The net after one step of gradient descent.
 *
 * @param {Net} net
 * @param {Omit<Net, "activation">} gradient
 * @param {number} rate learning rate
 * @returns {Net}
 */
export function descended(net, gradient, rate) {
  const rows = /** @param {Rows} w @param {Rows} g */ (w, g) =>
    w.map((row, i) => row.map((v, j) => v - rate * (g[i]?.[j] ?? 0)));
  const vector = /** @param {Vector} w @param {Vector} g */ (w, g) => w.map((v, i) => v - rate * (g[i] ?? 0));
  return {
    activation: net.activation,
    w_ih: rows(net.w_ih, gradient.w_ih),
    w_hh: rows(net.w_hh, gradient.w_hh),
    bias: vector(net.bias, gradient.bias),
    w_out: rows(net.w_out, gradient.w_out),
    b_out: vector(net.b_out, gradient.b_out),
  };
}

/**
 * The net with one recurrent weight set.
 *
 * @param {Net} net
 * @param {number} i to this unit
 * @param {number} j from this unit
 * @param {number} value
 * @returns {Net}
 */
export const withRecurrent = (net, i, j, value) => ({
  ...net,
  w_hh: net.w_hh.map((row, r) => row.map((w, c) => (r === i && c === j ? value : w))),
});

/**
 * A sequence made longer or shorter in its middle: the first input and the last, which asks, stay.
 *
 * @param {Rows} x
 * @param {number} length at least 2
 * @returns {Rows}
 */
export function stretched(x, length) {
  const middle = x.slice(1, -1);
  const filler = Array.from({ length: length - 2 }, (_, t) => middle[t % max(middle.length, 1)] ?? x[0] ?? []);
  return [x[0] ?? [], ...filler, x.at(-1) ?? []];
}

/**
 * Whether two numbers are one for whoever reads them with this many digits.
 *
 * @param {number} a
 * @param {number} b
 * @param {number} digits
 */
export const near = (a, b, digits) => abs(a - b) < 0.5 * 10 ** -digits;
