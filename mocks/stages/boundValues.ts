import { SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import { ApiError } from '../http/ApiError.js';
import type { TraceSettings } from '../settings.js';
import type { TraceStages } from './TraceStages.js';

/**
 * Values of a body that a megabyte of heap holds in any shape. With the default heap they are more than
 * ids of 16 digits, with their lineage, are in the largest body.
 */
const VALUES_PER_HEAP_MB = 9_800;

const [COMMA, COLON, BRACKET, BRACE] = [0x2c, 0x3a, 0x5b, 0x7b];

/** No fewer than the values of a JSON text; what stands in its texts is counted, too. */
function countValues(bytes: Uint8Array): number {
  let count = 1;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === COMMA || byte === COLON || byte === BRACKET || byte === BRACE) count++;
  }
  return count;
}

/**
 * Stages that count the values of a body before they parse it: where the parser, which cannot be stopped,
 * runs out of its thread's heap, V8 ends the process.
 */
export function boundValues(
  stages: TraceStages,
  { stagesHeapMb }: Pick<TraceSettings, 'stagesHeapMb'>,
): TraceStages {
  const most = Math.floor(stagesHeapMb * VALUES_PER_HEAP_MB);
  return {
    async answer(request, signal) {
      const count = countValues(request.body);
      if (count <= most) return stages.answer(request, signal);
      throw new ApiError(
        400,
        SERVER_ERROR_CODES.invalidParams,
        `The body holds up to ${count} values and ${most} are taken (TRACE_STAGES_HEAP_MB); ask for fewer containers.`,
      );
    },
  };
}
