/**
 * Parts that are fetched when they are first wanted: most visits want few of them, and an embed is to be light.
 */

const LOST =
  "This part of Farback could not be loaded: the server cannot be reached, or it was updated. Reload the page.";

/** @template T */
export class Later {
  /** What has come already. @type {T | null} */
  now = null;
  /** @type {Promise<T> | null} */
  #coming = null;
  #find;

  /** @param {() => Promise<T>} find asks for its script, and finds it on the page */
  constructor(find) {
    this.#find = find;
  }

  /**
   * @returns {Promise<T>}
   * @throws {Error} a sentence that says why it did not come
   */
  get() {
    this.#coming ??= this.#find().then(
      (part) => {
        this.now = part;
        return part;
      },
      () => {
        this.#coming = null;
        throw new Error(LOST);
      },
    );
    return this.#coming;
  }
}
