import { startRedisServer } from '../../bench/startRedis.mjs';
import { startServer, startWorker } from '../../bench/startProcess.mjs';
import type { RequestApp } from '../../mocks/faults.js';
import { forwardTo } from '../../mocks/faults/forwardTo.js';
import type {
  EventsRequest,
  JobAccepted,
  JobStatus,
  LineageAnswer,
  SeedResolveAnswer,
  TraceDomain,
  TraceParams,
  TraceProfile,
} from '../../src/protocol/index.js';
import {
  type ChaosTrace,
  type ChaosTraceSetup,
  expectedTexts,
  readUndisturbed,
} from './ChaosTrace.js';

const PARAMS: TraceParams = {
  mode: 'date_range',
  start_date: '2025-09-01',
  end_date: '2026-02-27',
  direction: 'backward',
};
const POLL_MS = 50;
const NO_LIMIT = '1000000000';

export interface RedisTracesOptions {
  batchSize: number;
  /** Containers of each trace. */
  containers: number;
}

/** The real server and worker, on a Redis of their own. */
export interface RedisTraces {
  traces: ChaosTrace[];
  stop(): Promise<void>;
}

async function startProcesses({ batchSize }: RedisTracesOptions) {
  const redis = await startRedisServer();
  const env = {
    REDIS_URL: redis.url,
    TRACE_STREAM_BATCH_SIZE: String(batchSize),
    TRACE_ASYNC_CID_THRESHOLD: '0',
    TRACE_JOB_TTL_SECONDS: '86400',
    TRACE_SEED_RATE_LIMIT_MAX_REQUESTS: NO_LIMIT,
    TRACE_LINEAGE_RATE_LIMIT_MAX_REQUESTS: NO_LIMIT,
    TRACE_EVENTS_RATE_LIMIT_MAX_REQUESTS: NO_LIMIT,
    TRACE_JOB_RATE_LIMIT_MAX_REQUESTS: NO_LIMIT,
    TRACE_SOURCE: 'synthetic',
    TRACE_SYNTHETIC_CONTAINERS: '2000',
  };
  const [server, worker] = await Promise.all([startServer(env), startWorker(env)]);
  const stop = async () => {
    await Promise.all([server.stop(), worker.stop()]);
    await redis.stop();
  };
  return { url: server.url, stop };
}

function post(app: RequestApp, path: string, body: unknown): Promise<Response> {
  const init = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  };
  return Promise.resolve(app.fetch(new Request(`http://chaos.test${path}`, init)));
}

async function postTo<T>(app: RequestApp, path: string, body: unknown): Promise<T> {
  const answer = await post(app, path, body);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

interface Asked {
  name: string;
  profile: TraceProfile;
  domains: readonly TraceDomain[];
  /** As small a stream as the client takes. */
  isCompressed: boolean;
  /** Each run has a job of its own, which it follows while it is at work. */
  isFollowed?: boolean;
}

const TRACES: readonly Asked[] = [
  {
    name: 'Redis, query_tool_reverse',
    profile: 'query_tool_reverse',
    domains: ['history', 'materials', 'upstream_history'],
    isCompressed: false,
  },
  {
    name: 'Redis, query_tool_reverse, compressed',
    profile: 'query_tool_reverse',
    domains: ['history', 'materials', 'upstream_history'],
    isCompressed: true,
  },
  {
    name: 'Redis, query_tool_reverse, compressed, at work',
    profile: 'query_tool_reverse',
    domains: ['history', 'materials', 'upstream_history'],
    isCompressed: true,
    isFollowed: true,
  },
  {
    name: 'Redis, MSD with its aggregation, compressed',
    profile: 'mid_section_defect',
    domains: ['upstream_history', 'materials', 'history'],
    isCompressed: true,
  },
];

/** Runs a job to its end; its answers to the three stages, which every run is then given. */
async function runJob(app: RequestApp, { profile, domains }: Asked, containers: number) {
  const asked = { profile: 'mid_section_defect', params: PARAMS } as const;
  const seeds = await postTo<SeedResolveAnswer>(app, '/api/trace/seed-resolve', asked);
  const all = (seeds.seeds ?? []).map((seed) => seed.container_id);
  const seedIds = all.slice(0, containers);
  const lineage = await postTo<LineageAnswer>(app, '/api/trace/lineage', {
    ...asked,
    container_ids: seedIds,
  });
  const request: EventsRequest = {
    profile,
    params: PARAMS,
    domains: [...domains],
    container_ids: seedIds,
    seed_container_ids: seedIds,
    lineage: { ancestors: lineage.ancestors, seed_roots: lineage.seed_roots },
  };
  const accepted = await postTo<JobAccepted>(app, '/api/trace/events', request);
  const statusUrl = `http://chaos.test${accepted.status_url}`;
  for (;;) {
    const status = (await (await app.fetch(new Request(statusUrl))).json()) as JobStatus;
    if (status.status === 'finished') return { seeds, lineage, request, accepted };
    if (status.status === 'failed') throw new Error(`The job failed: ${status.error}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** The server of a job that was run once, unless it is followed: chaos is in the reading. */
function replay(
  server: RequestApp,
  { seeds, lineage, request: events, accepted }: Awaited<ReturnType<typeof runJob>>,
  { isCompressed, isFollowed }: Asked,
): RequestApp {
  return {
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname.endsWith('/seed-resolve')) return Response.json(seeds);
      if (pathname.endsWith('/lineage')) return Response.json(lineage);
      if (pathname.endsWith('/events')) {
        if (isFollowed) return post(server, pathname, events);
        return Response.json(accepted, { status: 202 });
      }
      if (isCompressed) return server.fetch(request);
      const headers = new Headers(request.headers);
      headers.set('Accept-Encoding', 'identity');
      return server.fetch(new Request(request, { headers }));
    },
  };
}

/** Traces of the real server: HTTP over the loopback, results in Redis, jobs run by the real worker. */
export async function startRedisTraces(options: RedisTracesOptions): Promise<RedisTraces> {
  const { url, stop } = await startProcesses(options);
  const server = forwardTo(url);
  const traces: ChaosTrace[] = [];
  for (const asked of TRACES) {
    const { name, profile, domains, isFollowed } = asked;
    const job = await runJob(server, asked, options.containers);
    const setup: ChaosTraceSetup = {
      name,
      profile,
      domains,
      app: replay(server, job, asked),
      batchSize: options.batchSize,
      offersCursors: true,
      offersPages: true,
      isFollowed,
    };
    const read = await readUndisturbed(setup, job.accepted.stream_url!);
    traces.push({ ...setup, ...read, expectedText: expectedTexts(read.expected), lost: new Map() });
  }
  return { traces, stop };
}
