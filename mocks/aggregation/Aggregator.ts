import type { MsdAggregation, TraceDomain, TraceParams } from '../../src/protocol/index.js';
import type { DetectionRow, RowBatch } from '../ports.js';

export interface AggregatorOptions {
  params: TraceParams;
  seedContainerIds: readonly string[];
  /** Container id → all its ancestors; backward only. */
  ancestors: Readonly<Record<string, readonly string[]>>;
  /** Seed → name of its wafer root; backward only. */
  seedRoots: Readonly<Record<string, string>>;
  /** The detection rows of the seeds at the station; rows of other containers are ignored. */
  detection: readonly DetectionRow[];
}

export interface Aggregator {
  /** Counts a batch in, and keeps none of its rows. Batches may come in any order, each once. */
  add(domain: TraceDomain, batch: RowBatch): void;
  /** The figures of all batches so far. */
  finish(): MsdAggregation;
}
