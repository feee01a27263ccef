import { createPinia, setActivePinia } from 'pinia';
import { StreamReading } from '../../src/composables/useTraceProgress/StreamReading.js';
import type { TraceNotice } from '../../src/composables/useTraceProgress/traceState.js';
import type { TraceDomain } from '../../src/protocol/index.js';
import { useTraceStore } from '../../src/stores/index.js';
import { createTestRun } from './testRun.js';
import { json, ndjson } from './traceServer.js';

export type Rows = Record<string, unknown>[];
export type Result = Partial<Record<TraceDomain, Rows>>;
/** What becomes of the lines of a stream; the last line may be cut, all others end in a line break. */
export type Fault = (lines: string[]) => string[];

/** Rows as a factory has them: some texts repeat, some do not, some are missing. */
export function makeRows(count: number, seed = 0): Rows {
  return Array.from({ length: count }, (_, i) => ({
    CONTAINERID: `${(seed * 7919 + i * 31) % 1000}`.padStart(16, '0'),
    SPEC: i % 7 === 0 ? null : `型號-${i % 5}`,
    QTY: i * (seed + 1),
    ...(i % 11 === 3 && { EXTRA: `only ${i}` }),
  }));
}

/** The result of most tests. */
export const DOMAINS: TraceDomain[] = ['history', 'holds', 'jobs'];
export const RESULT: Result = {
  history: makeRows(47, 1),
  holds: makeRows(20, 2),
  jobs: makeRows(9, 3),
};

export const isBatch = (line: string, domain: string, batch: number) =>
  line.includes(`"type":"records","domain":"${domain}","batch":${batch},`);
/** The stream skips batches. */
export const skip =
  (domain: string, ...batches: number[]): Fault =>
  (lines) =>
    lines.filter((line) => !batches.some((batch) => isBatch(line, domain, batch)));
/** The stream ends behind so many lines. */
export const cut =
  (count: number): Fault =>
  (lines) =>
    lines.slice(0, count);

/** The stream of a result, a line an entry, as the given server writes it. */
export function linesOf(result: Result, size: number): string[] {
  const domains = Object.keys(result);
  const lines: object[] = [{ type: 'meta', job_id: 'job-1', profile: 'query_tool', domains }];
  let total = 0;
  for (const [domain, rows] of Object.entries(result)) {
    lines.push({ type: 'domain_start', domain, total: rows.length });
    for (let at = 0; at < rows.length; at += size) {
      const data = rows.slice(at, at + size);
      lines.push({ type: 'records', domain, batch: at / size, count: data.length, data });
    }
    lines.push({ type: 'domain_end', domain, count: rows.length });
    total += rows.length;
  }
  lines.push({ type: 'complete', total_records: total });
  return lines.map((line) => `${JSON.stringify(line)}\n`);
}

export interface GivenServer {
  fetch: typeof globalThis.fetch;
  /** What was asked for, in order: `stream`, or the page. */
  asked: string[];
  /** Rows of all pages that were sent. */
  pageRows: number;
}

export interface Given {
  result: Result;
  size: number;
  /** False: the server has no pages. */
  hasPages?: boolean;
  /** What happens to each stream, one after the other; the others come whole. */
  faults?: Fault[];
  /** Answers a page in place of the server; undefined: the server does. */
  onPage?: (page: { domain: string; offset: number; limit: number }) => Response | undefined;
}

/** A server that has nothing but the given contract. */
export function createGivenServer(given: Given): GivenServer {
  const faults = [...(given.faults ?? [])];
  const server: GivenServer = {
    fetch: async (input) => answer(String(input)),
    asked: [],
    pageRows: 0,
  };
  function answer(url: string): Response {
    const { pathname, searchParams } = new URL(url, 'http://trace.test');
    if (pathname.endsWith('/stream')) {
      server.asked.push('stream');
      const lines = linesOf(given.result, given.size);
      return ndjson((faults.shift()?.(lines) ?? lines).join(''));
    }
    const domain = searchParams.get('domain')! as TraceDomain;
    const offset = Number(searchParams.get('offset'));
    const limit = Number(searchParams.get('limit'));
    server.asked.push(`${domain} ${offset}+${limit}`);
    if (given.hasPages === false) return json({ error: 'no', code: 'NOT_FOUND' }, { status: 404 });
    const odd = given.onPage?.({ domain, offset, limit });
    if (odd) return odd;
    const rows = given.result[domain]!;
    const data = rows.slice(offset, offset + limit);
    server.pageRows += data.length;
    return json({ results: { [domain]: { data, count: data.length, total: rows.length } } });
  }
  return server;
}

/** Reads a result as a trace does, and says what came of it. */
export async function readResult(
  server: Pick<GivenServer, 'fetch'>,
  domains: TraceDomain[],
  { url = '/job/stream' as string | null, sleep = async () => undefined as void } = {},
) {
  setActivePinia(createPinia());
  const { writer, tables } = useTraceStore('given');
  const notices: TraceNotice[] = [];
  const run = createTestRun({
    request: { profile: 'query_tool', params: {}, domains },
    fetch: server.fetch,
    sleep,
    writer,
    notify: (more) => void notices.push(...more),
    dropRows: () => {
      throw new Error('rows were dropped');
    },
  });
  const reading = new StreamReading(run, { statusUrl: '/job' });
  const received = await reading.read({ url });
  const rows = Object.fromEntries(domains.map((name) => [name, tables.get(name)!.toJSON()]));
  const all = [...notices, ...received.notices];
  return { ...received, notices: all, rows, metrics: run.meter.read(), tables, reading, run };
}
