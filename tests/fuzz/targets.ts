import { createApiTarget } from './apiTarget.js';
import { decoderTarget } from './decoderTarget.js';
import type { FuzzTarget } from './FuzzTarget.js';
import { splitterTarget } from './splitterTarget.js';

/** Makes each target by its name; an input of one is none of another. */
export const FUZZ_TARGETS: Record<string, () => FuzzTarget<never>> = {
  splitter: () => splitterTarget as FuzzTarget<never>,
  decoder: () => decoderTarget as FuzzTarget<never>,
  api: () => createApiTarget() as FuzzTarget<never>,
};
