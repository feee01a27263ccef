import type { TraceDomain, TraceRow } from '../../../src/protocol/index.js';
import { nextTask } from '../../nextTask.js';
import type { FetchEventsOptions, RowBatch } from '../../ports.js';
import { batchFromRows } from '../../rowBatch.js';
import type { Factory, Lot } from './factory.js';
import { addJobs } from './jobRows.js';
import { addHistory, addMaterials, addUpstreamHistory } from './processRows.js';
import { addDownstreamRejects, addHolds, addRejects } from './qualityRows.js';

/** How each domain makes the rows of one container. */
const ADD_ROWS: Record<TraceDomain, (lot: Lot, rows: TraceRow[], factory: Factory) => void> = {
  history: addHistory,
  materials: addMaterials,
  rejects: addRejects,
  holds: addHolds,
  jobs: addJobs,
  upstream_history: addUpstreamHistory,
  downstream_rejects: addDownstreamRejects,
};
/** Containers between two looks at the signal where they fill no batch. */
const CONTAINERS_A_TASK = 1000;

export async function* fetchEvents(
  factory: Factory,
  containerIds: readonly string[],
  domain: TraceDomain,
  { batchSize, signal }: FetchEventsOptions,
): AsyncGenerator<RowBatch, void, undefined> {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new TypeError(`fetchEvents: batchSize must be a whole number from 1, not ${batchSize}.`);
  }
  const addRows = ADD_ROWS[domain];
  let rows: TraceRow[] = [];
  let sinceTask = 0;
  await nextTask(signal);
  for (const [done, id] of containerIds.entries()) {
    const lot = factory.lotOfId(id);
    if (lot) addRows(lot, rows, factory);
    // A full batch waits for the next row: only then is it known not to be the last.
    while (rows.length > batchSize) {
      yield batchFromRows(rows.slice(0, batchSize), done);
      rows = rows.slice(batchSize);
      await nextTask(signal);
      sinceTask = 0;
    }
    if (++sinceTask === CONTAINERS_A_TASK) {
      await nextTask(signal);
      sinceTask = 0;
    }
  }
  if (rows.length > 0) yield batchFromRows(rows, containerIds.length);
}
