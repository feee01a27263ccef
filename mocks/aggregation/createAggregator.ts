import type { Aggregator, AggregatorOptions } from './Aggregator.js';
import { createBackwardAggregator } from './backward.js';
import { createForwardAggregator } from './forward.js';

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
  const { detection } = options;
  return options.params.direction === 'forward'
    ? createForwardAggregator(options.params, detection)
    : createBackwardAggregator(options, detection);
}
