import { createTraceMeter } from '../../src/composables/useTraceProgress/createTraceMeter.js';
import type { TraceRun } from '../../src/composables/useTraceProgress/TraceRun.js';
import { createDecoderHere } from '../../src/worker/decodeHere.js';

/** What a test says of its run: what is asked for, of whom, and where the rows go. */
type Asked = Pick<TraceRun, 'request' | 'writer' | 'notify' | 'dropRows'> & {
  fetch: typeof globalThis.fetch;
  sleep?: () => Promise<void>;
};

/** A run that is never given up, decodes here and waits for nothing. */
export function createTestRun({ fetch, sleep = async () => undefined, ...asked }: Asked): TraceRun {
  return {
    ...asked,
    transport: { baseUrl: '', headers: {}, fetch, poll: { sleep } },
    signal: new AbortController().signal,
    meter: createTraceMeter(() => 0),
    decoder: createDecoderHere(),
    breathe: async () => undefined,
    enter: () => undefined,
    onCancel: () => undefined,
    onResume: () => undefined,
    onJob: () => undefined,
  };
}
