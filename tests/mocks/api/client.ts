import type {
  EventsAnswer,
  EventsRequest,
  JobAccepted,
  JobStatus,
  LineageAnswer,
  SeedResolveAnswer,
  StreamMessage,
  TraceDomain,
  TraceParams,
  TraceProfile,
  TraceRow,
} from '../../../src/protocol/index.js';
import type { TraceSource } from '../../../mocks/ports.js';
import type { ApiHost } from './hosts.js';

export const MSD_PARAMS: TraceParams = {
  mode: 'date_range',
  start_date: '2025-09-01',
  end_date: '2026-02-27',
  direction: 'backward',
};

export function post(host: ApiHost, path: string, body: unknown): Promise<Response> {
  return host.request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

export async function postJson<T>(host: ApiHost, path: string, body: unknown): Promise<T> {
  const response = await post(host, path, body);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
  return JSON.parse(text) as T;
}

export async function getJson<T>(host: ApiHost, path: string): Promise<T> {
  const response = await host.request(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as T;
}

/** The body of the events stage, after the two stages before it. */
export async function prepareEvents(
  host: ApiHost,
  profile: TraceProfile,
  params: TraceParams,
  domains: TraceDomain[],
): Promise<EventsRequest> {
  const seeds = await postJson<SeedResolveAnswer>(host, '/api/trace/seed-resolve', {
    profile,
    params,
  });
  const seedIds = (seeds.seeds ?? []).map((seed) => seed.container_id);
  const lineage = await postJson<LineageAnswer>(host, '/api/trace/lineage', {
    profile,
    params,
    container_ids: seedIds,
  });
  const ids = new Set(seedIds);
  for (const id of ids) {
    for (const other of lineage.ancestors?.[id] ?? lineage.children_map?.[id] ?? []) ids.add(other);
  }
  const { ancestors, seed_roots } = lineage;
  return {
    profile,
    params,
    domains,
    container_ids: [...ids],
    seed_container_ids: seedIds,
    lineage: { ancestors, seed_roots },
  };
}

/** Starts a job and waits until it ends. */
export async function runToEnd(host: ApiHost, request: EventsRequest) {
  const accepted = await postJson<JobAccepted>(host, '/api/trace/events', request);
  for (;;) {
    const status = await getJson<JobStatus>(host, accepted.status_url);
    if (!['queued', 'started'].includes(status.status)) return { accepted, status };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function readMessages(host: ApiHost, path: string): Promise<StreamMessage[]> {
  const text = await (await host.request(path)).text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as StreamMessage);
}

export function rowsOf(messages: readonly StreamMessage[], domain: string): TraceRow[] {
  return messages.flatMap((message) =>
    message.type === 'records' && message.domain === domain ? message.data : [],
  );
}

/** Every row of a domain, straight from the source. */
export async function sourceRows(
  source: TraceSource,
  { container_ids: ids }: EventsRequest,
  domain: TraceDomain,
): Promise<TraceRow[]> {
  const rows: TraceRow[] = [];
  for await (const batch of source.fetchEvents(ids, domain, { batchSize: 1_000 })) {
    rows.push(...batch.rows());
  }
  return rows;
}

export async function readError(response: Response) {
  const body = (await response.json()) as {
    success: boolean;
    error: { code: string; message: string };
    meta: Record<string, unknown>;
  };
  return { ...body, status: response.status };
}

export type { EventsAnswer };
