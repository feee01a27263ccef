import type { MsdAggregation, TraceDomain, TraceParams } from '../../src/protocol/index.js';
import type { RowBatch } from '../ports.js';
import type { Detection } from './detection.js';

/** Pairs of a text and a value: an object, or what can be walked as often as one likes. */
export type Pairs<T> = Readonly<Record<string, T>> | Iterable<readonly [string, T]>;

export interface AggregatorOptions {
  params: TraceParams;
  /** Container id → all its ancestors; backward only. */
  ancestors: Pairs<readonly string[]>;
  /** Seed → name of its wafer root; backward only. */
  seedRoots: Pairs<string>;
  /** What was found at the station: see `createDetectionReader`. */
  detection: Detection;
}

export function pairsOf<T>(pairs: Pairs<T>): Iterable<readonly [string, T]> {
  return Symbol.iterator in pairs ? pairs : Object.entries(pairs);
}

export interface Aggregator {
  /** Counts a batch in, and keeps none of its rows. Batches may come in any order, each once. */
  add(domain: TraceDomain, batch: RowBatch): void;
  /** The figures of all batches so far. */
  finish(): MsdAggregation;
}
