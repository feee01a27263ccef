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

  get length(): number {
    return this.#items.length;
  }

  /** Forgets those of the things kept that have been made up for. */
  settle(isSettled: (item: T) => boolean): void {
    this.#items = this.#items.filter((item) => !isSettled(item));
  }

  clear(): void {
    this.#items = [];
    this.left = 0;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items[Symbol.iterator]();
  }
}
