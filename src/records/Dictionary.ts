import { byteSource, type ByteSource, hashOf } from './murmur.js';

const LEAST_SLOTS = 256;

/** The entries that were added since the last call of `takeIncrement`; its buffers may be transferred. */
export interface DictionaryIncrement {
  /** Number of the first new entry. */
  from: number;
  /** The new entries, one behind the other. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Where each new entry ends in `bytes`. */
  ends: Uint32Array<ArrayBuffer>;
  /** 1 for a JSON token, 0 for the UTF-8 of a text. */
  isToken: Uint8Array<ArrayBuffer>;
}

/**
 * Distinct values of a column, numbered in the order in which they came: an open-addressing hash
 * table (linear probing, at most half full) over one arena of bytes. An entry is the UTF-8
 * of a text, or the JSON token of anything else.
 */
export class Dictionary {
  size = 0;
  /** Entries that `takeIncrement` has handed out. */
  given = 0;
  #arena = new Uint8Array(4096);
  #view = new DataView(this.#arena.buffer);
  #used = 0;
  #ends = new Uint32Array(LEAST_SLOTS);
  #hashes = new Int32Array(LEAST_SLOTS);
  #isToken = new Uint8Array(LEAST_SLOTS);
  /** By slot the entry number + 1, 0 where it is free, and the entry's hash. */
  #slots = new Int32Array(4 * LEAST_SLOTS);

  /** Bytes of all entries. */
  get byteLength(): number {
    return this.#used;
  }

  /** The number of the text `bytes[start … end)`, whose hash is known; −1 for none. */
  findText(source: ByteSource, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 2;
    for (let slot = (2 * hash) & mask; ; slot = (slot + 2) & mask) {
      const entry = slots[slot]! - 1;
      if (entry < 0) return -1;
      if (slots[slot + 1] === hash && this.#isEntry(entry, source, start, end)) return entry;
    }
  }

  /** Bytes of an entry. */
  lengthOf(entry: number): number {
    return this.#ends[entry]! - this.#startOf(entry);
  }

  /** Whether the bytes of an entry stand at `start`; they must not end beyond the source. */
  standsAt(entry: number, { bytes, view }: ByteSource, start: number): boolean {
    const end = this.#ends[entry]!;
    let p = this.#startOf(entry);
    const distance = start - p;
    const arenaView = this.#view;
    for (; p + 4 <= end; p += 4) {
      if (arenaView.getInt32(p, true) !== view.getInt32(p + distance, true)) return false;
    }
    const arena = this.#arena;
    for (; p < end; p++) if (arena[p] !== bytes[p + distance]) return false;
    return true;
  }

  /** Adds a text that is not there. */
  addText({ bytes }: ByteSource, start: number, end: number, hash: number): number {
    return this.#add(bytes, start, end, hash, 0);
  }

  /** The number of a JSON token, which is added where it is new. */
  token(bytes: Uint8Array): number {
    const source = byteSource(bytes);
    // a token and a text of the same bytes are different entries: by their hashes
    const hash = ~hashOf(source, 0, bytes.length);
    const known = this.findText(source, 0, bytes.length, hash);
    return known >= 0 ? known : this.#add(bytes, 0, bytes.length, hash, 1);
  }

  /** What was added since the last call; null where nothing was. */
  takeIncrement(): DictionaryIncrement | null {
    const from = this.given;
    if (from === this.size) return null;
    const start = from === 0 ? 0 : this.#ends[from - 1]!;
    this.given = this.size;
    return {
      from,
      bytes: this.#arena.slice(start, this.#used),
      ends: this.#ends.slice(from, this.size).map((end) => end - start),
      isToken: this.#isToken.slice(from, this.size),
    };
  }

  /** Forgets the entries from `size` on; newest first, for none was placed by way of a newer one. */
  cutTo(size: number): void {
    const slots = this.#slots;
    const mask = slots.length - 2;
    while (this.size > size) {
      let slot = (2 * this.#hashes[this.size - 1]!) & mask;
      while (slots[slot] !== this.size) slot = (slot + 2) & mask;
      slots[slot] = 0;
      this.size--;
    }
    this.#used = size === 0 ? 0 : this.#ends[size - 1]!;
    this.given = Math.min(this.given, size);
  }

  #startOf(entry: number): number {
    return entry === 0 ? 0 : this.#ends[entry - 1]!;
  }

  /** Whether `bytes[start … end)` are those of an entry. */
  #isEntry(entry: number, source: ByteSource, start: number, end: number): boolean {
    return this.lengthOf(entry) === end - start && this.standsAt(entry, source, start);
  }

  #add(bytes: Uint8Array, start: number, end: number, hash: number, token: number): number {
    const entry = this.size;
    this.#makeRoom(end - start);
    const arena = this.#arena;
    let to = this.#used;
    // a loop, for entries are short: subarray and set would take longer
    for (let i = start; i < end; i++) arena[to++] = bytes[i]!;
    this.#used = to;
    this.#ends[entry] = to;
    this.#hashes[entry] = hash;
    this.#isToken[entry] = token;
    this.size = entry + 1;
    this.#place(entry);
    return entry;
  }

  #place(entry: number): void {
    const hash = this.#hashes[entry]!;
    const slots = this.#slots;
    const mask = slots.length - 2;
    let slot = (2 * hash) & mask;
    while (slots[slot] !== 0) slot = (slot + 2) & mask;
    slots[slot] = entry + 1;
    slots[slot + 1] = hash;
  }

  #makeRoom(bytes: number): void {
    if (this.#used + bytes > this.#arena.length) {
      const arena = new Uint8Array(Math.max(2 * this.#arena.length, this.#used + bytes));
      arena.set(this.#arena);
      this.#arena = arena;
      this.#view = new DataView(arena.buffer);
    }
    if (this.size < this.#ends.length) return;
    const capacity = 2 * this.#ends.length;
    this.#ends = grown(this.#ends, new Uint32Array(capacity));
    this.#hashes = grown(this.#hashes, new Int32Array(capacity));
    this.#isToken = grown(this.#isToken, new Uint8Array(capacity));
    this.#slots = new Int32Array(4 * capacity);
    // in their order, on which `cutTo` relies
    for (let entry = 0; entry < this.size; entry++) this.#place(entry);
  }
}

function grown<T extends Uint32Array | Int32Array | Uint8Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
