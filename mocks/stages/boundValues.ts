import { SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import { ApiError } from '../http/ApiError.js';
import type { TraceSettings } from '../settings.js';
import type { TraceStages } from './TraceStages.js';

/**
 * Values of a body for each container that it may name: itself, and its part in seeds and lineage. As
 * many ids of 16 digits are larger than the body may be; the heap of the stages holds them in any shape.
 */
const VALUES_PER_ID = 2.5;
/** What a body may hold besides: names to look up, domains, params. */
const OTHER_VALUES = 20_000;

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
  { maxContainerIds }: Pick<TraceSettings, 'maxContainerIds'>,
): TraceStages {
  const most = Math.floor(maxContainerIds * VALUES_PER_ID) + OTHER_VALUES;
  return {
    async answer(request, signal) {
      const count = countValues(request.body);
      if (count <= most) return stages.answer(request, signal);
      throw new ApiError(
        400,
        SERVER_ERROR_CODES.invalidParams,
        `The body holds up to ${count} values and ${most} are taken; ask for fewer containers.`,
      );
    },
  };
}
