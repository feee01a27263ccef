import type { MessageHeader } from './messageHeader.js';

/** More lines are not remembered: one that comes again is then told as one that is out of place. */
const MOST_LINES = 10_000;

/** Which lines the rest of a stream says again, and by which fields they are known. */
const KEYS: Record<string, (header: MessageHeader) => unknown> = {
  meta: () => '',
  domain_start: ({ domain }) => domain,
  domain_end: ({ domain }) => domain,
  aggregation: () => '',
  warning: (header) => header,
  quality_meta: (header) => header,
};

/**
 * Knows the lines again that the rest of a stream repeats: `meta`, the marks of domains that had not
 * ended at the cursor, and what stood behind the last row.
 */
export class RepeatedLines {
  readonly #seen = new Set<string>();
  #repeatable = new Set<string>();

  /** Another stream begins: each line so far may come once more. */
  resume(): void {
    this.#repeatable = new Set(this.#seen);
  }

  /** Whether a line came before; takes note of it where it did not. */
  has(header: MessageHeader): boolean {
    if (!Object.hasOwn(KEYS, header.type)) return false;
    const key = JSON.stringify([header.type, KEYS[header.type]!(header)]);
    if (this.#repeatable.delete(key)) return true;
    if (this.#seen.size < MOST_LINES) this.#seen.add(key);
    return false;
  }
}
