const LEAST_CODES = 256;

/**
 * Foresees the text of a cell by the cell before it in the row, for a name goes with its id: the text
 * that came behind that cell's code last. Texts with escapes have no place here: what is foreseen is
 * compared with the bytes of the line.
 */
export class TextPredictor {
  /** By the code before: the code that came behind it; 0 for none yet. */
  #codes = new Uint32Array(LEAST_CODES);
  #learntAt = 0;
  #newest = 0;

  /** The code that is likely behind `before`; 0 for none. */
  predict(before: number): number {
    return (before < this.#codes.length && this.#codes[before]) || this.#newest;
  }

  learn(before: number, code: number): void {
    if (before >= this.#codes.length) {
      const larger = new Uint32Array(2 * before);
      larger.set(this.#codes);
      this.#codes = larger;
    }
    this.#codes[before] = code;
    this.#learntAt = before;
    this.#newest = code;
  }

  /** Forgets what was learnt last. */
  forgetLast(): void {
    this.#codes[this.#learntAt] = 0;
    this.#newest = 0;
  }

  clear(): void {
    this.#codes.fill(0);
    this.#newest = 0;
  }
}
