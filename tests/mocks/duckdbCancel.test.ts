import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSource } from '../../mocks/adapters/createSource.js';
import { type JobAccepted, type JobStatus, jobPath } from '../../src/protocol/index.js';
import { getJson, postJson, readMessages, rowsOf } from './api/client.js';
import { seededDatabase } from './support/duckdbFactory.js';
import { type BackendProcess, startProcess } from './support/processes.js';
import { detectedSeeds } from './support/syntheticFactory.js';

const CONTAINERS = 3_000;
let server: BackendProcess | undefined;
afterEach(() => server?.close());

const statusOf = (host: BackendProcess, jobId: string) => getJson<JobStatus>(host, jobPath(jobId));

describe('a server that runs jobs on DuckDB itself', { timeout: 90_000 }, () => {
  it('lives on when a job is cancelled in the middle of its queries, and runs the next one', async () => {
    const path = await seededDatabase(CONTAINERS);
    const source = createSource({ kind: 'synthetic', containers: CONTAINERS, seed: 1 });
    const ids = (await detectedSeeds(source)).map((seed) => seed.container_id);
    const host = await startProcess('server', {
      TRACE_SOURCE: `duckdb:${path}`,
      TRACE_ASYNC_CID_THRESHOLD: '10',
      TRACE_STREAM_BATCH_SIZE: '20',
      TRACE_JOB_RATE_LIMIT_MAX_REQUESTS: '100000',
    });
    server = host;
    const request = {
      ...{ profile: 'query_tool', params: {}, domains: ['history'] },
      ...{ container_ids: ids, seed_container_ids: [], lineage: {} },
    };
    const start = () => postJson<JobAccepted>(host, '/api/trace/events', request);
    const { job_id: cancelled } = await start();
    await vi.waitFor(
      async () => expect((await statusOf(host, cancelled!)).pct).toBeGreaterThan(0),
      { timeout: 20_000, interval: 2 },
    );
    const answer = await host.request(jobPath(cancelled!), { method: 'DELETE' });
    expect(await answer.json()).toEqual({ job_id: cancelled, status: 'cancelled' });

    const { job_id: next } = await start();
    await vi.waitFor(
      async () => expect(await statusOf(host, next!)).toMatchObject({ status: 'finished' }),
      { timeout: 60_000, interval: 50 },
    );
    expect(await statusOf(host, cancelled!)).toMatchObject({ status: 'cancelled' });
    const messages = await readMessages(host, `${jobPath(next!)}/stream`);
    expect(messages.at(-1)).toMatchObject({ type: 'complete' });
    expect(new Set(rowsOf(messages, 'history').map((row) => row.CONTAINERID))).toEqual(
      new Set(ids),
    );
    expect(await host.stop()).toBe(0);
  });
});
