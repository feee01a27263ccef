import type { TraceRow } from '../src/protocol/index.js';
import type { RowBatch } from './ports.js';

/** A batch of row objects; its JSON is made when it is first asked for. */
export function batchFromRows(rows: readonly TraceRow[], containersDone: number): RowBatch {
  const json = once(() => ownBuffer(new TextEncoder().encode(JSON.stringify(rows))));
  return {
    rowCount: rows.length,
    containersDone,
    json,
    rows: () => rows,
    byContainer: once(() => groupByContainer(rows)),
  };
}

/** A batch whose JSON array a database made; it is parsed when its rows are first asked for. */
export function batchFromJson(
  bytes: Uint8Array,
  rowCount: number,
  containersDone: number,
): RowBatch {
  const rows = once(() => JSON.parse(new TextDecoder().decode(bytes)) as readonly TraceRow[]);
  return {
    rowCount,
    containersDone,
    json: once(() => ownBuffer(bytes)),
    rows,
    byContainer: once(() => groupByContainer(rows())),
  };
}

/** A chunk is transferred or stored with its buffer: an array that is part of a larger one is copied. */
function ownBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength
    ? new Uint8Array(buffer)
    : new Uint8Array(bytes);
}

function groupByContainer(rows: readonly TraceRow[]): ReadonlyMap<string, readonly TraceRow[]> {
  const groups = new Map<string, TraceRow[]>();
  for (const row of rows) {
    const id = String(row.CONTAINERID);
    const group = groups.get(id);
    if (group) group.push(row);
    else groups.set(id, [row]);
  }
  return groups;
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
