import type { EventCache, EventCacheOptions } from './EventCache.js';

interface Entry {
  value: Uint8Array;
  /** Unix time, ms. */
  expiresAt: number;
}

/** A cache in this thread's memory, where the oldest value makes room for a new one. */
export function createMemoryEventCache({
  maxBytes,
  now = Date.now,
}: EventCacheOptions & { now?: () => number }): EventCache {
  /** Oldest first. */
  const entries = new Map<string, Entry>();
  let bytes = 0;

  function drop(key: string): void {
    bytes -= entries.get(key)?.value.byteLength ?? 0;
    entries.delete(key);
  }

  return {
    async get(key) {
      const entry = entries.get(key);
      if (!entry || entry.expiresAt > now()) return entry?.value ?? null;
      drop(key);
      return null;
    },
    async put(key, value, ttlSeconds) {
      const time = now();
      drop(key);
      for (const [other, { expiresAt }] of entries) if (expiresAt <= time) drop(other);
      if (value.byteLength > maxBytes) return;
      for (const oldest of entries.keys()) {
        if (bytes + value.byteLength <= maxBytes) break;
        drop(oldest);
      }
      entries.set(key, { value, expiresAt: time + ttlSeconds * 1000 });
      bytes += value.byteLength;
    },
  };
}
