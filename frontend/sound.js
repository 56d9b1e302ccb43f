/**
 * The decay of the gradient as tones: one a step, from the answer back. Fetched when it is first asked for.
 */

/** Pitch of G = 1, in hertz. Half an octave is a factor of ten, so that six decades are three octaves. */
const WHOLE = 880;
/** Least G that sounds: below it nothing is left that training could use. */
const LEAST = 1e-6;
/** From here on up the pitch stays, where it would only hurt. */
const MOST = 1e4;
/** Seconds of a step: at most this long, and shorter where a model would take longer than `TUNE` altogether. */
const BEAT = { longest: 0.14, shortest: 0.03 };
const TUNE = 6;
/** Silent steps that are waited for at the end: enough to hear that nothing comes. */
const SILENT = 4;
/** Seconds between two models, and those that a tone takes to swell and to fade, so that it does not click. */
const BETWEEN = 0.6;
const SWELL = 0.008;
const LOUD = 0.2;

/**
 * @typedef {object} Tone
 * @property {number} t time step
 * @property {number} lag steps before the answer
 * @property {number | null} G
 * @property {number | null} hz null: silence
 */

/** @typedef {{title: string, tones: Tone[]}} Tune */

/** @typedef {{at: number, model: number, t: number}} Beat when what is heard, in seconds of the sound's clock */

/**
 * @param {number | null | undefined} G
 * @returns {number | null} hertz; null, silence, where less than a millionth is left or it is not finite
 */
export function frequencyOf(G) {
  if (G === null || G === undefined || !Number.isFinite(G) || G < LEAST) return null;
  return WHOLE * 2 ** (Math.log10(Math.min(G, MOST)) / 2);
}

/**
 * @param {{x: number, y: number | null}[]} points G over time
 * @param {number} answer
 * @returns {Tone[]} from the answer back
 */
export function tonesOf(points, answer) {
  const tones = points
    .filter(({ x }) => x <= answer)
    .map(({ x, y }) => ({ t: x, lag: answer - x, G: y, hz: frequencyOf(y) }))
    .reverse();
  const last = tones.findLastIndex(({ hz }) => hz !== null);
  return tones.slice(0, last + 1 + SILENT);
}

/**
 * What is heard, for those who do not hear it.
 *
 * @param {Tune} tune
 * @returns {string}
 */
export function heardText({ title, tones }) {
  const heard = tones.filter(({ hz }) => hz !== null);
  const [first, last] = [heard[0], heard.at(-1)];
  if (!first || !last) return `${title}: silence, no gradient is left.`;
  const hz = /** @param {Tone} tone */ ({ hz }) => `${Math.round(hz ?? 0)} Hz`;
  const peak = heard.reduce((a, b) => ((b.hz ?? 0) > (a.hz ?? 0) ? b : a));
  const starts = `${title}: starts at ${hz(first)}`;
  const rises = peak.hz !== first.hz && peak !== last ? `, ${hz(peak)} at its highest, ${back(peak)}` : "";
  const ends = last === first ? "" : `, ends at ${hz(last)} ${back(last)}`;
  return `${starts}${rises}${ends}${tones.at(-1)?.hz === null ? ", then silence" : ""}.`;
}

/** @param {Tone} tone */
const back = ({ lag }) => `${lag} ${lag === 1 ? "step" : "steps"} back`;

/**
 * When each step sounds, model by model.
 *
 * @param {Tune[]} tunes
 * @returns {{beats: (Beat & {hz: number | null, seconds: number})[], seconds: number}} and how long all of it is
 */
export function scheduleOf(tunes) {
  let at = 0;
  const beats = tunes.flatMap(({ tones }, model) => {
    const seconds = Math.max(BEAT.shortest, Math.min(BEAT.longest, TUNE / Math.max(tones.length, 1)));
    const own = tones.map(({ t, hz }, i) => ({ at: at + i * seconds, model, t, hz, seconds }));
    at += tones.length * seconds + BETWEEN;
    return own;
  });
  return { beats, seconds: at };
}

/**
 * Plays what a person asked for.
 *
 * @param {Tune[]} tunes
 * @param {{beat: (beat: Beat) => void, over: () => void}} listener over: it came to its end
 * @returns {() => void} stops it
 * @throws {Error} a sentence, where the browser plays no sound
 */
export function play(tunes, { beat, over }) {
  if (typeof AudioContext === "undefined") throw new Error("This browser plays no sound.");
  const context = new AudioContext();
  const { beats, seconds } = scheduleOf(tunes);
  const voice = context.createOscillator();
  const volume = context.createGain();
  voice.connect(volume).connect(context.destination);
  const begin = context.currentTime + 0.05;
  volume.gain.setValueAtTime(0, context.currentTime);
  for (const { at, hz, seconds: long } of beats) {
    if (hz === null) continue;
    const [from, to] = [begin + at, begin + at + 0.8 * long];
    voice.frequency.setValueAtTime(hz, from);
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(LOUD, from + SWELL);
    volume.gain.setValueAtTime(LOUD, to - SWELL);
    volume.gain.linearRampToValueAtTime(0, to);
  }
  voice.start(begin);
  let next = 0;
  let going = true;
  const stop = () => {
    if (!going) return;
    going = false;
    clearInterval(clock);
    context.close().catch(() => null);
  };
  // Not by frames of the screen: a tab that nobody sees sounds on.
  const clock = setInterval(() => {
    const now = context.currentTime - begin;
    while (next < beats.length && /** @type {Beat} */ (beats[next]).at <= now) next++;
    const heard = beats[next - 1];
    if (heard) beat(heard);
    if (now < seconds) return;
    stop();
    over();
  }, 25);
  return stop;
}
