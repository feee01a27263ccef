import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Fault, type FaultRule, withFaults } from '../../mocks/faults.js';
import { createGivenApp } from '../../mocks/given/createGivenApp.js';

const ROWS = Array.from({ length: 6 }, (_, ROW) => ({
  CONTAINERID: 'c1',
  WORKCENTERNAME: '切割',
  ROW,
}));
const BASE = 'http://faults.test';
const app = createGivenApp({ domains: { history: ROWS, materials: ROWS }, batchSize: 2 });

async function startJob(): Promise<string> {
  const body = JSON.stringify({ profile: 'query_tool', domains: ['history', 'materials'] });
  const answer = await app.fetch(new Request(`${BASE}/api/trace/events`, { method: 'POST', body }));
  return ((await answer.json()) as { status_url: string }).status_url;
}

const get = (faulty: ReturnType<typeof withFaults>, path: string, init?: RequestInit) =>
  faulty.fetch(new Request(BASE + path, init));

async function undisturbed(jobUrl: string): Promise<Uint8Array> {
  return new Uint8Array(await (await get(withFaults(app, []), `${jobUrl}/stream`)).arrayBuffer());
}

/** What comes of a body, and what it broke off with. */
async function drain({ body }: Response): Promise<{ bytes: Uint8Array; error: unknown }> {
  const chunks: Uint8Array[] = [];
  let error: unknown = null;
  try {
    for await (const chunk of body!) chunks.push(chunk);
  } catch (cause) {
    error = cause;
  }
  return { bytes: new Uint8Array(Buffer.concat(chunks)), error };
}

/** The stream of a new job with one fault. */
async function disturbed(fault: Fault) {
  const jobUrl = await startJob();
  const faulty = withFaults(app, [{ on: 'stream', fault }]);
  const { bytes, error } = await drain(await get(faulty, `${jobUrl}/stream`));
  return { bytes, error, whole: await undisturbed(jobUrl) };
}

/** A server that answers with these pieces, and what was asked of it. */
function sending(pieces: readonly (string | Uint8Array)[], init?: ResponseInit) {
  const asked: Request[] = [];
  const encoder = new TextEncoder();
  const onCancel = vi.fn();
  const fetch = async (request: Request) => {
    asked.push(request);
    const left = pieces.map((piece) => (typeof piece === 'string' ? encoder.encode(piece) : piece));
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      const piece = left.shift();
      if (piece) controller.enqueue(piece);
      else controller.close();
    };
    return new Response(new ReadableStream({ pull, cancel: onCancel }, { highWaterMark: 0 }), init);
  };
  return { fetch, asked, onCancel };
}

/** What comes of the stream of such a server with one fault. */
async function disturbedPieces(fault: Fault, pieces: readonly (string | Uint8Array)[]) {
  const faulty = withFaults(sending(pieces), [{ on: 'stream', fault }]);
  const { bytes, error } = await drain(await get(faulty, '/api/trace/job/a/stream'));
  return { bytes, error, text: new TextDecoder().decode(bytes) };
}

type Line = { type: string; batch?: number; domain?: string; count?: number } & Record<
  string,
  unknown
>;

async function disturbedLines(fault: Fault): Promise<Line[]> {
  const { bytes, error } = await disturbed(fault);
  expect(error).toBeNull();
  const lines = new TextDecoder().decode(bytes).split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Line);
}

const batchesOf = (lines: readonly Line[]) =>
  lines.filter(({ type }) => type === 'records').map(({ domain, batch }) => `${domain} ${batch}`);
const ALL = ['history', 'materials'].flatMap((domain) =>
  [0, 1, 2].map((batch) => `${domain} ${batch}`),
);

describe('which request a fault meets', () => {
  it('the first of its kind, and no other', async () => {
    const jobUrl = await startJob();
    const fault: Fault = { kind: 'status', status: 502 };
    const faulty = withFaults(app, [{ on: 'status', fault }]);
    const statuses = [];
    for (const path of ['/stream', '', '/result', '']) {
      const answer = await get(faulty, jobUrl + path);
      statuses.push(answer.status);
      await answer.body?.cancel();
    }
    expect(statuses).toEqual([200, 502, 200, 200]);
    const jobId = jobUrl.split('/').at(-1);
    expect(faulty.seen.map(({ kind, nth, fault: met }) => [kind, nth, met])).toEqual([
      ['stream', 0, null],
      ['status', 0, fault],
      ['result', 0, null],
      ['status', 1, null],
    ]);
    expect(faulty.seen.every((request) => request.jobId === jobId)).toBe(true);
  });

  it('so many in a row from the nth on', async () => {
    const jobUrl = await startJob();
    const rule: FaultRule = {
      on: 'status',
      nth: 1,
      times: 2,
      fault: { kind: 'status', status: 503 },
    };
    const faulty = withFaults(app, [rule]);
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await get(faulty, jobUrl)).status);
    expect(statuses).toEqual([200, 503, 503, 200]);
  });

  it('of one job, by its number or its id', async () => {
    const jobs = [await startJob(), await startJob()] as const;
    const fault: Fault = { kind: 'status', status: 500 };
    for (const job of [1, jobs[1].split('/').at(-1)!]) {
      const faulty = withFaults(app, [{ on: 'status', job, fault }]);
      for (let i = 0; i < 2; i++) expect((await get(faulty, jobs[0])).status).toBe(200);
      expect((await get(faulty, jobs[1])).status).toBe(500);
    }
  });

  it('of one job by its id, however that is written', async () => {
    const fault: Fault = { kind: 'status', status: 500 };
    const faulty = withFaults(sending([]), [{ on: 'status', job: 'job 1', fault }]);
    expect((await get(faulty, '/api/trace/job/job%201')).status).toBe(500);
  });

  it('that of the first rule that fits', async () => {
    const rules = [429, 503].map((status): FaultRule => ({
      on: 'status',
      fault: { kind: 'status', status },
    }));
    expect((await get(withFaults(app, rules), await startJob())).status).toBe(429);
  });

  it('a DELETE, and no status', async () => {
    const faulty = withFaults(app, [{ on: 'cancel', fault: { kind: 'status', status: 500 } }]);
    const jobUrl = await startJob();
    expect((await get(faulty, jobUrl)).status).toBe(200);
    expect((await get(faulty, jobUrl, { method: 'DELETE' })).status).toBe(500);
  });

  it('with no change where the app has refused it', async () => {
    const refusal = { fetch: () => Response.json({ code: 'JOB_NOT_FOUND' }, { status: 404 }) };
    const faulty = withFaults(refusal, [{ on: 'result', fault: { kind: 'short-page', rows: 1 } }]);
    const answer = await get(faulty, '/api/trace/job/a/result');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({ code: 'JOB_NOT_FOUND' });
  });

  it('one of the stages', async () => {
    const faulty = withFaults(app, [{ on: 'lineage', fault: { kind: 'status', status: 504 } }]);
    const init = { method: 'POST', body: '{"profile":"query_tool","container_ids":[]}' };
    expect((await get(faulty, '/api/trace/seed-resolve', init)).status).toBe(200);
    expect((await get(faulty, '/api/trace/lineage', init)).status).toBe(504);
    expect((await get(faulty, '/api/trace/events', init)).status).toBe(202);
  });

  it('none of requests that are no trace', async () => {
    const faulty = withFaults({ fetch: () => new Response('page') }, []);
    expect(await (await get(faulty, '/index.html')).text()).toBe('page');
    expect(faulty.seen).toEqual([]);
  });
});

describe('answers in place of the answer', () => {
  it('a storm of 429 says when to come again', async () => {
    const jobUrl = await startJob();
    const fault: Fault = { kind: 'status', status: 429, retryAfterSeconds: 7 };
    const answer = await get(withFaults(app, [{ on: 'stream', fault }]), `${jobUrl}/stream`);
    expect(answer.status).toBe(429);
    expect(answer.headers.get('Retry-After')).toBe('7');
    expect(await answer.json()).toMatchObject({
      error: { code: 'TOO_MANY_REQUESTS' },
      meta: { retry_after_seconds: 7 },
    });
  });

  it('a login page comes as HTML with 200', async () => {
    const jobUrl = await startJob();
    const answer = await get(withFaults(app, [{ on: 'status', fault: { kind: 'html' } }]), jobUrl);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Content-Type')).toContain('text/html');
    expect(await answer.text()).toContain('<html>');
  });

  it('a job that expires between two requests is gone for all that follow', async () => {
    const jobUrl = await startJob();
    const faulty = withFaults(app, [{ on: 'status', nth: 1, fault: { kind: 'expire' } }]);
    const statuses = [];
    for (const path of ['', '', '', '/stream', '/result']) {
      statuses.push((await get(faulty, jobUrl + path)).status);
    }
    expect(statuses).toEqual([200, 404, 404, 404, 404]);
  });

  it('a job that expires in mid-stream breaks it off, and is gone then', async () => {
    const jobUrl = await startJob();
    const faulty = withFaults(app, [{ on: 'stream', fault: { kind: 'expire', afterBytes: 50 } }]);
    const { bytes, error } = await drain(await get(faulty, `${jobUrl}/stream`));
    expect(bytes).toHaveLength(50);
    expect(error).toMatchObject({ name: 'ConnectionCutError', end: 'close' });
    expect((await get(faulty, `${jobUrl}/result`)).status).toBe(404);
  });
});

describe('the bytes of a body', () => {
  it.each([0, 1, 100, 400])(
    'end behind %i of them, as though that were all',
    async (afterBytes) => {
      const { bytes, error, whole } = await disturbed({ kind: 'cut', afterBytes, end: 'clean' });
      expect(error).toBeNull();
      expect(bytes).toEqual(whole.slice(0, afterBytes));
    },
  );

  it.each(['close', 'reset'] as const)('end with a connection that is cut: %s', async (end) => {
    const { bytes, error, whole } = await disturbed({ kind: 'cut', afterBytes: 123, end });
    expect(bytes).toEqual(whole.slice(0, 123));
    expect(error).toMatchObject({ name: 'ConnectionCutError', end });
  });

  it('end within the next character of several bytes', async () => {
    const cut: Fault = { kind: 'cut', afterBytes: 250, end: 'half-character' };
    const { bytes, error, whole } = await disturbed(cut);
    expect(error).toBeNull();
    expect(bytes).toEqual(whole.slice(0, bytes.length));
    expect(bytes.length).toBeGreaterThan(250);
    expect(bytes.at(-1)).toBeGreaterThanOrEqual(0xc0);
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow();
  });

  it('end within a character, however late one of several bytes comes', async () => {
    const cut: Fault = { kind: 'cut', afterBytes: 2, end: 'half-character' };
    const { bytes, error } = await disturbedPieces(cut, ['abc', 'def', 'g切h', 'i']);
    expect(error).toBeNull();
    expect(Buffer.from(bytes).toString('latin1')).toBe('abcdefg\xe5');
  });

  it.each([
    { kind: 'cut', afterBytes: 5, end: 'clean' },
    { kind: 'error-line', batch: 0 },
  ] as const)('are asked for no more behind their end: $kind', async (fault) => {
    const server = sending(['{"type":"records"}\n', 'more\n', 'more\n']);
    const faulty = withFaults(server, [{ on: 'stream', fault }]);
    await drain(await get(faulty, '/api/trace/job/a/stream'));
    expect(server.onCancel).toHaveBeenCalledOnce();
  });

  it('are asked for uncompressed where a fault is made in their text, and tell no length', async () => {
    const headers = { 'Accept-Encoding': 'gzip' };
    const asked = async (fault: Fault) => {
      const server = sending(['{"type":"records"}\n'], { headers: { 'Content-Length': '19' } });
      const faulty = withFaults(server, [{ on: 'stream', fault }]);
      const answer = await get(faulty, '/api/trace/job/a/stream', { headers });
      expect(answer.headers.has('Content-Length')).toBe(false);
      await answer.body!.cancel();
      return server.asked[0]!.headers.get('Accept-Encoding');
    };
    for (const end of ['clean', 'close', 'reset'] as const) {
      expect(await asked({ kind: 'cut', afterBytes: 9, end })).toBe('gzip');
    }
    expect(await asked({ kind: 'stall', afterBytes: 9 })).toBe('gzip');
    expect(await asked({ kind: 'expire', afterBytes: 9 })).toBe('gzip');
    expect(await asked({ kind: 'hole', batch: 0, batches: 1 })).toBe('identity');
    const half = { kind: 'cut', afterBytes: 9, end: 'half-character' } as const;
    expect(await asked(half)).toBe('identity');
  });

  it('come to a stall, which is told, and go on to the end of the reader alone', async () => {
    const jobUrl = await startJob();
    const stalled: string[] = [];
    let left: AbortSignal | undefined;
    const onStall = ({ kind }: { kind: string }, signal: AbortSignal) => {
      stalled.push(kind);
      left = signal;
    };
    const rules: FaultRule[] = [{ on: 'stream', fault: { kind: 'stall', afterBytes: 80 } }];
    const answer = await get(withFaults(app, rules, { onStall }), `${jobUrl}/stream`);
    const reader = answer.body!.getReader();
    const whole = await undisturbed(jobUrl);
    expect((await reader.read()).value).toEqual(whole.slice(0, 80));
    const more = reader.read();
    await vi.waitFor(() => expect(stalled).toEqual(['stream']));
    expect(left?.aborted).toBe(false);
    await reader.cancel();
    expect(left?.aborted).toBe(true);
    expect(await more).toEqual({ done: true, value: undefined });
  });

  it('keep nobody waiting who leaves as soon as they stall', async () => {
    let leaving: Promise<void> | undefined;
    const rules: FaultRule[] = [{ on: 'stream', fault: { kind: 'stall', afterBytes: 1 } }];
    const faulty = withFaults(sending(['abc']), rules, {
      onStall: () => (leaving = reader.cancel()),
    });
    const reader = (await get(faulty, '/api/trace/job/a/stream')).body!.getReader();
    await reader.read();
    expect((await reader.read()).done).toBe(true);
    await leaving;
  });

  it('trickle in the same places however they come, each behind its pause', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const fault: Fault = { kind: 'trickle', afterBytes: 4, bytes: 3, pauseMs: 1_000 };
    const came: string[] = [];
    const faulty = withFaults(sending(['abc', 'def', 'ghi']), [{ on: 'stream', fault }]);
    const { body } = await get(faulty, '/api/trace/job/a/stream');
    const all = (async () => {
      for await (const piece of body!) came.push(new TextDecoder().decode(piece));
    })();
    const inSeconds = ['abcd', 'abcde', 'abcdef', 'abcdefghi'];
    for (const text of inSeconds) {
      await vi.advanceTimersByTimeAsync(999);
      expect(came.join('')).toBe(text);
      await vi.advanceTimersByTimeAsync(1);
    }
    await all;
  });

  it('trickle one by one, and all come', async () => {
    const jobUrl = await startJob();
    const fault: Fault = { kind: 'trickle', afterBytes: 10, bytes: 5, pauseMs: 0 };
    const answer = await get(withFaults(app, [{ on: 'stream', fault }]), `${jobUrl}/stream`);
    const sizes: number[] = [];
    let sum = 0;
    for await (const { length } of answer.body!) {
      sizes.push(length);
      sum += length;
    }
    expect(sizes.filter((size) => size > 0).slice(0, 6)).toEqual([10, 1, 1, 1, 1, 1]);
    expect(sum).toBe((await undisturbed(jobUrl)).length);
  });
});

describe('the lines of a stream', () => {
  it('hold a malformed one in place of a batch', async () => {
    const { bytes, whole } = await disturbed({ kind: 'malformed-line', batch: 1 });
    const lines = new TextDecoder().decode(bytes).split('\n');
    const expected = new TextDecoder().decode(whole).split('\n');
    expect(lines).toHaveLength(expected.length);
    const different = lines.flatMap((line, index) => (line === expected[index] ? [] : [index]));
    expect(different).toHaveLength(1);
    const [at] = different as [number];
    expect(expected[at]).toContain('"batch": 1');
    expect(() => JSON.parse(lines[at]!)).toThrow(SyntaxError);
  });

  it('hold one that does not end', async () => {
    const fault: Fault = { kind: 'endless-line', batch: 0, bytes: 300_000 };
    const { bytes, error } = await disturbed(fault);
    expect(error).toMatchObject({ name: 'ConnectionCutError' });
    const last = new TextDecoder().decode(bytes).split('\n').at(-1)!;
    expect(last.length).toBeGreaterThan(300_000);
  });

  it('lack batches', async () => {
    const lines = await disturbedLines({ kind: 'hole', batch: 2, batches: 2 });
    expect(batchesOf(lines)).toEqual(ALL.filter((_, index) => index !== 2 && index !== 3));
    expect(lines.at(-1)?.type).toBe('complete');
  });

  it('repeat a batch', async () => {
    const [first, ...rest] = ALL;
    expect(batchesOf(await disturbedLines({ kind: 'repeat', batch: 0 }))).toEqual([
      first,
      first,
      ...rest,
    ]);
  });

  it('change the places of two batches, but not over the end of a domain', async () => {
    const [a, b, c, d, e, f] = ALL;
    const at = async (batch: number) => batchesOf(await disturbedLines({ kind: 'reorder', batch }));
    expect(await at(3)).toEqual([a, b, c, e, d, f]);
    expect(await at(2)).toEqual(ALL);
    const lines = await disturbedLines({ kind: 'reorder', batch: 2 });
    expect(lines.map(({ type }) => type)).toEqual(
      (await disturbedLines({ kind: 'hole', batch: 6, batches: 1 })).map(({ type }) => type),
    );
  });

  it('are the same however they come, also the last one without its end', async () => {
    const [first, second] = ['{"type":"records","data":["切"]}\n', '{"type":"records"}\n'];
    const bytes = new TextEncoder().encode(`${first}${second}{"type":"complete"}`);
    const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
    const { text } = await disturbedPieces({ kind: 'repeat', batch: 0 }, pieces);
    expect(text).toBe(`${first}${first}${second}{"type":"complete"}`);
  });

  it('count wrongly where they are to, and nowhere else', async () => {
    const lines = ['{"type":"note","total":1}\n', '{"type":"domain_start","total":1}\n'];
    const fault: Fault = { kind: 'wrong-total', of: 'domain_start', by: 1 };
    const { text } = await disturbedPieces(fault, lines);
    expect(text).toBe(lines[0] + lines[1]!.replace('1', '2'));
  });

  it('count wrongly', async () => {
    const batch = await disturbedLines({ kind: 'wrong-count', batch: 1, by: 7 });
    expect(batch.filter(({ type }) => type === 'records').map(({ count }) => count)).toEqual([
      2, 9, 2, 2, 2, 2,
    ]);
    const fields = {
      domain_start: 'total',
      domain_end: 'count',
      complete: 'total_records',
    } as const;
    for (const [of, field] of Object.entries(fields)) {
      const fault = { kind: 'wrong-total', of: of as keyof typeof fields, by: -1 } as const;
      const counts = (await disturbedLines(fault)).filter(({ type }) => type === of);
      const right = of === 'complete' ? 12 : 6;
      expect(counts.map((line) => line[field])).toEqual(counts.map(() => right - 1));
      expect(counts.length).toBeGreaterThan(0);
    }
  });

  it('leave rows of a batch out, and count those that are left', async () => {
    for (const rows of [1, 2, 9]) {
      const lines = await disturbedLines({ kind: 'short-batch', batch: 1, rows });
      const batches = lines.filter(({ type }) => type === 'records');
      const left = Math.max(0, 2 - rows);
      expect(batches.map(({ count }) => count)).toEqual([2, left, 2, 2, 2, 2]);
      const data = batches[1]!.data as { ROW: number }[];
      expect(data.map(({ ROW }) => ROW)).toEqual([2, 3].slice(0, left));
    }
  });

  it('end with an error line in place of a batch', async () => {
    const lines = await disturbedLines({ kind: 'error-line', batch: 4, code: 'CHUNK_EXPIRED' });
    expect(batchesOf(lines)).toEqual(ALL.slice(0, 4));
    expect(lines.at(-1)).toMatchObject({ type: 'error', code: 'CHUNK_EXPIRED' });
  });

  it('announce domains without end', async () => {
    const lines = await disturbedLines({ kind: 'many-domains', domains: 300 });
    expect(lines[0]?.domains).toHaveLength(302);
    expect(lines.filter(({ type }) => type === 'domain_end')).toHaveLength(302);
    expect(batchesOf(lines)).toEqual(ALL);
  });
});

it('a page lacks its last rows, and counts as many as it has', async () => {
  const jobUrl = await startJob();
  const rules: FaultRule[] = [{ on: 'result', fault: { kind: 'short-page', rows: 2 } }];
  rules.push({ on: 'result', nth: 1, fault: { kind: 'short-page', rows: 3 } });
  const faulty = withFaults(app, rules);
  const page = async (query: string) => {
    const answer = await get(faulty, `${jobUrl}/result?domain=history&${query}`);
    return ((await answer.json()) as { results: object }).results;
  };
  expect(await page('offset=1&limit=4')).toEqual({
    history: { data: ROWS.slice(1, 3), count: 2, total: 6 },
  });
  expect(await page('offset=4&limit=2')).toEqual({ history: { data: [], count: 0, total: 6 } });
});
