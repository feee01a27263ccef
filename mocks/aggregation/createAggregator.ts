import type { MsdAggregation, TraceDomain, TraceParams } from '../../src/protocol/index.js';
import type { DetectionRow, RowBatch } from '../ports.js';
import { createBackwardAggregator } from './backward.js';
import { readDetection } from './detection.js';
import { createForwardAggregator } from './forward.js';

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

/**
 * Computes the figures of an MSD trace batch by batch, as the contract defines them. It keeps sets
 * of lot numbers per machine and material, so that memory grows with those, not with the rows. The
 * result does not depend on the order of batches, nor of rows.
 *
 * What the contract leaves open: a rate whose input is zero, and a cumulative percentage of no
 * defects, are 0; all percentages have 4 places; a name that is null or blank is 「(未知)」 in a
 * chart; bars of equal defects are sorted by name (UTF-16 order), 其他 always stands last.
 */
export function createAggregator(options: AggregatorOptions): Aggregator {
  const detection = readDetection(options);
  return options.params.direction === 'forward'
    ? createForwardAggregator(options.params, detection)
    : createBackwardAggregator(options, detection);
}
