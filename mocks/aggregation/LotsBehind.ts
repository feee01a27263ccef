import { TextNumbers } from './TextNumbers.js';

const NONE = -1;
const LEAST = 64;

/** Numbers in an array that grows. */
class NumberList {
  #numbers = new Int32Array(LEAST);
  length = 0;

  push(number: number): void {
    if (this.length === this.#numbers.length) {
      const grown = new Int32Array(this.length * 2);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[this.length++] = number;
  }

  at(index: number): number {
    return this.#numbers[index] as number;
  }

  set(index: number, number: number): void {
    this.#numbers[index] = number;
  }
}

/**
 * Which lots a container concerns: itself, or those that descend from it. Chains in three lists of
 * numbers, as an array a container takes a million arrays.
 */
export class LotsBehind {
  readonly #containers = new TextNumbers();
  /** By container: its entry that was added last. */
  readonly #last = new NumberList();
  /** By entry: the container's entry before it, and the lot. */
  readonly #before = new NumberList();
  readonly #lots = new NumberList();

  add(containerId: string, lot: number): void {
    const container = this.#containers.add(containerId);
    if (container === this.#last.length) this.#last.push(NONE);
    this.#before.push(this.#last.at(container));
    this.#last.set(container, this.#lots.length);
    this.#lots.push(lot);
  }

  has(containerId: unknown): boolean {
    return this.#containers.find(containerId) >= 0;
  }

  /** Visits the lots of a container, none for one that was never added. */
  forEach(containerId: unknown, visit: (lot: number) => void): void {
    const container = this.#containers.find(containerId);
    if (container < 0) return;
    for (let entry = this.#last.at(container); entry !== NONE; entry = this.#before.at(entry)) {
      visit(this.#lots.at(entry));
    }
  }
}
