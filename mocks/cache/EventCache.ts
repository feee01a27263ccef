/** Keeps small values for a while, all together within a number of bytes; any of them may go at any time. */
export interface EventCache {
  get(key: string): Promise<Uint8Array | null>;
  /** Keeps a value in place of what it has of the key. Nobody writes to the array afterwards. */
  put(key: string, value: Uint8Array, ttlSeconds: number): Promise<void>;
}

/** What a cache is made with. */
export interface EventCacheOptions {
  /** Bytes of all values together; a value that is longer is not kept. */
  maxBytes: number;
}
