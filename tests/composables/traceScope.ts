import { createPinia, type Pinia } from 'pinia';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { createApp, effectScope, type EffectScope } from 'vue';
import { type TraceJob, useTraceProgress, type UseTraceProgressOptions } from '../../src/index.js';
import { type createTraceServer, lines, ndjson } from './traceServer.js';

/** A scope as a component has it, made anew for each test; an unhandled rejection fails the test. */
export const current = {} as { pinia: Pinia; scope: EffectScope };

const unhandled = vi.fn();
beforeEach(() => {
  current.pinia = createPinia();
  current.scope = effectScope(true);
  process.on('unhandledRejection', unhandled);
});
afterEach(async () => {
  current.scope.stop();
  await new Promise((resolve) => setTimeout(resolve));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

export function setup(
  server: Pick<ReturnType<typeof createTraceServer>, 'fetch'>,
  options: Partial<UseTraceProgressOptions> = {},
) {
  const app = createApp({}).use(current.pinia);
  return current.scope.run(() =>
    app.runWithContext(() =>
      useTraceProgress({
        profile: 'query_tool_reverse',
        domains: ['history', 'holds'],
        fetch: server.fetch,
        sleep: async (_ms, signal) => signal?.throwIfAborted(),
        ...options,
      }),
    ),
  )!;
}

/** The job that the server of most tests has, as it is kept. */
export const JOB: TraceJob = {
  jobId: 'job-1',
  statusUrl: '/job',
  streamUrl: '/job/stream',
  profile: 'query_tool_reverse',
  domains: ['history', 'holds'],
  seedCount: 2,
  containerCount: 4,
};

export const PARAMS = { resolve_type: 'gd_lot_id', values: ['S1', 'S2'] };
export const stream = (messages: readonly object[]) => () => ndjson(lines(messages));
