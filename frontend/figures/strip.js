/**
 * What one unit holds over all steps, as a row of cells: as it was trained, and with a gate held. Below it, how much of a
 * gradient at the answer its own road leaves. A cell can be pressed.
 */

import { draw, picture, tint, write } from "./svg.js";

const [LABEL, ROW, BAR, GAP] = [17, 26, 46, 8];
/** Width of a cell from which its input is written over it. */
const LEGIBLE = 11;

/**
 * @typedef {object} Strip
 * @property {string} label
 * @property {string[]} inputs T names of what is read
 * @property {{name: string, values: number[]}[]} rows one or two, T values each
 * @property {number} most largest size of a value
 * @property {number[]} left T shares of the gradient that are left
 * @property {string} gate the gate that leaves them
 * @property {number} answer step from which they are counted back
 * @property {number} t the step that is marked
 * @property {number | null} from the step from which a gate is held
 * @property {string} part beside "memory", what the row is
 * @property {number} room pixels that there are
 */

/**
 * @param {Strip} strip
 * @param {(t: number) => void} go
 * @returns {SVGElement}
 */
export function drawStrip({ label, inputs, rows, most, left, gate, answer, t: at, from, part, room }, go) {
  const T = inputs.length;
  const apart = room / T;
  const x = /** @param {number} t */ (t) => t * apart;
  const top = LABEL;
  const bars = top + rows.length * (LABEL + ROW) + GAP + LABEL;
  const height = bars + BAR + 20;
  const memory = draw("g", { "data-part": `memory ${part}` });
  rows.forEach(({ name, values }, n) => {
    const y = top + n * (LABEL + ROW) + LABEL;
    memory.append(write(0, y - LABEL / 2, name, { class: "small", "text-anchor": "start" }));
    values.forEach((value, t) => {
      const { fill } = tint(value / most);
      memory.append(
        draw("rect", { x: x(t), y, width: Math.max(apart - 1, 1), height: ROW, style: `fill: ${fill}`, class: "cell" }),
      );
    });
  });
  const road = draw(
    "g",
    { "data-part": "road" },
    write(0, bars - LABEL / 2, `gradient left on this unit’s own road (product of ${gate})`, {
      class: "small",
      "text-anchor": "start",
    }),
  );
  left.forEach((share, t) => {
    const size = Math.max(BAR * share, 1);
    road.append(
      draw("rect", { x: x(t), y: bars, width: Math.max(apart - 1, 1), height: BAR, class: "share" }),
      draw("rect", {
        x: x(t),
        y: bars + BAR - size,
        width: Math.max(apart - 1, 1),
        height: size,
        class: "grad",
        "data-back": answer - t,
      }),
    );
  });
  const shapes = [memory, road];
  if (from !== null) {
    shapes.push(draw("path", { d: `M${x(from) - 0.5} ${top} V${bars - LABEL - 2}`, class: "since" }));
  }
  for (let t = 0; t < T; t++) {
    const written = apart >= LEGIBLE && write(x(t) + apart / 2, LABEL / 2, inputs[t] ?? "", { class: "value" });
    const whole = draw("rect", { x: x(t), y: 0, width: apart, height: bars + BAR, class: "then" });
    whole.addEventListener("click", () => go(t));
    if (written) shapes.push(written);
    shapes.push(whole);
  }
  // The step is marked around what stands at it, and not across the names.
  const marked = [[0, LABEL], ...rows.map((_, n) => [top + n * (LABEL + ROW) + LABEL, ROW]), [bars, BAR]];
  for (const [y, height] of marked) shapes.push(draw("rect", { x: x(at), y, width: apart, height, class: "now" }));
  const mark = Math.min(Math.max(x(at) + apart / 2, 26), room - 26);
  shapes.push(write(mark, bars + BAR + 11, `step ${at}`, { class: "small" }));
  const svg = picture(room, height, label, ...shapes);
  svg.style.width = `${room}px`;
  svg.classList.add("strip");
  return svg;
}
