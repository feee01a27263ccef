import type { DecodedBatch, LineDecoder } from '../../src/records/index.js';
import { rowsToJson } from './rowsToJson.js';

/** The rows as a line of the stream has them, decoded as the next batch of their domain. */
export function decodeRows(
  decoder: LineDecoder,
  domain: string,
  rows: readonly Record<string, unknown>[],
): DecodedBatch {
  const line = `{"type":"records","domain":"${domain}","count":${rows.length},"data":${rowsToJson(rows)}}`;
  return decoder.decode(new TextEncoder().encode(line)).batch!;
}
