import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTraceApp } from '../../mocks/app.js';
import { createSource } from '../../mocks/adapters/createSource.js';
import { ApiError } from '../../mocks/http/ApiError.js';
import { unpackJob } from '../../mocks/jobs/packJob.js';
import { createMemoryChunkStore } from '../../mocks/adapters/memory/memoryChunkStore.js';
import { openNodeStages } from '../../mocks/nodeStages.js';
import type { JobQueue, PackedJob } from '../../mocks/ports.js';
import { serveStages, type StagePort, type StageReply } from '../../mocks/stages/stageThread.js';
import { createThreadStages, type StageThread } from '../../mocks/stages/threadStages.js';
import type {
  OpenStages,
  StageAnswer,
  StageName,
  TraceStages,
} from '../../mocks/stages/TraceStages.js';
import { type TraceSettings } from '../../mocks/settings.js';
import { SETTINGS, SOURCE, STAGE_THREAD_URL } from './api/backend.js';
import { MSD_PARAMS, post, prepareEvents, readError } from './api/client.js';

const MSD = 'mid_section_defect';
const WAFER = { resolve_type: 'wafer_lot', values: ['WF000001', 'WF000002'] };
const opened: OpenStages[] = [];
afterEach(async () => {
  for (const { close } of opened.splice(0)) await close();
});

function openThread(settings: Partial<TraceSettings> = {}, log = vi.fn()): TraceStages {
  const stages = openNodeStages(SOURCE, { ...SETTINGS, ...settings }, log, STAGE_THREAD_URL);
  opened.push(stages);
  return stages.stages;
}

/** An app over stages, and the jobs that it queued. */
function hostOf(source: Parameters<typeof createTraceApp>[0]['source']) {
  const jobs: PackedJob[] = [];
  const queue: JobQueue = {
    enqueue: async (job) => void jobs.push(job as PackedJob),
    position: async () => null,
    cancel: async () => true,
    countWaiting: async () => 0,
    close: async () => undefined,
  };
  const store = createMemoryChunkStore({ ttlSeconds: 60, maxBytes: 1e6 });
  const randomUUID = () => '00000000-0000-4000-8000-000000000000';
  const app = createTraceApp({ source, store, queue, settings: SETTINGS, randomUUID });
  const request = async (path: string, init?: RequestInit) => app.request(path, init);
  return { request, jobs, close: async () => undefined };
}

/** What differs between two runs of the same request. */
const withoutIds = (text: string) => text.replace(/(seeds|trace-evt)-[0-9a-f-]+/g, '$1');

describe('stages in a thread of their own', () => {
  it('answer what the stages in this thread answer, byte by byte', async () => {
    const here = hostOf(createSource(SOURCE));
    const there = hostOf(openThread());
    const msd = await prepareEvents(here, MSD, MSD_PARAMS, ['upstream_history', 'materials']);
    const seeds = msd.seed_container_ids!;
    const few = await prepareEvents(here, 'query_tool', WAFER, ['history', 'holds', 'jobs']);
    const small = { ...msd, container_ids: msd.container_ids.slice(0, 60) };
    const cases: [StageName, unknown][] = [
      ['seed-resolve', { profile: MSD, params: MSD_PARAMS }],
      ['seed-resolve', { profile: 'query_tool', params: { ...WAFER, values: ['nobody'] } }],
      ['lineage', { profile: MSD, params: MSD_PARAMS, container_ids: seeds }],
      ['lineage', { profile: 'query_tool', container_ids: few.seed_container_ids }],
      ['events', few],
      ['events', small],
      ['events', msd],
      ['events', '{"profile":'],
      ['events', { ...few, domains: ['nothing'] }],
      ['lineage', { profile: 'nobody', container_ids: seeds }],
    ];
    for (const [stage, body] of cases) {
      const answers = await Promise.all(
        [here, there].map(async (host) => {
          const response = await post(host, `/api/trace/${stage}`, body);
          return { status: response.status, text: withoutIds(await response.text()) };
        }),
      );
      expect(answers[1], JSON.stringify(body).slice(0, 80)).toEqual(answers[0]);
    }
    const [plain, packed] = [here.jobs[0]!, there.jobs[0]!];
    expect(packed).toEqual({ ...plain, jobId: packed.jobId });
    expect(unpackJob(packed).containerIds).toEqual(msd.container_ids);
    expect(packed).toMatchObject({ profile: MSD, domains: msd.domains, cidCount: 400 });
  });

  it('writes to the log of the server, and tells the client no more than its own thread would', async () => {
    const log = vi.fn();
    const settings = { ...SETTINGS, eventsCidLimit: 100 };
    const stages = openThread(settings, log);
    const body = { profile: 'query_tool', domains: ['holds'], container_ids: ids(101) };
    const app = createTraceApp({
      source: stages,
      store: createMemoryChunkStore({ ttlSeconds: 60, maxBytes: 1e6 }),
      queue: null,
      settings,
    });
    const host = { request: async (p: string, i?: RequestInit) => app.request(p, i) };
    const error = await readError(await post({ ...host, close: none }, '/api/trace/events', body));
    expect(error).toMatchObject({ status: 413, error: { code: 'CID_LIMIT_EXCEEDED' } });
    const msd = { ...body, profile: MSD };
    expect((await post({ ...host, close: none }, '/api/trace/events', msd)).status).toBe(200);
    await vi.waitFor(() =>
      expect(log).toHaveBeenCalledWith('warning', expect.stringContaining('above the container'), {
        containers: 101,
        limit: 100,
      }),
    );
  });

  it('fail with a thread that runs out of memory, and start anew', async () => {
    const stages = openThread({ stagesHeapMb: 24 });
    const long = ids(150_000).map((id) => id.padEnd(200, 'x'));
    const huge = { profile: MSD, params: {}, container_ids: long };
    await expect(ask(stages, 'lineage', huge)).rejects.toThrow(/more than 24 MB.*STAGES_HEAP_MB/);
    const small = { profile: 'query_tool', container_ids: ['a'] };
    expect(await ask(stages, 'lineage', small)).toHaveProperty('body');
  });

  it.each([
    ['members', (i: number) => `"k${i}":0`, ['{', '}']],
    ['lists', (i: number) => `"k${i}":[]`, ['{', '}']],
    ['empty lists', () => '[]', ['{"container_ids":[', ']}']],
  ])('refuse a body of more %s than their heap could hold', async (_what, value, [from, to]) => {
    const stages = openThread({ stagesHeapMb: 48 });
    const values = Array.from({ length: 1_000_000 }, (_, i) => value(i));
    const body = new TextEncoder().encode(`${from}${values.join()}${to}`);
    const asked = { stage: 'lineage', body, hasQueue: false } as const;
    await expect(stages.answer(asked, never)).rejects.toMatchObject({
      status: 400,
      code: 'INVALID_PARAMS',
      message: expect.stringContaining('470400 are taken'),
    });
    const small = { profile: 'query_tool', container_ids: ids(10_000) };
    expect(await ask(stages, 'lineage', small)).toHaveProperty('body');
  });

  it('end what is under way when they are closed', async () => {
    const stages = openThread();
    const answer = await ask(stages, 'events', {
      profile: 'query_tool',
      domains: ['history'],
      container_ids: ids(50),
    });
    await opened.pop()!.close();
    if (!('body' in answer)) throw new Error('The events were queued.');
    await expect(answer.body(new AbortController().signal).next()).rejects.toThrow('ended');
  });
});

const none = async () => undefined;
const ids = (count: number) => Array.from({ length: count }, (_, i) => `id-${i}`);
function ask(stages: TraceStages, stage: StageName, body: unknown, signal = never) {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  return stages.answer({ stage, body: bytes, hasQueue: false }, signal);
}
const never = new AbortController().signal;

/** Both ends of the line in this thread, and what the far end has said. */
function inThisThread(stages: TraceStages) {
  const said: StageReply['type'][] = [];
  const busy: boolean[] = [];
  const start = (): StageThread => {
    const toParent: ((reply: StageReply) => void)[] = [];
    const toThread: Parameters<StagePort['onMessage']>[0][] = [];
    const port: StagePort = {
      post: (reply, transfer) => {
        said.push(reply.type);
        const copy = structuredClone(reply, { transfer });
        queueMicrotask(() => toParent.forEach((tell) => tell(copy)));
      },
      onMessage: (listener) => void toThread.push(listener),
    };
    serveStages(port, stages, async () => undefined);
    return {
      post: (message, transfer) => {
        const copy = structuredClone(message, { transfer });
        queueMicrotask(() => toThread.forEach((tell) => tell(copy)));
      },
      onMessage: (listener) => void toParent.push(listener),
      onDeath: () => undefined,
      setBusy: (isBusy) => void busy.push(isBusy),
      terminate: () => undefined,
    };
  };
  const thread = createThreadStages(start, () => undefined);
  opened.push(thread);
  return { stages: thread.stages, said, busy };
}

describe('the line to the thread of the stages', () => {
  it('makes nothing that nobody reads, and lets go of a body whose reader leaves', async () => {
    const steps: string[] = [];
    const { stages, said } = inThisThread({
      answer: async () => ({
        async *body(signal) {
          try {
            for (let i = 0; ; i++) {
              steps.push(`piece ${i}`);
              yield new Uint8Array(70_000);
            }
          } finally {
            steps.push(signal.aborted ? 'aborted' : 'left');
          }
        },
      }),
    });
    const left = new AbortController();
    const answer = await ask(stages, 'lineage', {});
    if (!('body' in answer)) throw new Error('No body.');
    const body = answer.body(left.signal);
    expect(steps).toEqual([]);
    expect((await body.next()).value).toHaveLength(70_000);
    await wait(5);
    expect(steps).toEqual(['piece 0']);
    left.abort();
    await body.return();
    await vi.waitFor(() => expect(steps).toEqual(['piece 0', 'aborted']));
    expect(said).toEqual(['body', 'pieces']);
  });

  it('lets go of a body that nobody began to read', async () => {
    const signals: AbortSignal[] = [];
    const { stages } = inThisThread({
      answer: async (_request, signal) => {
        signals.push(signal);
        return { body: async function* () {} };
      },
    });
    const left = new AbortController();
    const answer = await ask(stages, 'lineage', {});
    if ('body' in answer) answer.body(left.signal);
    left.abort();
    await vi.waitFor(() => expect(signals[0]?.aborted).toBe(true));
  });

  it('stops a query whose client left, at once on both sides', async () => {
    const stopped: unknown[] = [];
    const { stages, said, busy } = inThisThread({
      answer: (_request, signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            stopped.push('stopped');
            reject(signal.reason);
          });
        }),
    });
    const client = new AbortController();
    const answer = ask(stages, 'lineage', {}, client.signal);
    await wait(1);
    client.abort(new Error('left'));
    await expect(answer).rejects.toThrow('left');
    await vi.waitFor(() => expect(stopped).toEqual(['stopped']));
    await wait(1);
    expect(said).toEqual([]);
    expect(busy.at(-1)).toBe(false);
  });

  it('brings errors across: what is for the client, and what is for the log', async () => {
    const errors = [new ApiError(429, 'TOO_MANY_REQUESTS', 'Later.', { retry_after_seconds: 3 })];
    const { stages } = inThisThread({
      answer: async () => {
        throw errors.shift() ?? new RangeError('broken');
      },
    });
    const told = ask(stages, 'events', {});
    await expect(told).rejects.toBeInstanceOf(ApiError);
    await expect(told).rejects.toMatchObject({ status: 429, meta: { retry_after_seconds: 3 } });
    await expect(ask(stages, 'events', {})).rejects.toThrow(/^broken$/);
  });

  it('breaks a body off with the error that broke it', async () => {
    const { stages } = inThisThread({
      answer: async () => ({
        async *body() {
          yield 'x'.repeat(70_000);
          throw new Error('ORA-01555');
        },
      }),
    });
    const answer = await ask(stages, 'events', {});
    if (!('body' in answer)) throw new Error('No body.');
    const body = answer.body(never);
    expect((await body.next()).value).toHaveLength(70_000);
    await expect(body.next()).rejects.toThrow('ORA-01555');
  });
});

it('makes no body for a request that was stopped before it was answered', async () => {
  let answer: (made: StageAnswer) => void = () => undefined;
  const stages: TraceStages = {
    answer: () => new Promise<StageAnswer>((resolve) => (answer = resolve)),
  };
  const said: StageReply[] = [];
  let tell: Parameters<StagePort['onMessage']>[0] = () => undefined;
  const port: StagePort = {
    post: (reply) => void said.push(reply),
    onMessage: (listener) => (tell = listener),
  };
  serveStages(port, stages, async () => undefined);
  const request = { stage: 'lineage', body: new Uint8Array(2), hasQueue: false } as const;
  tell({ type: 'ask', id: 1, request });
  tell({ type: 'stop', id: 1 });
  const body = vi.fn();
  answer({ body });
  await new Promise((resolve) => setImmediate(resolve));
  expect(body).not.toHaveBeenCalled();
  expect(said).toEqual([]);
});
