const LEAST_BYTES = 65_536;

/** The texts of a batch that hardly repeat, one behind the other. */
export class LooseTexts {
  #bytes = new Uint8Array(0);
  #used = 0;
  /** Where the text of each row ends. */
  #ends = new Uint32Array(0);

  begin(): void {
    this.#used = 0;
  }

  /** Makes room for so many rows. */
  reserve(rows: number): void {
    const larger = new Uint32Array(rows);
    larger.set(this.#ends);
    this.#ends = larger;
  }

  /** The row's text is `bytes[start … end)`. */
  push(row: number, bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (this.#used + length > this.#bytes.length) {
      const wanted = Math.max(2 * this.#bytes.length, this.#used + length, LEAST_BYTES);
      const larger = new Uint8Array(wanted);
      larger.set(this.#bytes.subarray(0, this.#used));
      this.#bytes = larger;
    }
    const texts = this.#bytes;
    let to = this.#used;
    // a loop, for texts are short: subarray and set would take longer
    for (let i = start; i < end; i++) texts[to++] = bytes[i]!;
    this.#used = to;
    this.#ends[row] = to;
  }

  /** The row has no text. */
  pushNone(row: number): void {
    this.#ends[row] = this.#used;
  }

  /** Forgets the texts from `rows` on. */
  cutTo(rows: number): void {
    this.#used = rows > 0 ? this.#ends[rows - 1]! : 0;
  }

  /** A copy of the first `rows` texts. */
  take(rows: number): { bytes: Uint8Array<ArrayBuffer>; ends: Uint32Array<ArrayBuffer> } {
    return { bytes: this.#bytes.slice(0, this.#used), ends: this.#ends.slice(0, rows) };
  }
}
