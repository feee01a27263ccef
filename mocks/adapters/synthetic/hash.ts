/**
 * Scrambles 32 bits: the finalizer of MurmurHash3 (Austin Appleby, public domain). It is a
 * bijection, so that an id made with it leads back to its number.
 */
export function mix32(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The inverse of `mix32`: its steps backwards, with the inverses of its factors modulo 2^32. */
export function unmix32(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x7ed1b41d);
  x = Math.imul(x ^ (x >>> 13) ^ (x >>> 26), 0xa5cb9243);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The `k`th number of the stream `salt` of a thing whose own hash is `base`; 0 to 2^32 − 1. */
export function roll(base: number, salt: number, k = 0): number {
  return mix32(base ^ Math.imul(salt, 0x9e3779b1) ^ Math.imul(k + 1, 0x27d4eb2f));
}

/** A hash as a fraction, 0 inclusive to 1 exclusive. */
export function fraction(hash: number): number {
  return hash / 0x1_0000_0000;
}

/** The element of a list, which must not be empty, that a hash falls on. */
export function pick<T>(list: readonly T[], hash: number): T {
  return list[hash % list.length] as T;
}

/** 8 hex digits. */
export function hex8(hash: number): string {
  return hash.toString(16).padStart(8, '0');
}
