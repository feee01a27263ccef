import { ColumnTable } from '../ColumnTable.js';
import { FIRST_CODE } from '../columnChunk.js';
import type { DecodedBatch } from '../DecodedBatch.js';
import { RecordView } from './RecordView.js';

const BATCHES = 24;
const BATCH_ROWS = 5_000;
const ENTRIES = 256;
const TEXT_LENGTH = 4;
/** Work at a time, ms: an idle period may be long, and another process may want the processor meanwhile. */
const SLICE_MS = 4;

/** A text column of the dictionary and one of whole numbers. */
function sampleBatch(index: number): DecodedBatch {
  const codes = Uint16Array.from(
    { length: BATCH_ROWS },
    (_, i) => FIRST_CODE + ((7 * i) % ENTRIES),
  );
  const numbers = Int32Array.from({ length: BATCH_ROWS }, (_, i) => (7_919 * i) % 100_000);
  const texts = Array.from({ length: ENTRIES }, (_, i) => String(1_000 + ((37 * i) % ENTRIES)));
  const increment = {
    from: 0,
    bytes: new TextEncoder().encode(texts.join('')),
    ends: Uint32Array.from(texts, (_, i) => TEXT_LENGTH * (i + 1)),
    isToken: new Uint8Array(ENTRIES),
  };
  return {
    rowCount: BATCH_ROWS,
    columns: [
      { name: 'text', chunk: { kind: 'code', codes }, increment: index === 0 ? increment : null },
      { name: 'number', chunk: { kind: 'number', numbers, flags: null }, increment: null },
    ],
    nonFiniteNumbers: 0,
  };
}

/** Work goes on, a little at a time, while the page has nothing else to do. */
function createIdleYielder(): () => Promise<void> {
  let since = -Infinity;
  return async () => {
    if (performance.now() - since < SLICE_MS) return;
    await new Promise((resolve) => requestIdleCallback(resolve));
    since = performance.now();
  };
}

/**
 * Has the engine compile the loops over rows before somebody waits for them: cold, the first view of a
 * million rows takes half as long again. Does nothing where the browser cannot tell when it is idle.
 */
export async function warmUp(): Promise<void> {
  if (typeof requestIdleCallback === 'undefined') return;
  const breathe = createIdleYielder();
  await breathe();
  const table = new ColumnTable();
  for (let index = 0; index < BATCHES; index++) table.append(sampleBatch(index));
  const view = new RecordView(table, { breathe });
  await view.update({ sort: [{ column: 'text' }] });
  await view.update({ sort: [{ column: 'number' }] });
  await view.update({ filter: [{ column: 'text', text: '17' }] });
}
