/**
 * The clock of a replay: how many frames have become due.
 */

/** Frames a second at speed 1: slow enough to see a change, fast enough that a run takes seconds. */
const RATE = 8;

export class Player {
  playing = false;
  speed = 1;
  #last = 0;
  #due = 0;

  /** @param {number} now milliseconds */
  play(now) {
    this.playing = true;
    this.#last = now;
    this.#due = 0;
  }

  pause() {
    this.playing = false;
  }

  /**
   * @param {number} now milliseconds
   * @returns {number} whole frames to go on by
   */
  tick(now) {
    if (!this.playing) return 0;
    // A tab that slept does not jump: at most a quarter of a second counts.
    this.#due += (Math.min(now - this.#last, 250) / 1000) * RATE * this.speed;
    this.#last = now;
    const frames = Math.floor(this.#due);
    this.#due -= frames;
    return frames;
  }
}
