import { mount, type VueWrapper } from '@vue/test-utils';
import { http, HttpResponse } from 'msw';
import { setupWorker } from 'msw/browser';
import { createPinia } from 'pinia';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { defineComponent, h } from 'vue';
import { createMockBackend, createTraceHandlers } from '../../mocks/browser.js';
import {
  TraceProgress,
  TraceTable,
  useTraceProgress,
  type UseTraceProgressReturn,
} from '../../src/index.js';

/** What a user's own component tests look like: the library's parts against streams mocked by MSW. */
const { app, close } = createMockBackend({
  source: { containers: 400 },
  settings: { asyncCidThreshold: 50, streamBatchSize: 300 },
});
const worker = setupWorker(...createTraceHandlers(app));
let wrapper: VueWrapper | undefined;
let trace: UseTraceProgressReturn;

beforeAll(() => worker.start({ quiet: true, onUnhandledRequest: 'bypass' }));
afterEach(() => {
  wrapper?.unmount();
  worker.resetHandlers();
});
afterAll(async () => {
  worker.stop();
  await close();
});

const TracePage = defineComponent(() => {
  trace = useTraceProgress({ profile: 'mid_section_defect', pollIntervalMs: 30 });
  return () => [
    h(TraceProgress, { trace, locale: 'en' }),
    ...trace.store.domains.map(({ name, rowCount }) =>
      h('div', { style: 'height: 200px' }, [
        h(TraceTable, {
          table: trace.store.tables.get(name)!,
          rowCount,
          label: name,
          locale: 'en',
        }),
      ]),
    ),
  ];
});

const PARAMS = { mode: 'date_range', start_date: '2025-09-01', end_date: '2026-02-27' } as const;

/** A server whose jobs can be polled only. */
const withoutFollow = http.post('*/api/trace/events', async ({ request }) => {
  const answer = await app.fetch(request);
  const body = (await answer.json()) as Record<string, unknown>;
  return HttpResponse.json({ ...body, follow: undefined }, { status: answer.status });
});

function open(): VueWrapper {
  wrapper = mount(TracePage, { attachTo: document.body, global: { plugins: [createPinia()] } });
  return wrapper;
}

it('fills its tables from a job that runs in a Web Worker', async () => {
  const page = open();
  const state = await trace.execute(PARAMS);
  expect(state).toMatchObject({ status: 'complete', containerCount: 400 });
  await vi.waitFor(() => {
    const tables = page.findAll('[role=table]').map((table) => table.attributes('aria-rowcount'));
    expect(tables).toEqual(['4001', '2001']);
  });
  expect(page.text()).toContain('Complete');
  expect(page.find('[role=progressbar]').attributes('aria-valuenow')).toBe('100');
  expect(trace.store.aggregation?.kpi).toBeDefined();
});

it('shows what a cut stream lacks, and keeps its rows', async () => {
  worker.use(
    http.get('*/api/trace/job/:id/stream', async ({ request }) => {
      const whole = await (await app.fetch(request)).text();
      // a server without cursors, whose pages have expired: nothing to go on with
      const given = whole.replaceAll(/"cursor":"[^"]*",/g, '');
      const lines = given.split('\n').filter((line) => !line.includes('"type":"progress"'));
      const third = lines.findIndex((line) => line.includes('"upstream_history","batch":2'));
      const half = lines.slice(0, third + 1).join('\n');
      return new HttpResponse(half, { headers: { 'Content-Type': 'application/x-ndjson' } });
    }),
    http.get('*/api/trace/job/:id/result', () =>
      HttpResponse.json({ error: 'It is gone.', code: 'JOB_RESULT_EXPIRED' }, { status: 404 }),
    ),
  );
  const page = open();
  expect(await trace.execute(PARAMS)).toMatchObject({ status: 'incomplete' });
  await vi.waitFor(() =>
    expect(page.text()).toContain('The rows shown are not all of the result.'),
  );
  expect(page.text()).toMatch(/Upstream history: broke off (at 900 of 4,000|after 900) rows/);
});

it('shows why a job failed and what to do', async () => {
  worker.use(
    withoutFollow,
    http.get('*/api/trace/job/:id', () =>
      HttpResponse.json({ job_id: 'x', status: 'failed', error: 'ORA-01555' }),
    ),
  );
  const page = open();
  expect(await trace.execute(PARAMS)).toMatchObject({ status: 'failed', stage: 'events' });
  await vi.waitFor(() => expect(page.text()).toContain('ORA-01555'));
});

it('ends the job on the server when the user cancels', async () => {
  const ended = vi.fn();
  worker.use(
    withoutFollow,
    http.get('*/api/trace/job/:id', () =>
      HttpResponse.json({ job_id: 'x', status: 'started', pct: 10 }),
    ),
    http.delete('*/api/trace/job/:id', ({ request }) => {
      ended();
      return app.fetch(request);
    }),
  );
  const page = open();
  const done = trace.execute(PARAMS);
  await vi.waitFor(() => expect(trace.state.value.status).toBe('running'), { timeout: 10_000 });
  await vi.waitFor(() => expect(trace.metrics.value.percent).toBe(10));
  const cancel = page.findAll('button').find((button) => button.text() === 'Cancel')!;
  await cancel.trigger('click');
  expect(await done).toMatchObject({ status: 'cancelled' });
  await vi.waitFor(() => expect(ended).toHaveBeenCalledTimes(1));
  expect(trace.notices.value).toEqual([]);
});
