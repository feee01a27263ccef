const LEAST_SLOTS = 16;
const MOST_TAKEN = 0.7;
const FREE = -1;
/** The low bits of FNV's prime, which spread texts well whatever the upper ones are. */
const PRIME = 0x193;

/**
 * FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) with a basis and a factor by the seed: with a basis
 * alone, texts that collide for one seed do for one in thousands.
 */
export function hashOf(text: string, seed: number): number {
  const factor = (seed << 9) | PRIME;
  let hash = seed;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), factor);
  }
  // the low bits choose the slot, and must depend on all
  return (hash ^ (hash >>> 15)) >>> 0;
}

/**
 * Numbers texts from 0, in the order in which they are first added. Of a million container ids it
 * holds some 16 MB beside the texts themselves, a small part of what a Map does.
 */
export class TextNumbers {
  readonly #texts: string[] = [];
  /** Random: whoever knew it could send ids that all want the same slot. */
  readonly #seed = crypto.getRandomValues(new Uint32Array(1))[0] as number;
  /** Numbers of texts, open addressing; the count of slots is a power of two. */
  #slots = new Int32Array(LEAST_SLOTS).fill(FREE);

  get size(): number {
    return this.#texts.length;
  }

  /** The number of a text, which is added where it is new. */
  add(text: string): number {
    const slot = this.#slotOf(text);
    const known = this.#slots[slot] as number;
    if (known !== FREE) return known;
    const number = this.#texts.push(text) - 1;
    this.#slots[slot] = number;
    if (this.#texts.length > this.#slots.length * MOST_TAKEN) this.#grow();
    return number;
  }

  at(number: number): string {
    return this.#texts[number] as string;
  }

  /** The number of a text; −1 where it was never added, or is no text. */
  find(text: unknown): number {
    return typeof text === 'string' ? (this.#slots[this.#slotOf(text)] as number) : FREE;
  }

  /** The slot that holds the text, or the free one that would. */
  #slotOf(text: string): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(text, this.#seed) & mask;
    for (;;) {
      const number = this.#slots[slot] as number;
      if (number === FREE || this.#texts[number] === text) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(FREE);
    for (const [number, text] of this.#texts.entries()) this.#slots[this.#slotOf(text)] = number;
  }
}
