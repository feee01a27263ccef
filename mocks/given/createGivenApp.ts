import {
  directionOf,
  type EventsRequest,
  type LineageRequest,
  type MsdAggregation,
  SERVER_ERROR_CODES,
  STAGE_PATHS,
  type TraceProfile,
  type TraceRow,
} from '../../src/protocol/index.js';
import { pythonJson } from './pythonJson.js';
import { joinTexts, streamBody } from '../http/streamBody.js';

export interface GivenAppOptions {
  /** The rows of each domain, whatever is asked for. */
  domains: Readonly<Record<string, readonly TraceRow[]>>;
  /** Rows a batch. @default 5000 */
  batchSize?: number;
  /** Whether there is a `/result`; where not it answers 404 NOT_FOUND. @default true */
  offersPages?: boolean;
  /** Chunks that have expired, by domain: the stream skips them without a word, pages lack their rows. */
  expiredChunks?: Readonly<Record<string, readonly number[]>>;
  /** Of MSD. */
  aggregation?: MsdAggregation;
}

/** A server of the trace API. */
export interface GivenApp {
  fetch(request: Request): Promise<Response>;
}

const PLAIN = { plainAnswer: true };
/** A piece of the stream holds some lines, as on a network. */
const PIECE_LENGTH = 8_192;
const SEED = 'c0000000000000a1';

function answer(body: unknown, status = 200): Response {
  const headers = { 'Content-Type': 'application/json' };
  return new Response(pythonJson(body, PLAIN), { status, headers });
}

function refusal(status: number, code: string, message: string): Response {
  return answer({ error: message, code }, status);
}

/** Job ids of the DashBoard: `trace-evt-` and 12 hex digits. */
function newJobId(): string {
  return `trace-evt-${crypto.randomUUID().replaceAll('-', '').slice(0, 12)}`;
}

class GivenServer implements GivenApp {
  readonly #jobs = new Map<string, Pick<EventsRequest, 'profile' | 'domains'>>();
  readonly #options: GivenAppOptions;

  constructor(options: GivenAppOptions) {
    this.#options = options;
  }

  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method === 'POST') return this.#stage(pathname, request);
    const [, jobId, part] =
      /\/api\/trace\/job\/([^/]+)(?:\/(stream|result))?$/.exec(pathname) ?? [];
    const job = jobId === undefined ? undefined : this.#jobs.get(jobId);
    if (request.method !== 'GET' || jobId === undefined || job === undefined) {
      return refusal(404, SERVER_ERROR_CODES.jobNotFound, 'Job not found or expired');
    }
    if (part === 'stream') return this.#stream(jobId, job);
    return part === 'result' ? this.#result(job.domains, searchParams) : this.#status(jobId, job);
  }

  async #stage(pathname: string, request: Request): Promise<Response> {
    if (pathname.endsWith(STAGE_PATHS.seedResolve)) {
      const seeds = [{ container_id: SEED, container_name: 'LOT-1', lot_id: 'LOT-1' }];
      return answer({ stage: 'seed-resolve', seeds, seed_count: 1, cache_key: 'given' });
    }
    if (pathname.endsWith(STAGE_PATHS.lineage)) {
      const { profile, params } = (await request.json()) as LineageRequest;
      const isForward = directionOf(profile, params ?? {}) === 'forward';
      const edges = { [isForward ? 'children_map' : 'ancestors']: { [SEED]: [] } };
      return answer({ stage: 'lineage', ...edges, roots: {}, total_nodes: 1 });
    }
    const { profile, domains } = (await request.json()) as EventsRequest;
    const jobId = newJobId();
    this.#jobs.set(jobId, { profile, domains });
    const url = `/api/trace/job/${jobId}`;
    const accepted = { stage: 'events', async: true, job_id: jobId, status_url: url };
    return answer({ ...accepted, stream_url: `${url}/stream` }, 202);
  }

  #status(jobId: string, { profile, domains }: { profile: TraceProfile; domains: string[] }) {
    return answer({
      job_id: jobId,
      status: 'finished',
      profile,
      cid_count: 1,
      domains,
      progress: 'complete',
      created_at: 0,
      elapsed_seconds: 1,
      error: null,
    });
  }

  /** Rows from `from` to before `to` of a domain, but those of chunks that have expired. */
  #rows(domain: string, from: number, to: number): TraceRow[] {
    const { domains, expiredChunks = {}, batchSize = 5000 } = this.#options;
    const expired = expiredChunks[domain] ?? [];
    const rows = domains[domain] ?? [];
    return rows
      .slice(from, to)
      .filter((_, index) => !expired.includes(Math.floor((from + index) / batchSize)));
  }

  #result(domains: readonly string[], query: URLSearchParams): Response {
    const { offersPages = true, aggregation } = this.#options;
    if (!offersPages) {
      return refusal(404, SERVER_ERROR_CODES.notFound, 'Not found');
    }
    const offset = Number(query.get('offset') ?? 0);
    const limit = Number(query.get('limit') ?? 0);
    const asked = query.get('domain');
    const results: Record<string, object> = {};
    for (const domain of asked === null ? domains : [asked]) {
      const total = this.#options.domains[domain]?.length ?? 0;
      const data = this.#rows(domain, offset, limit > 0 ? offset + limit : total);
      results[domain] = { data, count: data.length, total };
    }
    return answer({ stage: 'events', results, ...(aggregation && { aggregation }) });
  }

  #stream(jobId: string, job: { profile: TraceProfile; domains: string[] }): Response {
    const pieces = joinTexts(this.#lines(jobId, job), PIECE_LENGTH);
    async function* make() {
      yield* pieces;
    }
    // nothing of it can fail
    const body = streamBody(make, { onError: () => undefined });
    return new Response(body, {
      headers: {
        'Content-Type': 'application/x-ndjson',
        'Cache-Control': 'no-cache',
        'X-Accel-Buffering': 'no',
      },
    });
  }

  *#lines(
    jobId: string,
    { profile, domains }: { profile: TraceProfile; domains: string[] },
  ): Generator<string, void, void> {
    const { batchSize = 5000, aggregation } = this.#options;
    const line = (message: object) => `${pythonJson(message)}\n`;
    yield line({ type: 'meta', job_id: jobId, profile, domains });
    let sum = 0;
    for (const domain of domains) {
      const total = this.#options.domains[domain]?.length ?? 0;
      yield line({ type: 'domain_start', domain, total });
      let sent = 0;
      for (let batch = 0; batch * batchSize < total; batch++) {
        const data = this.#rows(domain, batch * batchSize, (batch + 1) * batchSize);
        if (data.length === 0) continue;
        yield line({ type: 'records', domain, batch, count: data.length, data });
        sent += data.length;
      }
      yield line({ type: 'domain_end', domain, count: sent });
      sum += sent;
    }
    if (aggregation) yield line({ type: 'aggregation', data: aggregation });
    yield line({ type: 'complete', total_records: sum });
  }
}

/**
 * A server that speaks only what the DashBoard's own does, in the way that Python writes it: no
 * cursors, no following, no cancelling, no heartbeat; a chunk that has expired is skipped without a
 * word. Every trace becomes a job, which has finished at once.
 *
 * @example
 * const app = createGivenApp({
 *   domains: { history: [{ CONTAINERID: 'a1' }, { CONTAINERID: 'a2' }] },
 *   batchSize: 1,
 *   expiredChunks: { history: [1] },
 * });
 * const server = setupServer(...createTraceHandlers(app));
 */
export function createGivenApp(options: GivenAppOptions): GivenApp {
  return new GivenServer(options);
}
