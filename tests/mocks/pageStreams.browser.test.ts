import { setupWorker } from 'msw/browser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMockBackend, createTraceHandlers } from '../../mocks/browser.js';
import { MSD_PARAMS, prepareEvents, runToEnd } from './api/client.js';

const limit = { maxRequests: 1_000, windowSeconds: 60 };
const { app, close } = createMockBackend({
  source: { containers: 8_000 },
  settings: {
    asyncCidThreshold: 50,
    rateLimits: { seed: limit, lineage: limit, events: limit, job: limit },
  },
});
const worker = setupWorker(...createTraceHandlers(app));
const host = {
  request: (path: string, init?: RequestInit) => fetch(path, init),
  close: async () => undefined,
};

beforeAll(() => worker.start({ quiet: true, onUnhandledRequest: 'bypass' }));
afterAll(async () => {
  worker.stop();
  await close();
});

it('a page that leaves its streams in the middle can open as many as it likes', async () => {
  const domains = ['upstream_history', 'materials'] as const;
  const request = await prepareEvents(host, 'mid_section_defect', MSD_PARAMS, [...domains]);
  const { accepted } = await runToEnd(host, request);
  for (let i = 0; i < 10; i++) {
    const left = new AbortController();
    const answer = await fetch(accepted.stream_url!, { signal: left.signal });
    expect(answer.status, `stream ${i}`).toBe(200);
    await answer.body!.getReader().read();
    left.abort();
  }
});
