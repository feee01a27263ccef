import { nextTask } from '../../nextTask.js';
import type { DetectionQuery, DetectionRow, TraceSource } from '../../ports.js';
import { addDetectionRows } from './detectionRows.js';
import { fetchEvents } from './events.js';
import { createFactory, type Factory } from './factory.js';
import { fetchLineage } from './lineage.js';
import { groupOfStation, resolveSeeds } from './seeds.js';

export interface SyntheticOptions {
  /** Another whole number, another factory. @default 1 */
  seed?: number;
  /** Containers of the factory, a whole number from 1. @default 114892 */
  containers?: number;
}

const MAX_CONTAINERS = 2 ** 31 - 1;
const CONTAINERS_A_FETCH = 500;

/**
 * A factory that is computed, not stored: the same options give the same rows, and each container's
 * are made from its number alone, in any order, whatever the size of the factory.
 *
 * It takes one parameter more than the contract knows: `params.containers`, a whole number from 1,
 * limits the seeds to the first ⌈n / 20⌉ families, so that an MSD trace backward over all days
 * reaches n containers (to the next 20).
 *
 * Throws TypeError for options that are no whole numbers.
 *
 * @example
 * const source = createSyntheticSource({ containers: 5000 });
 * const { seeds } = await source.resolveSeeds({ profile: 'mid_section_defect', params: {} });
 */
export function createSyntheticSource(options: SyntheticOptions = {}): TraceSource {
  const { seed = 1, containers = 114_892 } = options;
  if (!Number.isSafeInteger(seed)) {
    throw new TypeError(`createSyntheticSource: seed must be a whole number, not ${seed}.`);
  }
  if (!Number.isInteger(containers) || containers < 1 || containers > MAX_CONTAINERS) {
    throw new TypeError(
      `createSyntheticSource: containers must be a whole number from 1 to ${MAX_CONTAINERS}, not ${containers}.`,
    );
  }
  const factory = createFactory(seed, containers);
  return {
    resolveSeeds: (query) => resolveSeeds(factory, query),
    fetchLineage: (query) => fetchLineage(factory, query),
    fetchDetection: (query) => fetchDetection(factory, query),
    fetchEvents: (ids, domain, fetchOptions) => fetchEvents(factory, ids, domain, fetchOptions),
  };
}

async function* fetchDetection(
  factory: Factory,
  { containerIds, station, signal }: DetectionQuery,
): AsyncGenerator<readonly DetectionRow[], void, undefined> {
  const group = groupOfStation(station);
  for (let start = 0; start < containerIds.length; start += CONTAINERS_A_FETCH) {
    await nextTask(signal);
    const rows: DetectionRow[] = [];
    for (const id of containerIds.slice(start, start + CONTAINERS_A_FETCH)) {
      const lot = factory.lotOfId(id);
      if (lot) addDetectionRows(factory, lot, group, rows);
    }
    if (rows.length > 0) yield rows;
  }
}
