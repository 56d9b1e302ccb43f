/** What the page makes of what the server says: answers read, its set-up and view, pictures, panels and columns. */

import type { ByLag, Cell, Facts, FrameNumbers, Reach, RunStatus, Start, Task, Values, Verdict } from "./wire.js";

export type * from "./wire.js";

// --- Answers to inquiries, their arrays read.

export interface JacobiansAnswer {
  step: number;
  k: number;
  lags: number[];
  /** (L, 3): log10 of the largest, middle and smallest singular value, by lag. */
  products: Matrix;
  direct: { gate: string; paths: Matrix } | null;
  weights: { spectral_radius: number; largest: number; gamma: number } | null;
  /** (T, 3): the same three of each step; null with a reason where that takes too long. */
  steps: Matrix | null;
  lyapunov: (number | null)[] | null;
  reason: string | null;
}

/** Passages of the held-out text that tell long memory from short. */
export interface PassagesAnswer {
  /** Characters back from which context counts as distant. */
  distance: number;
  long: { text: string; k: number; share: number }[];
  short: { text: string; k: number; share: number }[];
}

export interface ChainAnswer {
  kind: "state";
  t: number;
  k: number;
  /** From k down to t + 1. */
  steps: number[];
  spectral: (number | null)[];
  /** Log10 of the size of the product so far; null: zero, or not finite. */
  product_spectral: (number | null)[];
  /** The size of autograd's own product, as log10. */
  autograd: { spectral: number | null; frobenius: number | null };
  /** The largest difference of an entry, as a share of autograd's largest. */
  difference: number | null;
}

export interface WindowAnswer {
  kind: "window";
  t: number;
  k: number;
  window: number;
  /** From t up to k. */
  steps: number[];
  /** Null where it is not finite. */
  connectivity: (number | null)[];
}

export interface StatesAnswer {
  layer: number;
  /** Output times. */
  rows: number[];
  /** (R, T) */
  connectivity: Matrix;
}

export interface CausalAnswer {
  k: number;
  measured: Matrix;
  connectivity: Matrix;
  correlation: number | null;
}

export interface LengthsAnswer {
  step: number;
  at: {
    length: number;
    loss: number | null;
    accuracy: number | null;
    chance: { loss: number | null; accuracy: number | null };
  }[];
  by_lag: ByLag;
  reach: Reach;
}

// --- What the page is set to. Only what differs from the preset is kept, so that links stay short.

export interface ModelSetup {
  cell: string;
  changed: Values;
  training: Values;
  seed: number | null;
  /** Where it goes on from; missing: it draws its starting weights. */
  start?: Start;
}

export interface Setup {
  task: string;
  changed: Values;
  models: ModelSetup[];
  training: Values;
  seed: number | null;
  /** The runs were trained on a person's own text, which no link and no answer of the server carries. */
  textMissing?: boolean;
}

export interface View {
  /** Training step the timeline stands at; null follows the newest frame. */
  step: number | null;
  /** Time step that stays marked; null: only while pointing. */
  mark: number | null;
  /** Chosen answer, counted from 0; -1: the last. */
  row: number;
  /** Chosen output time whose connectivity is looked at; null: the chosen answer. */
  output: number | null;
  /** Whether connectivity is that of the inputs, which every frame carries, or of the states, which is asked for. */
  of: "inputs" | "states";
  /** Scale of connectivity: one that all models share, or each row by its own largest entry. */
  scale: "shared" | "row";
  /** Share of the largest entry that counts as seen, for the gradient horizon. */
  threshold: number;
  /** Seeds of every model that are trained; 0: only the model's own. */
  seeds: number;
  /** Layer shown in each column, counted from 1; 0 or missing: the top one. */
  layers: number[];
  gradient: "relative" | "absolute";
  state: "h" | "c";
  /** Bands that are folded. */
  folded: string[];
  /** Bands that ask the models: they are folded but for these. */
  open: string[];
  /** Factors of the chain rule that are multiplied. */
  factors: number;
  /** Training steps at which longer sequences were asked for. */
  tested: number[];
  /** Gates that are held, whatever the models want. */
  hold: Hold[];
  /** A sequence of the person's own, as it was written; null: the held-out one. */
  sequence: string | null;
  /** Panels and parts of the page that a link leaves out, and those that it shows alone; see parts.js. */
  hide: string[];
  show: string[];
  theme: "auto" | "light" | "dark";
  /** Runs that were asked for by id. */
  runs: string[];
}

/** A gate that is held shut (0) or open (1) from one time step to another, both included. */
export interface Hold {
  gate: string;
  value: 0 | 1;
  from: number;
  to: number;
  /** Counted from 1; null: every layer. */
  layer: number | null;
}

export interface Refusal {
  key: string;
  message: string;
  /** Whether it leaves open what to train; a fault of the view does not. */
  stops: boolean;
}

// --- Decoded.

/** A matrix as it came: one byte a value and the table that reads it, or plain float32 values. */
export interface Matrix {
  rows: number;
  cols: number;
  codes: Uint8Array | null;
  values: Float32Array | null;
  /** 256 values, one a code; NaN: not finite. */
  table: Float32Array;
  log: boolean;
  signed: boolean;
  /** Smallest and largest finite value it holds (of a log scale: above zero). */
  low: number;
  high: number;
  /** Whether something in it is not finite. */
  odd: boolean;
}

export interface Layer {
  h: Matrix;
  c: Matrix | null;
  gates: Record<string, Matrix>;
  gradH: Matrix;
  gradC: Matrix | null;
  /** The memory inside the memory, of a nested cell. */
  inner: Matrix | null;
  gradNorm: Matrix;
  signal: Matrix;
  verdict: Verdict;
}

export interface Frame extends FrameNumbers {
  /** Number of time steps T of the displayed sequence. */
  length: number;
  x: Matrix;
  output: Matrix | null;
  suggestions?: { classes: number[][]; probability: Matrix; right: Matrix } | null | undefined;
  layers: Layer[];
  connectivity: Matrix;
  profile: Matrix;
}

/** Extremes over all frames so far, so that a change of colour is a change of value, never of scale. */
export interface Extent {
  signal: [number, number];
  norm: [number, number];
  connectivity: [number, number];
  /** Of the gradient of the weights. */
  updates: [number, number];
  gradient: number;
  loss: number;
  added: number;
  lag: number;
}

// --- Pictures: what a panel makes of a frame. Pure data; drawn by draw/, zoomed by Plotly, saved as CSV.

export interface Tick {
  at: number;
  label: string;
}

export interface Heatmap {
  kind: "heatmap";
  caption: string;
  /** What a value is called where it is read off. */
  symbol: string;
  matrix: Matrix;
  /** True where the matrix has a row a time step, false where it has a column a time step. */
  timeFirst: boolean;
  palette: "magnitude" | "diverging";
  domain: [number, number];
  log: boolean;
  rowName: (row: number) => string;
  /** Cells with a frame around them: the true answers, the chosen row. */
  outlines: { row: number; from: number; to: number }[];
  /** Output time of each row and the row that is looked at, where rows are chosen by pointing at them. */
  outputs?: { steps: number[]; chosen: number };
  /** Training step of each row, where rows come one by one and each is a place to go to. */
  training?: number[];
  height: number;
}

export interface Point {
  x: number;
  y: number | null;
  to?: number;
}

export interface Series {
  name: string;
  /** Pairs in drawing order; a null y breaks the line. */
  points: Point[];
  /** "bars" stand on the bottom of the picture, "ghosts" are bars that do not count yet; a "band" reaches from y to `to`. */
  style: "area" | "line" | "faint" | "dots" | "rings" | "dashed" | "bars" | "ghosts" | "band";
  /** Whether the points themselves are drawn as well, where there is room: only there was something measured. */
  dots?: boolean;
}

export interface Curves {
  kind: "curves";
  caption: string;
  /** What its numbers say, for whoever does not see it, where that is more than its smallest and its largest. */
  sentence?: string;
  /** "time": x is a time step of the sequence; "training": x is an update of the weights. */
  axis: "time" | "training";
  /** Time steps T of the axis, or its last training step. */
  length: number;
  /** Training step that is shown, on a training axis. */
  cursor: number | null;
  /** Answer step from which lags are counted backwards, where the curve is about lags and not about steps. */
  lagFrom?: number;
  series: Series[];
  y: { low: number; high: number; log: boolean; ticks: Tick[]; title: string };
  /** Dashed lines: the label stands beside the scale, the meaning where there is room for it. */
  lines: { at: number; label: string; meaning: string }[];
  spans: { from: number; to: number; label: string; style: "solid" | "outline" }[];
  ticks: Tick[];
  height: number;
}

export interface Token {
  label: string;
  /** True for what the task asks about; the rest is filler. */
  salient: boolean;
  /** Height of the bar in 0..1, for inputs that are numbers. */
  level: number;
}

export interface Tokens {
  kind: "tokens";
  caption: string;
  tokens: Token[];
  /** True where the tokens are running text, which is also written out around the marked step. */
  text: boolean;
  bars: boolean;
  answers: number[];
  /** What the tokens are coloured by, one value a step. */
  tint: { values: number[]; domain: [number, number] } | null;
  height: number;
}

export interface Note {
  kind: "note";
  caption: string;
  text: string;
  height: number;
}

export interface Bar {
  name: string;
  /** Stands under it, where that is not its name. */
  under?: string;
  value: number | null;
  /** Stands above it. */
  text: string;
  /** For a screen reader, where that is more than the text. */
  told?: string;
  /** Larger values that hold this one, ascending: they stand behind it, ever lighter. */
  beyond?: number[];
  /** Half the length of its interval. */
  error?: number;
  /** What it is compared with: the first as a line across its place, the second as a dotted one. */
  marks?: (number | null)[];
}

/** A few numbers side by side, each with its name under it. */
export interface Bars {
  kind: "bars";
  caption: string;
  bars: Bar[];
  y: { low: number; high: number; log: false; ticks: Tick[]; title: string };
  lines: { at: number; label: string; meaning: string }[];
  /** A line between two bars: before how many bars it stands, and what it says. */
  divide: { before: number; label: string } | null;
  height: number;
}

export type Picture = Heatmap | Curves | Tokens | Note | Bars;

/** What is asked of a model: a name, and what else the server wants to know. */
export type Inquiry = { name: string } & Record<string, unknown>;

/** What is known of what was asked. */
export interface Answer {
  /** As the server gave it, its arrays read; null where there is none yet. */
  value: unknown;
  /** Training step that it is about. */
  step: number | null;
  /** Whether it is about what is shown now; else it is the one before, and the new one is asked for. */
  fresh: boolean;
  /** Why there is none, in a sentence. */
  refusal: string | null;
}

/** Everything a panel may look at. */
export interface Scene {
  frame: Frame;
  /** Frames of this run so far, in order. */
  frames: Frame[];
  facts: Facts | null;
  task: Task;
  cell: Cell;
  view: View;
  extent: Extent;
  /** Layer to show, counted from 0. */
  layer: number;
  /** Largest training step of the timeline. */
  steps: number;
  /** Longest gradient that an update may have; null: any. */
  clip: number | null;
  /** What the model answered, in a panel that asks. */
  answer?: Answer | null;
  /** What all models answered, this one among them, for scales that they share. */
  peers?: unknown[];
}

export interface Panel {
  id: string;
  /** Names in catalog.measures that explain it. */
  measures: string[];
  title: string;
  plain: string;
  /** Switches in the panel's heading, by the name of the view's field. */
  switches?: ("gradient" | "state" | "of" | "scale" | "row")[];
  /** Whether it shows all frames so far, and not only one. */
  history?: boolean;
  /** Whether a frame has what it shows, where not every task's has: what none has is not there. */
  has?: (frame: Frame) => boolean;
  pictures: (scene: Scene) => Picture[];
  /** Pixels that its captions and pictures take as a rule: they are kept free until there is something to show. */
  room: { words: number; pictures: number };
  /** What it asks the model, null where there is nothing to ask. A panel that always asks is folded at first. */
  inquiry?: (scene: Scene) => Inquiry | null;
  /** Whether it asks, in a panel that does so only as a person chose to look at it. */
  asks?: (view: View) => boolean;
  /** Whether it is about the model as it was trained, whatever is held and read in the others. */
  trained?: boolean;
  /** What else of the scene it looks at: while it stays, nothing is painted again. */
  also?: (scene: Scene) => unknown;
  /** What of the frame it looks at, where that is not all of it: while it stays, nothing is painted again. */
  source?: (frame: Frame) => unknown;
}

/** Colours of the page as the canvas needs them, read from the style sheet once a theme. */
export interface Ink {
  dark: boolean;
  text: string;
  muted: string;
  faint: string;
  line: string;
  paper: string;
  accent: string;
  models: string[];
}

/** One model of the comparison on the page. */
export interface Column {
  index: number;
  model: ModelSetup;
  cell: Cell;
  title: string;
  /** Place of its colour in the palette. */
  colour: number;
  /** Longest gradient that an update may have; null: any. */
  clip: number | null;
  run: string | null;
  /** Whether the run carries a person's own text. */
  secret: boolean;
  status: RunStatus | null;
  facts: Facts | null;
  error: string | null;
  frames: Frame[];
  /** The frame that is shown, and whether the run ended before the timeline's step. */
  frame: Frame | null;
  ended: boolean;
  /** The run's own frame, where what is shown was asked for instead, and how that is told. */
  own: Frame | null;
  held: string | null;
  /** What every question says of that: the gates that are held, the sequence. */
  instead: Record<string, unknown> | null;
  /** Whether it is asked for and not there yet, so that the run's own frame stands in. */
  awaited: boolean;
  /** Whether gates are held in it, so that its numbers are others too. */
  gated: boolean;
  /** Whether the server cannot be reached, so that what is shown may be old. */
  lost: boolean;
  since: Since | null;
}

/** Where a run's pace is counted from: milliseconds (performance.now) and the training step at that moment. */
export interface Since {
  time: number;
  step: number;
  /** The place before, which holds until this one has something to say. */
  before: Since | null;
}
