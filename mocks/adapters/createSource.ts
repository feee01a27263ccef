import type { TraceSource } from '../ports.js';
import { createSyntheticSource } from './synthetic/index.js';

/** Plain data that names a source, so that a thread of its own can open the same one. */
export interface SourceOptions {
  kind: 'synthetic';
  /** Containers that the factory has. */
  containers: number;
  seed: number;
}

export function createSource({ containers, seed }: SourceOptions): TraceSource {
  return createSyntheticSource({ containers, seed });
}
