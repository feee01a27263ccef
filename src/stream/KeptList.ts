/** More problems, or notices, of one trace are counted, and no longer kept. */
export const MOST_KEPT = 1_000;

/** The first things of a kind that a server may cause without end, and how many there were besides. */
export class KeptList<T> implements Iterable<T> {
  #items: T[] = [];
  /** Things that are not kept. */
  left = 0;

  push(item: T): void {
    if (this.#items.length < MOST_KEPT) this.#items.push(item);
    else this.left++;
  }

  clear(): void {
    this.#items = [];
    this.left = 0;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items[Symbol.iterator]();
  }
}
