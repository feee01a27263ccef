/** How far one domain of a stream has come. */
export interface DomainPosition {
  /** Batches sent; the next one has this number. */
  batches: number;
  /** Rows sent. */
  rows: number;
  /** `domain_start` was sent on this connection. */
  begun: boolean;
  /** `domain_end` was sent, on this connection or before. */
  ended: boolean;
}

/** A cursor that is none of this result. */
export class CursorMismatchError extends Error {
  override readonly name = 'CursorMismatchError';
}

/** Domain, batches, rows, 1 where it has ended. */
type CursorEntry = [domain: string, batches: number, rows: number, ended: 0 | 1];

/** Where a stream of one attempt's result stands; its cursor names the place to any later one. */
export class StreamPosition {
  readonly #domains = new Map<string, DomainPosition>();

  constructor(
    readonly jobId: string,
    /** Empty while none has begun. */
    public attempt: string,
  ) {}

  /**
   * The position behind the line that had this cursor.
   * @throws CursorMismatchError where it is none, or of another job, attempt or domain
   */
  static at(
    cursor: string,
    jobId: string,
    attempt: string,
    domains: readonly string[],
  ): StreamPosition {
    const position = new StreamPosition(jobId, attempt);
    const { owner, entries } = readCursor(cursor);
    if (owner[0] !== jobId || owner[1] !== attempt) throw mismatch();
    for (const [domain, batches, rows, ended] of entries) {
      if (!domains.includes(domain)) throw mismatch();
      position.#domains.set(domain, { batches, rows, begun: false, ended: ended === 1 });
    }
    return position;
  }

  of(domain: string): DomainPosition {
    const known = this.#domains.get(domain);
    if (known) return known;
    const made = { batches: 0, rows: 0, begun: false, ended: false };
    this.#domains.set(domain, made);
    return made;
  }

  /** Rows of all domains. */
  get rows(): number {
    let rows = 0;
    for (const domain of this.#domains.values()) rows += domain.rows;
    return rows;
  }

  cursor(): string {
    const entries = [...this.#domains].map(([domain, { batches, rows, ended }]): CursorEntry => [
      domain,
      batches,
      rows,
      ended ? 1 : 0,
    ]);
    const bytes = new TextEncoder().encode(JSON.stringify([this.jobId, this.attempt, ...entries]));
    return btoa(String.fromCharCode(...bytes))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
  }
}

function mismatch(): CursorMismatchError {
  return new CursorMismatchError(
    'The cursor belongs to another result, or to an earlier attempt at this one; read the stream from its start.',
  );
}

function readCursor(cursor: string): { owner: unknown[]; entries: CursorEntry[] } {
  let values: unknown;
  try {
    const binary = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    values = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw mismatch();
  }
  if (!Array.isArray(values)) throw mismatch();
  const [jobId, attempt, ...entries] = values as unknown[];
  if (!entries.every(isEntry)) throw mismatch();
  return { owner: [jobId, attempt], entries };
}

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;

function isEntry(value: unknown): value is CursorEntry {
  if (!Array.isArray(value) || value.length !== 4) return false;
  const [domain, batches, rows, ended] = value as unknown[];
  return typeof domain === 'string' && isCount(batches) && isCount(rows) && isCount(ended);
}
