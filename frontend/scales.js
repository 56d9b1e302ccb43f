/**
 * Two colour maps that every kind of colour vision can read, and the colours of an array's 256 codes.
 * Magnitudes: Cividis (Nuñez, Anderton & Renslow 2018), interpolated between ten published anchors. Signed values: blue
 * and orange of equal lightness around a neutral zero, computed in OKLab (Ottosson 2020), so that |v| alone decides how
 * far a colour stands out from the paper.
 *
 * @import {Matrix} from "./types.js"
 */

const CIVIDIS = [
  "00224e",
  "123570",
  "3b496c",
  "575d6d",
  "707173",
  "8a8678",
  "a59c74",
  "c3b369",
  "e1cc55",
  "fee838",
].map(
  (hex) => /** @type {[number, number, number]} */ ([0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))),
);

/** OKLab lightness at zero and at full value, and the hues (degrees) and chromas of the two signs. */
const DIVERGING = {
  light: { zero: 0.975, full: 0.4, chroma: 0.125 },
  dark: { zero: 0.235, full: 0.83, chroma: 0.125 },
  negative: 255,
  positive: 52,
};

/** What is not finite: a colour that neither map has. */
export const NOT_FINITE = /** @type {[number, number, number]} */ ([225, 29, 132]);

/** Entries of a ready colour map: more than 256, because a shared scale uses only part of it for one array. */
const ENTRIES = 1024;

/** @typedef {[number, number, number]} Rgb red, green, blue in 0..255 */

/**
 * @param {number} part in 0..1
 * @returns {Rgb}
 */
export function cividis(part) {
  const place = Math.min(Math.max(part, 0), 1) * (CIVIDIS.length - 1);
  const below = Math.min(Math.floor(place), CIVIDIS.length - 2);
  const [from, to] = [/** @type {Rgb} */ (CIVIDIS[below]), /** @type {Rgb} */ (CIVIDIS[below + 1])];
  const share = place - below;
  return /** @type {Rgb} */ ([0, 1, 2].map((i) => Math.round((from[i] ?? 0) * (1 - share) + (to[i] ?? 0) * share)));
}

/**
 * @param {number} part in -1..1; 0 is the neutral middle
 * @param {boolean} dark
 * @returns {Rgb}
 */
export function diverging(part, dark) {
  const { zero, full, chroma } = dark ? DIVERGING.dark : DIVERGING.light;
  const size = Math.min(Math.abs(part), 1);
  const hue = ((part < 0 ? DIVERGING.negative : DIVERGING.positive) * Math.PI) / 180;
  // Chroma rises faster than lightness falls, so that small values already tell their sign.
  const colourful = chroma * Math.sqrt(size);
  return okLab(zero + (full - zero) * size, colourful * Math.cos(hue), colourful * Math.sin(hue));
}

/**
 * OKLab to sRGB, clipped to what a screen can show.
 *
 * @param {number} lightness
 * @param {number} a
 * @param {number} b
 * @returns {Rgb}
 */
function okLab(lightness, a, b) {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return /** @type {Rgb} */ (
    linear.map((value) => {
      const clipped = Math.min(Math.max(value, 0), 1);
      return Math.round(255 * (clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055));
    })
  );
}

/** @type {Map<string, Uint32Array<ArrayBuffer>>} */
const ready = new Map();

/**
 * @param {Rgb} rgb
 * @returns {number} as canvas image data on a little-endian machine wants it, opaque
 */
const packed = ([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

/**
 * A colour map as packed pixels, from its lowest to its highest value.
 *
 * @param {"magnitude" | "diverging"} palette
 * @param {boolean} dark
 * @returns {Uint32Array<ArrayBuffer>}
 */
export function ramp(palette, dark) {
  const key = palette === "magnitude" ? palette : `${palette}-${dark}`;
  let pixels = ready.get(key);
  if (!pixels) {
    pixels = new Uint32Array(ENTRIES + 1);
    for (let i = 0; i <= ENTRIES; i++) {
      const part = i / ENTRIES;
      pixels[i] = packed(palette === "magnitude" ? cividis(part) : diverging(2 * part - 1, dark));
    }
    ready.set(key, pixels);
  }
  return pixels;
}

/**
 * Where values stand between the ends of a scale, 0..1; NaN stays NaN. On a log scale zero is the lowest colour.
 *
 * @param {[number, number]} domain
 * @param {boolean} log
 * @returns {(value: number) => number}
 */
export function placing([low, high], log) {
  const span = log ? Math.log(high / low) : high - low;
  if (log) return (value) => (value <= low ? 0 : Math.min(Math.log(value / low) / span, 1));
  return (value) => (span === 0 && !Number.isNaN(value) ? 0.5 : Math.min(Math.max((value - low) / span, 0), 1));
}

/**
 * @param {{palette: "magnitude" | "diverging", domain: [number, number], log: boolean}} scale
 * @param {boolean} dark
 * @returns {(value: number) => number} a packed pixel
 */
export function colouring({ palette, domain, log }, dark) {
  const place = placing(domain, log);
  const colours = ramp(palette, dark);
  const odd = packed(NOT_FINITE);
  return (value) => (Number.isNaN(value) ? odd : /** @type {number} */ (colours[Math.round(place(value) * ENTRIES)]));
}

/**
 * The colours of an array's 256 codes on a scale that may be wider than the array's own.
 *
 * @param {Matrix} matrix
 * @param {{palette: "magnitude" | "diverging", domain: [number, number], log: boolean}} scale
 * @param {boolean} dark
 * @returns {Uint32Array<ArrayBuffer>}
 */
export function codeColours(matrix, scale, dark) {
  const colour = colouring(scale, dark);
  const colours = new Uint32Array(matrix.table.length);
  matrix.table.forEach((value, code) => {
    colours[code] = colour(value);
  });
  return colours;
}

/**
 * The next number of the series 1, 2, 5, 10, ... that is not below a value: a scale's end that people can read.
 *
 * @param {number} value
 * @returns {number}
 */
export function roundUp(value) {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const decade = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const head = value / decade;
  // The tolerance keeps a byte's rounding (1 + 1e-7) from doubling the scale.
  const factor = [1, 2, 5].find((step) => head <= step * 1.001) ?? 10;
  return factor * decade;
}

/** Lightness from which black is read better on a colour than white. */
const BRIGHT = 0.62;

/**
 * @param {Rgb} rgb
 * @returns {"#000" | "#fff"} what is read best on it
 */
export const inkOn = (rgb) => (lightness(rgb) > BRIGHT ? "#000" : "#fff");

/**
 * @param {Rgb} rgb
 * @returns {number} OKLab lightness, 0..1
 */
export function lightness(rgb) {
  const [red, green, blue] = /** @type {Rgb} */ (
    rgb.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    })
  );
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
}
