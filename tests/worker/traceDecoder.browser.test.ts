import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ColumnTable } from '../../src/records/index.js';
import {
  type ConsumeRecordsOptions,
  createTraceDecoder,
  DecodeWorkerError,
  type PlacedLine,
  type TraceDecoder,
} from '../../src/worker/index.js';
import {
  LineTooLongError,
  MalformedLineError,
  NotNdjsonError,
  StreamInterruptedError,
} from '../../src/index.js';

const encoder = new TextEncoder();
const record = (batch: number, rows: object[]) =>
  `${JSON.stringify({ type: 'records', domain: 'd', batch, count: rows.length, data: rows })}\n`;
const TEXT = [
  '{"type":"meta","domains":["d"]}\n',
  record(0, [
    { id: 'a', at: '2026-01-02 03:04:05', n: 1 },
    { id: '測試🙂', at: null, n: 2.5 },
  ]),
  '\r\n',
  record(1, [{ id: 'a', at: '2026-01-02 03:04:06', n: -3, more: [1, { x: null }] }]),
  '{"type":"complete","total_records":3}',
].join('');

/** A fetch that answers with the text in pieces of so many bytes. */
function serving(text: string, size = 65_536, init: ResponseInit = {}): typeof fetch {
  const bytes = encoder.encode(text);
  return async () => {
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        return controller.enqueue(bytes.slice(at, (at += size)));
      },
    });
    return new Response(body, { headers: { 'Content-Type': 'application/x-ndjson' }, ...init });
  };
}

async function read(text: string, size?: number, options: ConsumeRecordsOptions = {}) {
  const lines: PlacedLine[] = [];
  const table = new ColumnTable();
  const take = (line: PlacedLine) => {
    lines.push(line);
    if (line.batch) table.append(line.batch);
  };
  const reading = consumeRecords('http://trace.test/s', take, {
    fetch: serving(text, size),
    ...options,
  });
  const error = await reading.then(
    () => null,
    (cause: unknown) => cause,
  );
  const rows = Array.from({ length: table.rowCount }, (_, i) => table.row(i));
  return { lines, rows, error };
}

const EXPECTED = [
  { id: 'a', at: '2026-01-02 03:04:05', n: 1 },
  { id: '測試🙂', at: null, n: 2.5 },
  { id: 'a', at: '2026-01-02 03:04:06', n: -3, more: [1, { x: null }] },
];

/** Reads a stream by a decoder of its own. */
async function consumeRecords(...args: Parameters<TraceDecoder['consume']>): Promise<void> {
  const decoder = createTraceDecoder();
  try {
    await decoder.consume(...args);
  } finally {
    decoder.close();
  }
}

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

const RealWorker = globalThis.Worker;
const started: Worker[] = [];
class CountedWorker extends RealWorker {
  constructor(url: string | URL, options?: WorkerOptions) {
    super(url, options);
    vi.spyOn(this as Worker, 'terminate');
    started.push(this);
  }
}
/** Workers that run another script. */
function stubWorker(script: string): void {
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  vi.stubGlobal(
    'Worker',
    class extends CountedWorker {
      constructor() {
        super(url, { type: 'module' });
      }
    },
  );
}

beforeEach(() => vi.stubGlobal('Worker', CountedWorker));
afterEach(async () => {
  vi.unstubAllGlobals();
  await new Promise((resolve) => setTimeout(resolve));
  for (const worker of started.splice(0)) expect(worker.terminate).toHaveBeenCalled();
});

describe.each(['worker', 'page'])('a trace decoder in the %s', (place) => {
  beforeEach(() => {
    if (place === 'page') vi.stubGlobal('Worker', undefined);
  });
  afterEach(() => expect(started).toHaveLength(place === 'worker' ? 1 : 0));

  it.each([1, 3, 7, 65_536])(
    'gives the rows to the letter from pieces of %i bytes',
    async (size) => {
      const { lines, rows, error } = await read(TEXT, size);
      expect(error).toBeNull();
      expect(rows).toEqual(EXPECTED);
      expect(lines.map(({ line }) => line)).toEqual([1, 2, 4, 5]);
      expect(lines.map(({ byteOffset }) => byteOffset)).toEqual([
        0,
        32,
        encoder.encode(TEXT.slice(0, TEXT.indexOf(record(1, [EXPECTED[2]!])))).length,
        encoder.encode(TEXT.slice(0, TEXT.lastIndexOf('{'))).length,
      ]);
      expect(lines.at(-1)!.message).toEqual({ type: 'complete', total_records: 3 });
    },
  );

  it('takes the lines before a malformed one, and names its place', async () => {
    const broken = TEXT.replace('-3', '-x');
    const { rows, error } = await read(broken, 50);
    expect(rows).toEqual(EXPECTED.slice(0, 2));
    expect(error).toBeInstanceOf(MalformedLineError);
    const byteOffset = encoder.encode(broken.slice(0, broken.indexOf('-x'))).length;
    expect(error).toMatchObject({ code: 'MALFORMED_LINE', line: 4, byteOffset });
  });

  it('refuses a line that is too long', async () => {
    const { error } = await read(TEXT, 50, { maxLineBytes: 100 });
    expect(error).toBeInstanceOf(LineTooLongError);
    expect(error).toMatchObject({ line: 2 });
  });

  it('tells a login page and a broken connection from a stream', async () => {
    const page = await read('<html>', 10, { fetch: serving('<html>', 10) });
    expect(page.error).toBeInstanceOf(NotNdjsonError);
  });

  it('waits for what takes the lines, and stops at its error', async () => {
    const failure = new RangeError('full');
    let calls = 0;
    const reading = consumeRecords(
      'http://trace.test/s',
      async () => {
        await Promise.resolve();
        if (++calls === 2) throw failure;
      },
      { fetch: serving(TEXT, 9) },
    );
    await expect(reading).rejects.toBe(failure);
    expect(calls).toBe(2);
  });

  it('ends at an abort with its reason', async () => {
    const leave = new AbortController();
    const cancelled = vi.fn();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(encoder.encode(TEXT)),
      cancel: cancelled,
    });
    const headers = { 'Content-Type': 'application/x-ndjson' };
    const reading = consumeRecords('http://trace.test/s', () => leave.abort(new Error('left')), {
      fetch: async () => new Response(body, { headers }),
      signal: leave.signal,
    });
    await expect(reading).rejects.toThrow('left');
    expect(cancelled).toHaveBeenCalled();
  });

  it('reads a lineage, and refuses one that is cut', async () => {
    const decoder = createTraceDecoder();
    const text = '{"ancestors":{"a":["b","c"]},"nodes":{"a":{}},"query_id":"q"}';
    const scope = { seedIds: ['a'], direction: 'backward' } as const;
    const cut = decoder.readLineage(pieces(text.slice(0, 40), 7), scope);
    await expect(cut).rejects.toMatchObject({ name: 'JsonSyntaxError', at: expect.any(Number) });
    const { value, scope: found } = await decoder.readLineage(pieces(text, 7), scope);
    decoder.close();
    expect(value).toEqual({ ancestors: {}, query_id: 'q', nodes: undefined });
    expect(found.containerCount).toBe(3);
    expect(await found.containerIds.text()).toBe('["a","b","c"]');
    expect(await found.lineage.text()).toBe('{"ancestors":{"a":["b","c"]}}');
  });

  it('reads answers whose rows go on where those before them ended', async () => {
    const decoder = createTraceDecoder();
    const table = new ColumnTable();
    const answer = (rows: object[]) => JSON.stringify({ results: { d: { data: rows, total: 9 } } });
    for (const rows of [EXPECTED.slice(0, 2), EXPECTED.slice(2)]) {
      const { value, batches } = await decoder.readAnswer(pieces(answer(rows), 11));
      expect(value).toEqual({ results: { d: { total: 9, data: undefined } } });
      for (const batch of batches.get('d')!) table.append(batch);
    }
    const cut = decoder.readAnswer(pieces('{"results":{"d":{"data":[{"id":"z"}', 5));
    await expect(cut).rejects.toMatchObject({ name: 'JsonSyntaxError' });
    decoder.close();
    expect(Array.from({ length: 3 }, (_, i) => table.row(i))).toEqual(EXPECTED);
  });

  it('passes on what the chunks of a body fail with', async () => {
    const decoder = createTraceDecoder();
    const failure = new RangeError('reset');
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield encoder.encode('{"results":');
      throw failure;
    }
    await expect(decoder.readAnswer(broken())).rejects.toBe(failure);
    const { value } = await decoder.readAnswer(pieces('{"a":1}', 3));
    decoder.close();
    expect(value).toEqual({ a: 1 });
  });

  it('tells where a connection broke', async () => {
    let pulls = 0;
    const body = () =>
      new ReadableStream<Uint8Array>({
        pull: (controller) =>
          pulls++ === 0
            ? controller.enqueue(encoder.encode(TEXT.slice(0, 60)))
            : controller.error(new TypeError('reset')),
      });
    const headers = { 'Content-Type': 'application/x-ndjson' };
    const { error } = await read('', 1, { fetch: async () => new Response(body(), { headers }) });
    expect(error).toBeInstanceOf(StreamInterruptedError);
    expect(error).toMatchObject({ byteOffset: 60 });
  });

  it('has handed on each line that ended before a break, and reads on into the same table', async () => {
    const decoder = createTraceDecoder();
    const table = new ColumnTable();
    const whole = encoder.encode(TEXT);
    const headers = { 'Content-Type': 'application/x-ndjson' };
    for (let cut = 1; cut < whole.length; cut++) {
      const pieces = [whole.slice(0, cut >> 1), whole.slice(cut >> 1, cut)];
      const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
        const piece = pieces.shift();
        if (piece) controller.enqueue(piece);
        else controller.error(new TypeError('reset'));
      };
      let behind = 0;
      const take = ({ batch }: PlacedLine) => {
        behind = whole.indexOf(10, behind) + 1;
        // a blank line stands before the second batch
        if (whole[behind] === 13) behind += 2;
        if (batch) table.append(batch);
      };
      const fetch = async () => new Response(new ReadableStream({ pull }), { headers });
      const broken = decoder.consume('http://trace.test/s', take, { fetch });
      await expect(broken, `cut at ${cut}`).rejects.toBeInstanceOf(StreamInterruptedError);
      const rest = serving(new TextDecoder().decode(whole.slice(behind)));
      await decoder.consume('http://trace.test/s', take, { fetch: rest });
      const from = table.rowCount - EXPECTED.length;
      if (table.rowCount !== cut * EXPECTED.length) expect.fail(`${table.rowCount} rows, ${cut}`);
      if (JSON.stringify(table.toJSON(from)) !== JSON.stringify(EXPECTED)) {
        expect(table.toJSON(from), `cut at ${cut}`).toEqual(EXPECTED);
      }
    }
    decoder.close();
  });
});

describe('a trace decoder that goes on', () => {
  it('reads a stream after one with a refused line, whose later lines are nobody’s', async () => {
    const decoder = createTraceDecoder();
    const table = new ColumnTable();
    let lines = 0;
    const take = ({ batch }: PlacedLine) => {
      lines++;
      if (batch) table.append(batch);
    };
    const consume = (text: string) =>
      decoder.consume('http://trace.test/s', take, { fetch: serving(text, 4096) });
    const later = Array.from({ length: 5000 }, (_, n) => record(n, [{ id: `later ${n}` }]));
    for (let round = 1; round <= 3; round++) {
      const refused = consume(`{"type":}\n${later.join('')}`);
      await expect(refused).rejects.toBeInstanceOf(MalformedLineError);
      await consume(TEXT);
      expect([lines, table.rowCount]).toEqual([4 * round, 3 * round]);
      expect(table.toJSON(3 * (round - 1))).toEqual(EXPECTED);
    }
    decoder.close();
  });

  it('tells of a stream that says nothing, once its lines were taken', async () => {
    const decoder = createTraceDecoder();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(encoder.encode(TEXT.slice(0, -10))),
    });
    const headers = { 'Content-Type': 'application/x-ndjson' };
    const taken: string[] = [];
    const silent = decoder.consume('http://trace.test/s', ({ header }) => taken.push(header.type), {
      fetch: async () => new Response(body, { headers }),
      idleTimeoutMs: 100,
    });
    await expect(silent).rejects.toBeInstanceOf(StreamInterruptedError);
    expect(taken).toEqual(['meta', 'records', 'records']);
    decoder.close();
  });
});

describe('a trace decoder with a worker that fails', () => {
  it('decodes in the page where the script cannot be loaded, and says so', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    vi.stubGlobal(
      'Worker',
      class extends CountedWorker {
        constructor() {
          super(
            URL.createObjectURL(
              new Blob(['throw new Error("blocked")'], { type: 'text/javascript' }),
            ),
            { type: 'module' },
          );
        }
      },
    );
    for (let i = 0; i < 2; i++) expect((await read(TEXT)).rows).toEqual(EXPECTED);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toContain("worker-src 'self'");
    warn.mockClear();
  });

  it('is an error of the trace where the worker dies', async () => {
    const script =
      'postMessage({type:"ready"}); onmessage = (e) => { if (e.data.type === "chunk") setTimeout(() => { throw new Error("out of memory") }) }';
    stubWorker(script);
    const { error } = await read(TEXT);
    expect(error).toBeInstanceOf(DecodeWorkerError);
    expect(error).toMatchObject({
      code: 'DECODE_WORKER_FAILED',
      message: expect.stringContaining('out of memory'),
    });
  });

  it('is an error of the trace where the worker dies over a body', async () => {
    const script =
      'postMessage({type:"ready"}); onmessage = (e) => { if (e.data.type === "end") setTimeout(() => { throw new Error("out of memory") }) }';
    stubWorker(script);
    const decoder = createTraceDecoder();
    const reading = decoder.readAnswer(pieces('{}', 1));
    await expect(reading).rejects.toBeInstanceOf(DecodeWorkerError);
    decoder.close();
  });

  it('reads no further ahead than a few megabytes', async () => {
    const rows = Array.from({ length: 5_000 }, (_, i) => ({
      id: `lot-${i}`,
      filler: 'x'.repeat(200),
    }));
    const text = encoder.encode(record(0, rows));
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent++ === 40) controller.close();
        else controller.enqueue(text.slice());
      },
    });
    let taken = 0;
    let furthest = 0;
    await consumeRecords(
      'http://trace.test/s',
      async () => {
        taken++;
        furthest = Math.max(furthest, sent - taken);
        await new Promise((resolve) => setTimeout(resolve, 5));
      },
      {
        fetch: async () =>
          new Response(body, { headers: { 'Content-Type': 'application/x-ndjson' } }),
      },
    );
    expect(taken).toBe(40);
    expect(furthest * text.length).toBeLessThan(14_000_000);
  });
});
