import type { DecodedBatch, LineDecoder } from '../../src/records/index.js';

/** The rows as a line of the stream has them, decoded as the next batch of their domain. */
export function decodeRows(
  decoder: LineDecoder,
  domain: string,
  rows: readonly Record<string, unknown>[],
): DecodedBatch {
  const line = JSON.stringify({ type: 'records', domain, count: rows.length, data: rows });
  return decoder.decode(new TextEncoder().encode(line)).batch!;
}
