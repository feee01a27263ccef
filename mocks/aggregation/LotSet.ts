const SMALL = 16;
const BITS = 32;
/** A number in a Set takes about as much memory as this many bits. */
const BITS_A_MEMBER = 256;

/**
 * A set of lot numbers, small where it has few members and one bit a lot where it has many: a
 * trace can name 100,000 material lots of a few detection lots each, and a wafer saw with them all.
 */
export class LotSet {
  #few: Set<number> | null = new Set();
  #words = new Uint32Array(0);
  #size = 0;
  #highest = -1;

  get size(): number {
    return this.#size;
  }

  add(lot: number): void {
    this.#highest = Math.max(this.#highest, lot);
    if (this.#few) {
      this.#few.add(lot);
      this.#size = this.#few.size;
      if (this.#size > Math.max(SMALL, this.#highest / BITS_A_MEMBER)) this.#pack(this.#few);
    } else {
      this.#addBit(lot);
    }
  }

  /** Visits the members in rising order, so that sums do not depend on the order they came in. */
  forEach(visit: (lot: number) => void): void {
    if (this.#few) {
      for (const lot of [...this.#few].sort((a, b) => a - b)) visit(lot);
      return;
    }
    for (let index = 0; index < this.#words.length; index++) {
      for (let rest = this.#words[index] as number; rest !== 0; rest &= rest - 1) {
        visit(index * BITS + (BITS - 1 - Math.clz32(rest & -rest)));
      }
    }
  }

  #pack(few: Set<number>): void {
    this.#few = null;
    this.#size = 0;
    for (const lot of few) this.#addBit(lot);
  }

  #addBit(lot: number): void {
    const index = Math.floor(lot / BITS);
    if (index >= this.#words.length) {
      const grown = new Uint32Array(Math.max(index + 1, this.#words.length * 2));
      grown.set(this.#words);
      this.#words = grown;
    }
    const bit = 1 << (lot % BITS);
    const word = this.#words[index] as number;
    if (word & bit) return;
    this.#words[index] = word | bit;
    this.#size++;
  }
}
