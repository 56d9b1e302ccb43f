/** What the server says: its frames and runs, its catalog, its snapshots and its memory table. */

// --- The wire (see the server's frame and catalog).

export type Value = number | string | boolean | null;
export type Values = Record<string, Value>;

export interface WireArray {
  dtype: "u1" | "f4";
  bdata: string;
  shape: string;
  scale?: number;
  offset?: number;
  map?: "linear" | "log10";
  signed?: boolean;
}

export interface WireLayer {
  h: WireArray;
  c: WireArray | null;
  gates: Record<string, WireArray>;
  grad_h: WireArray;
  grad_c: WireArray | null;
  inner: WireArray | null;
  grad_norm: WireArray;
  signal: WireArray;
  verdict: Verdict;
}

/** What the straight line through log10 of the gradient signal says. */
export interface Verdict {
  value: "vanishing" | "steady" | "exploding" | null;
  /** Powers of ten a step back. */
  slope: number | null;
  half_life: number | null;
  doubling: number | null;
  left_out: number;
  D: number;
}

export interface Reach {
  value: number;
  at_least: boolean;
  spread: [number, number] | null;
}

export interface Horizon {
  /** Null where the gradient is not finite. */
  value: number | null;
  threshold: number;
  at_start: number | null;
  spread: [number, number] | null;
}

export interface ByLag {
  measure: "skill" | "added_loss";
  lags: number[];
  value: (number | null)[];
  /** Standard errors of the values. */
  error: (number | null)[];
  trials: number;
}

/** The updates since the frame before: the gradient's norm, mean over them, and the share of them that was clipped. */
export interface Updates {
  norm: number;
  clipped_norm: number;
  clipped: number;
}

/** The plain numbers of a frame, which are the same on the wire and on the page. */
export interface FrameNumbers {
  version: number;
  run: string;
  seq: number;
  step: number;
  last: boolean;
  loss: number | null;
  accuracy: number | null;
  train_loss: number | null;
  solved_at: number | null;
  reason: string | null;
  y: (number | null)[];
  answers: number[];
  /** The output times that connectivity has a row for, the answers among them. */
  rows: number[];
  updates: Updates | null;
  by_lag: ByLag;
  reach: Reach;
  horizon: Horizon;
  /** Where words are completed. */
  by_letters?: ByLetters | null;
}

/** How often the right word is suggested, by how many of its letters are known. */
export interface ByLetters {
  letters: number[];
  /** Held-out steps behind each share. */
  steps: number[];
  /** By how many suggestions count: the first, the first two, the first three. */
  top: number[][];
  /** Standard errors of the shares. */
  error: number[][];
}

/** The likeliest classes at each step, where there are too many to tell the probability of each. */
export interface WireSuggestions {
  classes: number[][];
  probability: WireArray;
  /** Probability of what is right, not finite where nothing is asked. */
  right: WireArray;
}

export interface WireFrame extends FrameNumbers {
  x: WireArray;
  /** Null where there are suggestions. */
  output: WireArray | null;
  suggestions?: WireSuggestions | null;
  layers: WireLayer[];
  connectivity: WireArray;
  /** By answer step and lag. */
  profile: WireArray;
}

export interface Result {
  loss: number | null;
  accuracy: number | null;
  solved_at: number | null;
  reach: Reach;
  horizon: Horizon;
  steps: number;
}

export type Status = "queued" | "running" | "done" | "failed" | "cancelled";

export interface RunStatus {
  run: string;
  status: Status;
  step: number;
  steps: number;
  position: number | null;
  watchers: number | null;
  reason: string | null;
  result: Result | null;
}

export interface Spec {
  task: Values & { name: string };
  cell: Values & { name: string };
  training?: Values;
  seed?: number;
  start?: Start;
}

/** The weights of a run of a snapshot; what is told beside these two comes from the server, and goes back as it came. */
export interface Start {
  snapshot: string;
  run: number;
  /** Training step that they are of. */
  step?: number;
  updates?: number;
  sha256?: string;
  /** Whether they were trained on a person's own text. */
  private?: boolean;
}

export interface Facts {
  chance: { loss: number | null; accuracy: number | null };
  labels: { x: string[]; y: string[] };
  /** Inputs that must be remembered, where they are not those that an answer can be. */
  salient?: string[];
  parameters: number;
  shared: number;
  unshared: number;
  /** How many steps back training follows the gradient; null: all the way. */
  truncate: number | null;
  lags: number[];
  length: number;
  memoryless_loss: number | null;
  solved_rule: string;
  /** Of completing words: what scores without a model, and the share of words that are none of the vocabulary. */
  baselines?: { frequent: ByLetters; beginning: ByLetters };
  out_of_vocabulary?: { training: number; held_out: number };
}

export interface RunRecord extends Omit<RunStatus, "run"> {
  id: string;
  /** Its newest frame. */
  seq: number;
  spec: Spec;
  facts: Facts;
}

// --- The catalog.

export interface Cite {
  text: string;
  url: string;
}

export interface Option {
  name: string;
  title: string;
  type: "int" | "float" | "bool" | "choice" | "text";
  default: Value;
  min?: number | null;
  max?: number | null;
  /** Whether the smallest value itself is refused. */
  open?: boolean;
  choices?: string[] | null;
  nullable?: boolean;
  help: string;
}

export interface Task {
  name: string;
  title: string;
  summary: string;
  kind: "classification" | "regression";
  cite: Cite;
  chance: string;
  success: string;
  relevant: string;
  /** The option that makes sequences longer, step by step. */
  stretches: string;
  /** How a person writes a sequence down. */
  form: "labels" | "numbers" | "pairs" | "text";
  options: Option[];
}

export interface Gate {
  name: string;
  plain: string;
  range: [number, number];
}

export interface Cell {
  name: string;
  title: string;
  summary: string;
  cite: Cite;
  states: string[];
  gates: Gate[];
  equations: string[];
  options: Option[];
}

export interface Measure {
  title: string;
  plain: string;
  formula: string;
  unit: string;
  source: string;
}

export interface Preset {
  cell?: Values;
  training?: Values;
}

export interface Catalog {
  version: string;
  tasks: Task[];
  cells: Cell[];
  training: { options: Option[] };
  seed: Option;
  limits: Record<string, number>;
  presets: Record<string, Record<string, Preset>>;
  opening: { task: Values & { name: string }; cells: string[]; seed: number };
  measures: Record<string, Measure>;
}

// --- Snapshots.

/** What a snapshot says of itself. */
export interface Manifest {
  title: string;
  note: string;
  /** As 2026-01-31T12:00:00Z. */
  saved: string;
  /** What was looked at when it was saved: the query of a link. */
  view: { query?: string; sequence?: string };
  versions: { farback: string; torch: string };
  runs: SavedRun[];
  files: Record<string, { size: number; sha256: string }>;
}

export interface SavedRun {
  run: string;
  spec: Spec;
  facts: Facts;
  status: RunStatus["status"];
  reason: string | null;
  result: Result | null;
  /** Training step whose weights are kept. */
  step: number;
  steps: number[];
}

/** A snapshot that was just saved. */
export interface Saved {
  base: string;
  id: string;
  title: string;
  link: string;
  created: string;
  version: string;
  secret: string;
}

// --- The memory table.

/** Median, smallest and largest over seeds. */
export interface MemorySpread {
  median: number;
  low: number;
  high: number;
}

export interface MemoryRow {
  task: string;
  cell: string;
  parameters: number;
  seeds: number;
  solved: number;
  exploded: number;
  solved_at: MemorySpread | null;
  steps: MemorySpread | null;
  seconds: MemorySpread | null;
  loss: MemorySpread | null;
  accuracy: MemorySpread | null;
  reach: MemorySpread | null;
  /** The longest lag that was tested, where a seed reached it. */
  at_least: number | null;
  horizon: MemorySpread | null;
  horizon_at_start: MemorySpread | null;
  last_step: number;
}

/** Where, with what and when the rows were measured: usually one of each. */
export interface Memory {
  machine: string[];
  torch: string[];
  day: string[];
  seed: number[];
  rows: MemoryRow[];
}
