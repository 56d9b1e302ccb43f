/**
 * What the figure about vanishing gradients draws, worked out on a trained net whose recurrent weights are scaled.
 *
 * @import {Activation, Net, Pass, Rows, Vector} from "../nets.js"
 */

import { backward, dot, forward, norm, throughTime } from "../nets.js";
import { spectralRadius } from "../spectrum.js";

/** Radii at which the gradient is worked out to find where it turns. */
export const LEAST = 0.1;
export const MOST = 2.5;
const GRID = 49;
/** Halvings of the stretch in which it turns. */
const HALVINGS = 20;

/**
 * The net with its recurrent weights scaled to a spectral radius, and another squashing function.
 *
 * @param {Net} net
 * @param {number | null} radius null: as they are
 * @param {Activation} activation
 * @param {number} [own] the net's own radius, where it is known: working it out takes longer than all the rest
 * @returns {Net}
 */
export function scaled(net, radius, activation, own) {
  const by = radius === null ? 1 : radius / ((own ?? spectralRadius(net.w_hh)) || 1);
  return { ...net, activation, w_hh: net.w_hh.map((row) => row.map((w) => w * by)) };
}

/**
 * What each unit squashes at each step.
 *
 * @param {Net} net
 * @param {Pass} pass
 * @returns {Rows} T rows of H
 */
export const sums = (net, { x, h }) =>
  x.map((input, t) =>
    net.bias.map((bias, i) => bias + dot(net.w_ih[i], input) + (t > 0 ? dot(net.w_hh[i], h[t - 1]) : 0)),
  );

/**
 * How much of the loss's gradient at the last state is found d steps back, d = 0, 1, ...: ‖∂L/∂h_{k−d}‖ / ‖∂L/∂h_k‖.
 *
 * The gradient for the outputs, p − 1 at the right one, is divided by its own size first, so that a net that is
 * sure of its answer has a gradient with a direction all the same.
 *
 * @param {Net} net
 * @param {Pass} pass
 * @param {number} target
 * @returns {Vector} T numbers, entry 0 is 1
 */
export function signalOf(net, pass, target) {
  const { y } = pass;
  const others = Math.max(...y.filter((_, i) => i !== target));
  const raised = y.map((v, i) => (i === target ? 0 : Math.exp(v - others)));
  const sum = raised.reduce((total, v) => total + v, 0);
  const byOutput = raised.map((v, i) => (i === target ? -1 : v / sum));
  const found = throughTime(net, pass, byOutput).h.map(norm).reverse();
  return found.map((size) => size / found[0]);
}

/**
 * The size of the loss's gradient for all weights together, which is what training clips.
 *
 * @param {Net} net
 * @param {Pass} pass
 * @param {number} target
 * @returns {number}
 */
export function gradientSize(net, pass, target) {
  const { w_ih, w_hh, w_out, bias, b_out } = backward(net, pass, target).net;
  // torch keeps two biases, whose gradients are the same.
  return norm([w_ih, w_hh, w_out, bias, bias, b_out].flat(2));
}

/**
 * What is left at the first step by the radius to which the recurrent weights are scaled.
 *
 * @param {Net} net
 * @param {Activation} activation
 * @param {Rows} x
 * @param {number} target
 * @returns {{curve: [number, number][], edges: number[]}} radius and log10 of the share, and the radii at which the
 *   share is 1: there it turns from vanishing to exploding, or back
 */
export function turning(net, activation, x, target) {
  const own = spectralRadius(net.w_hh);
  const leftAt = /** @param {number} radius */ (radius) => {
    const one = scaled(net, radius, activation, own);
    return Math.log10(signalOf(one, forward(one, x), target)[x.length - 1]);
  };
  /** @type {[number, number][]} */
  const curve = Array.from({ length: GRID }, (_, i) => {
    const radius = LEAST + (i / (GRID - 1)) * (MOST - LEAST);
    return [radius, leftAt(radius)];
  });
  const edges = [];
  for (let i = 1; i < GRID; i++) {
    let [[low, before], [high, after]] = [curve[i - 1], curve[i]];
    if (!(before < 0 !== after < 0) || Number.isNaN(before) || Number.isNaN(after)) continue;
    const rises = before < 0;
    for (let n = 0; n < HALVINGS; n++) {
      const middle = (low + high) / 2;
      if (leftAt(middle) < 0 === rises) low = middle;
      else high = middle;
    }
    edges.push((low + high) / 2);
  }
  return { curve, edges };
}
