import fc from 'fast-check';
import type { ChunkStore } from '../../mocks/ports.js';
import { createTraceApp } from '../../mocks/app.js';
import { nodeCompression } from '../../mocks/results/nodeCompression.js';
import { createTestBackend } from '../mocks/api/backend.js';
import type { FuzzTarget } from './FuzzTarget.js';

interface ApiRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

/** As long an answer may take, ms; a healthy one takes a few. */
const PATIENCE_MS = 10_000;
const LONGEST_READ = 64 * 1024;
/** What the app takes as an id: nothing that a key of Redis is made of otherwise. */
const JOB_ID = /^[A-Za-z0-9_-]{1,128}$/;
const ANY_ID = 'trace-evt-0123456789ab';

/** A lone surrogate has no place in a URL. */
const wellFormed = (text: string) => new TextDecoder().decode(new TextEncoder().encode(text));

const odd = fc.constantFrom(
  ...['', ' ', '\0', '*', '..', '../..', '%2e%2e', '%00', '%', '%zz', '__proto__', 'constructor'],
  ...[
    'toString',
    ':',
    '{x}',
    '\r\n',
    'NaN',
    '-1',
    '1e309',
    '9007199254740993',
    '0x10',
    "' OR 1=1 --",
  ],
  ...['<img src=x onerror=1>', '\ud800', '測', 'x'.repeat(5_000), 'true', 'null', '[]', '\u2028'],
);
const word = fc.oneof(
  odd,
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const id = fc.oneof(
  { weight: 2, arbitrary: fc.constant(ANY_ID) },
  word.map((text) => encodeURIComponent(wellFormed(text))),
  word.map((text) => `trace-evt-${encodeURIComponent(wellFormed(text))}`),
  fc.constantFrom(
    'trace-evt-0123456789ab:meta',
    `${ANY_ID}%3aresult`,
    `${ANY_ID}%0a`,
    'trace-evt-*',
  ),
);
const path = fc
  .tuple(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc
          .constantFrom('seed-resolve', 'lineage', 'events')
          .map((s) => `/api/trace/${s}`),
      },
      {
        weight: 4,
        arbitrary: fc
          .tuple(id, fc.constantFrom('', '/result', '/stream', '/', '//', '/x'))
          .map(([i, end]) => `/api/trace/job/${i}${end}`),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          '/',
          '/api',
          '/api/trace/job/',
          '/health',
          '/api/trace/../trace/events',
        ),
      },
    ),
    fc.array(
      fc.tuple(fc.constantFrom('domain', 'offset', 'limit', 'cursor', 'follow', '__proto__'), word),
      { maxLength: 4 },
    ),
  )
  .map(([base, query]) => {
    const pairs = query.map(([name, value]) => `${name}=${encodeURIComponent(wellFormed(value))}`);
    return pairs.length === 0 ? base : `${base}?${pairs.join('&')}`;
  });
const anything = fc.oneof(word, fc.jsonValue({ maxDepth: 3 }), fc.constant(null), fc.integer());
const maybe = <T>(good: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 4, arbitrary: good as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: anything },
  );
const ids = fc.array(fc.oneof(fc.constantFrom('LOT1', '48810380001d0001', 'b'), word), {
  maxLength: 5,
});
const fields = fc.record(
  {
    profile: maybe(fc.constantFrom('query_tool', 'query_tool_reverse', 'mid_section_defect')),
    params: maybe(
      fc.record(
        {
          mode: maybe(fc.constantFrom('date_range', 'container')),
          resolve_type: maybe(fc.constantFrom('lot_id', 'wafer_lot', 'serial_number')),
          values: maybe(ids),
          start_date: maybe(fc.constantFrom('2026-01-01', '2026-02-30')),
          end_date: maybe(fc.constantFrom('2026-01-03', '2025-01-01')),
          station: maybe(fc.constantFrom('測試')),
          direction: maybe(fc.constantFrom('backward', 'forward')),
          loss_reasons: maybe(ids),
        },
        { requiredKeys: [] },
      ),
    ),
    container_ids: maybe(ids),
    seed_container_ids: maybe(ids),
    domains: maybe(
      fc.array(fc.constantFrom('history', 'materials', 'jobs', 'nothing'), { maxLength: 4 }),
    ),
    cache_key: anything,
    lineage: maybe(
      fc.record({ ancestors: anything, children_map: anything, seed_roots: anything }),
    ),
    lineage_query_id: anything,
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  { weight: 5, arbitrary: fields.map((value) => JSON.stringify(value)) },
  {
    weight: 1,
    arbitrary: fc.tuple(fields, fc.nat({ max: 300 }), word).map(([value, at, text]) => {
      const json = JSON.stringify(value);
      return json.slice(0, at) + text + json.slice(at + 1);
    }),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      word,
      fc.json(),
      fc.constantFrom('['.repeat(20_000), '{"__proto__":{"polluted":1}}'),
    ),
  },
);
const headers = fc.dictionary(
  fc.constantFrom(
    'Content-Type',
    'Accept-Encoding',
    'Origin',
    'Cookie',
    'X-CSRF-Token',
    'X-Request-Id',
    'Range',
    'Content-Length',
    'X-Forwarded-For',
  ),
  fc.oneof(
    fc.constantFrom('application/json', 'gzip', 'null', 'text/plain', 'a'.repeat(10_000)),
    fc.string({ maxLength: 20 }),
  ),
  { maxKeys: 4 },
);
const request: fc.Arbitrary<ApiRequest> = fc
  .record({
    method: fc.constantFrom(
      'GET',
      'GET',
      'POST',
      'POST',
      'POST',
      'DELETE',
      'PUT',
      'PATCH',
      'HEAD',
      'OPTIONS',
    ),
    path,
    headers,
    body,
    isJson: fc.boolean(),
  })
  .map(({ method, body: text, isJson, headers: more, ...rest }) => ({
    ...rest,
    method,
    headers: isJson ? { ...more, 'Content-Type': 'application/json' } : more,
    body: method === 'GET' || method === 'HEAD' ? null : text,
  }));

/** A store that knows by which ids it was asked. */
function watched(store: ChunkStore, wrong: (what: string) => void): ChunkStore {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const [first] = args;
        if (typeof first === 'string' && !JOB_ID.test(first)) {
          wrong(`${String(name)} of the store by ${JSON.stringify(first)}`);
        }
        return (value as (...all: unknown[]) => unknown).apply(target, args);
      };
    },
  });
}

async function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} hangs`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The beginning of a body. */
async function beginningOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  const reader = response.body?.getReader();
  while (reader && text.length < LONGEST_READ) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
  }
  await reader?.cancel();
  return text;
}

/** What an answer that refuses must be: the contract's error, and nothing of the server's insides. */
function holdRefusal({ status }: Response, text: string): void {
  const { success, error } = JSON.parse(text) as {
    success?: unknown;
    error?: { code?: unknown; message?: unknown };
  };
  const isError =
    success === false && typeof error?.code === 'string' && typeof error.message === 'string';
  if (!isError || !/^[A-Z_]+$/.test(String(error.code)))
    throw new Error(`${status} is no error: ${text}`);
  if (/node_modules|\.ts:\d|at \w+ \(/.test(text))
    throw new Error(`${status} tells too much: ${text}`);
}

function toRequest({ method, path: where, headers: sent, body: text }: ApiRequest): Request | null {
  try {
    const init = { method, headers: sent, ...(text !== null && { body: text }) };
    return new Request(new URL(where, 'http://trace.test'), init);
  } catch {
    // what no client can send
    return null;
  }
}

/** Requests that nobody should send, each to the app itself, against the contract's errors. */
export function createApiTarget(): FuzzTarget<{ requests: ApiRequest[] }> {
  const backend = createTestBackend();
  const faults: string[] = [];
  const app = createTraceApp({
    source: backend.source,
    store: watched(backend.store, (what) => faults.push(what)),
    queue: backend.queue,
    settings: backend.settings,
    compression: nodeCompression,
  });
  async function ask(asked: ApiRequest): Promise<void> {
    const sent = toRequest(asked);
    if (!sent) return;
    const what = `${asked.method} ${asked.path}`;
    const response = await inTime(Promise.resolve(app.fetch(sent)), what);
    const text = await inTime(beginningOf(response), what);
    if (response.status >= 500) throw new Error(`${what} answered ${response.status}: ${text}`);
    if (response.status >= 400 && asked.method !== 'HEAD') holdRefusal(response, text);
  }
  return {
    arbitrary: fc.array(request, { minLength: 1, maxLength: 3 }).map((requests) => ({ requests })),
    async check({ requests }) {
      faults.length = 0;
      for (const asked of requests) await ask(asked);
      if (faults.length > 0) throw new Error(faults.join('\n'));
      if (Object.keys(Object.prototype).length > 0) throw new Error('a prototype was changed');
    },
    close: () => backend.queue.close(),
  };
}
