import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { HttpError } from '../../src/protocol/HttpError.js';
import { TraceError } from '../../src/protocol/TraceError.js';
import {
  consumeNDJSONStream,
  type ConsumeNDJSONStreamOptions,
} from '../../src/stream/consumeNDJSONStream.js';
import { LineTooLongError } from '../../src/stream/errors/LineTooLongError.js';
import { MalformedLineError } from '../../src/stream/errors/MalformedLineError.js';
import { NetworkError } from '../../src/stream/errors/NetworkError.js';
import { NotNdjsonError } from '../../src/stream/errors/NotNdjsonError.js';
import { StreamInterruptedError } from '../../src/stream/errors/StreamInterruptedError.js';
import {
  bytesOf,
  CHUNK_SIZES,
  countingController,
  cut,
  fakeFetch,
  json,
  ndjson,
  rejection,
  trackedBody,
  type BodyEnd,
} from './bodies.js';

const URL_TEXT = 'https://dash.example/api/trace/job/trace-evt-1/stream';

async function consume(
  text: string,
  size: number,
  options: ConsumeNDJSONStreamOptions = {},
  end: BodyEnd = 'close',
) {
  const tracked = trackedBody(cut(bytesOf(text), size), end);
  const messages: unknown[] = [];
  const take = (message: unknown) => void messages.push(message);
  const { fetch } = fakeFetch(() => ndjson(tracked.body));
  const done = consumeNDJSONStream(URL_TEXT, take, { fetch, ...options });
  const outcome = await done.then(
    (counts) => ({ counts, error: undefined }),
    (error: unknown) => ({ counts: undefined, error }),
  );
  return { ...outcome, messages, cancelled: tracked.cancelled, body: tracked.body };
}

describe.each(CHUNK_SIZES)('consumeNDJSONStream at %i bytes a chunk', (size) => {
  it('hands on what JSON.parse makes of each line', async () => {
    const documents = fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()));
    await fc.assert(
      fc.asyncProperty(documents, async (values) => {
        const text = values.map((value) => JSON.stringify(value)).join('\n');
        const { messages, counts } = await consume(text, size);
        const lines = text === '' ? [] : text.split('\n');
        expect(messages).toEqual(lines.map((line) => JSON.parse(line)));
        expect(counts).toMatchObject({ lines: lines.length, bytes: bytesOf(text).byteLength });
      }),
      { numRuns: 40 },
    );
  });

  it('takes BOM, CRLF, blank lines, NaN and a last line without a newline', async () => {
    const text = '\ufeff{"type":"a"}\r\n\r\n\n {"type":"b","n":NaN}\n  \n{"type":"型"}';
    const { messages, counts } = await consume(text, size);
    expect(messages).toEqual([{ type: 'a' }, { type: 'b', n: null }, { type: '型' }]);
    expect(counts).toEqual({
      bytes: bytesOf(text).byteLength,
      lines: 3,
      skippedLines: 0,
      nonFiniteNumbers: 1,
    });
  });

  it('tells line and byte offset of a malformed line, behind the lines before it', async () => {
    const { error, messages, cancelled } = await consume(
      '{"型":1}\n\n{"a":}\n{}\n',
      size,
      {},
      'hang',
    );
    expect(error).toBeInstanceOf(MalformedLineError);
    expect(error).toMatchObject({
      name: 'MalformedLineError',
      code: 'MALFORMED_LINE',
      line: 3,
      byteOffset: 11,
      url: URL_TEXT,
      cause: expect.any(SyntaxError),
      isCut: false,
    });
    expect(messages).toEqual([{ 型: 1 }]);
    expect(cancelled).toHaveLength(1);
  });

  it('says of a malformed line that the body ended in it', async () => {
    const { error, messages } = await consume('{"a":1}\n{"b":', size);
    expect(error).toMatchObject({ code: 'MALFORMED_LINE', line: 2, isCut: true });
    expect(messages).toEqual([{ a: 1 }]);
  });

  it('passes over malformed lines on request, and reports each', async () => {
    const skipped: MalformedLineError[] = [];
    const { messages, counts } = await consume('{"a":1}\n[]\n{"b"\n{"c":3}\n', size, {
      onMalformedLine: 'skip',
      onSkippedLine: (error) => skipped.push(error),
    });
    expect(messages).toEqual([{ a: 1 }, { c: 3 }]);
    expect(counts).toMatchObject({ lines: 4, skippedLines: 2 });
    expect(skipped.map(({ line, byteOffset }) => [line, byteOffset])).toEqual([
      [2, 8],
      [3, 11],
    ]);
  });

  it('tells line and byte offset of an over-long line', async () => {
    const text = `{}\n{"a":"${'x'.repeat(40)}"}\n`;
    const { error, messages, cancelled } = await consume(text, size, { maxLineBytes: 20 }, 'hang');
    expect(error).toBeInstanceOf(LineTooLongError);
    expect(error).toMatchObject({ code: 'LINE_TOO_LONG', line: 2, byteOffset: 3 });
    expect(messages).toEqual([{}]);
    expect(cancelled).toHaveLength(1);
  });

  it('keeps the lines received before a body that breaks off', async () => {
    const cause = new TypeError('terminated');
    const { error, messages, body } = await consume('{"a":1}\n{"b":2}\n{"c', size, {}, cause);
    expect(error).toBeInstanceOf(StreamInterruptedError);
    expect(error).toMatchObject({ code: 'STREAM_INTERRUPTED', line: 3, byteOffset: 19, cause });
    expect(messages).toEqual([{ a: 1 }, { b: 2 }]);
    expect(body.locked).toBe(false);
  });

  it('tells a login page that calls itself NDJSON', async () => {
    const { error, cancelled } = await consume('\ufeff \n <!doctype html>', size, {}, 'hang');
    expect(error).toBeInstanceOf(NotNdjsonError);
    expect((error as Error).message).toContain('login page');
    expect(cancelled).toHaveLength(1);
  });

  it('stops, cancels and passes on what onChunk throws', async () => {
    const thrown = new Error('the store is full');
    const tracked = trackedBody(cut(bytesOf('{}\n{}\n{}\n'), size), 'hang');
    const onChunk = vi.fn(() => {
      throw thrown;
    });
    const { fetch } = fakeFetch(() => ndjson(tracked.body));
    expect(await rejection(consumeNDJSONStream(URL_TEXT, onChunk, { fetch }))).toBe(thrown);
    expect(onChunk).toHaveBeenCalledTimes(1);
    expect(tracked.cancelled).toHaveLength(1);
    expect(tracked.body.locked).toBe(false);
  });
});

describe('consumeNDJSONStream', () => {
  it('tells each message its place', async () => {
    const places: unknown[] = [];
    const { fetch } = fakeFetch(() => ndjson('{"a":NaN}\n\n{"b":2}\n'));
    await consumeNDJSONStream(URL_TEXT, (_, place) => places.push(place), { fetch });
    expect(places).toEqual([
      { line: 1, byteOffset: 0, nonFiniteNumbers: 1 },
      { line: 3, byteOffset: 11, nonFiniteNumbers: 0 },
    ]);
  });

  it('reads no further while the promise of onChunk is pending', async () => {
    const tracked = trackedBody(['{"n":1}\n', '{"n":2}\n', '{"n":3}\n'].map(bytesOf));
    const release: (() => void)[] = [];
    const onChunk = () => new Promise<void>((resolve) => release.push(resolve));
    const { fetch } = fakeFetch(() => ndjson(tracked.body));
    const done = consumeNDJSONStream(URL_TEXT, onChunk, { fetch });
    for (const expected of [1, 2, 3]) {
      await vi.waitFor(() => expect(release).toHaveLength(expected));
      await new Promise((resolve) => setImmediate(resolve));
      expect(tracked.pulled()).toBe(expected);
      release.at(-1)?.();
    }
    await expect(done).resolves.toMatchObject({ lines: 3 });
  });

  it('reports bytes and lines after each chunk', async () => {
    const progress: unknown[] = [];
    const tracked = trackedBody(['{}\n{', '}\n', '{}'].map(bytesOf));
    const { fetch } = fakeFetch(() => ndjson(tracked.body));
    const onProgress = (counts: unknown) => progress.push(counts);
    await consumeNDJSONStream(URL_TEXT, () => undefined, { fetch, onProgress });
    expect(progress).toEqual([
      { bytes: 4, lines: 1 },
      { bytes: 6, lines: 2 },
      { bytes: 8, lines: 2 },
    ]);
  });

  it('sends the headers, and asks a function for them', async () => {
    const { fetch, calls } = fakeFetch(() => ndjson('{}'));
    const headers = async () => ({ 'X-CSRF-Token': 'abc' });
    await consumeNDJSONStream(new URL(URL_TEXT), () => undefined, { fetch, headers });
    const sent = new Headers(calls[0]?.init.headers);
    expect([calls[0]?.url, sent.get('X-CSRF-Token'), sent.get('Accept')]).toEqual([
      URL_TEXT,
      'abc',
      'application/x-ndjson',
    ]);
  });

  it('takes an answer without a body for a stream without lines', async () => {
    const { fetch } = fakeFetch(() => new Response(null, { status: 204 }));
    const counts = await consumeNDJSONStream(URL_TEXT, () => undefined, { fetch });
    expect(counts).toEqual({ bytes: 0, lines: 0, skippedLines: 0, nonFiniteNumbers: 0 });
  });

  it.each(['text/html; charset=utf-8', 'application/json'])('refuses a 200 of %s', async (type) => {
    const tracked = trackedBody([bytesOf('{}\n')], 'hang');
    const headers = { 'Content-Type': type };
    const { fetch } = fakeFetch(() => new Response(tracked.body, { headers }));
    const error = await rejection(consumeNDJSONStream(URL_TEXT, () => undefined, { fetch }));
    expect(error).toBeInstanceOf(NotNdjsonError);
    expect(error).toMatchObject({ code: 'NOT_NDJSON', status: 200, contentType: type });
    expect(tracked.cancelled).toHaveLength(1);
  });

  it('names the page that a request was redirected to', async () => {
    const page = new Response('<html>', { headers: { 'Content-Type': 'text/html' } });
    Object.defineProperties(page, { redirected: { value: true }, url: { value: '/login' } });
    const { fetch } = fakeFetch(() => page);
    const error = await rejection(consumeNDJSONStream(URL_TEXT, () => undefined, { fetch }));
    expect(error).toMatchObject({ redirectedTo: '/login' });
    expect((error as Error).message).toMatch(/redirect to \/login.*\n.*sign in/);
  });

  it.each(['application/ndjson', 'application/jsonl', 'text/plain', 'application/octet-stream'])(
    'reads a stream that is sent as %s',
    async (type) => {
      const { fetch } = fakeFetch(() => ndjson('{}', { headers: { 'Content-Type': type } }));
      await expect(
        consumeNDJSONStream(URL_TEXT, () => undefined, { fetch }),
      ).resolves.toMatchObject({ lines: 1 });
    },
  );

  it('turns a refusal into an HttpError', async () => {
    const body = { success: false, error: { code: 'JOB_NOT_COMPLETE', message: 'not yet' } };
    const { fetch } = fakeFetch(() => json(body, { status: 409 }));
    const error = await rejection(consumeNDJSONStream(URL_TEXT, () => undefined, { fetch }));
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toMatchObject({ status: 409, serverCode: 'JOB_NOT_COMPLETE', url: URL_TEXT });
  });

  it('cancels the endless body of a refusal', async () => {
    const tracked = trackedBody(
      Array<Uint8Array<ArrayBuffer>>(9).fill(bytesOf('x'.repeat(20_000))),
    );
    const { fetch } = fakeFetch(() => new Response(tracked.body, { status: 502 }));
    const error = await rejection(consumeNDJSONStream(URL_TEXT, () => undefined, { fetch }));
    expect(error).toMatchObject({ name: 'HttpError', status: 502 });
    expect(tracked.cancelled).toHaveLength(1);
  });

  it('turns a failed fetch into a NetworkError with its cause', async () => {
    const cause = new TypeError('fetch failed');
    const { fetch } = fakeFetch(() => Promise.reject(cause));
    const error = await rejection(consumeNDJSONStream(URL_TEXT, () => undefined, { fetch }));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toBeInstanceOf(TraceError);
    expect(error).toMatchObject({ code: 'NETWORK_ERROR', cause });
  });

  it.each([
    ['', () => undefined, {}],
    [URL_TEXT, 'no function', {}],
    [URL_TEXT, () => undefined, { maxLineBytes: 0 }],
    [URL_TEXT, () => undefined, { onMalformedLine: 'ignore' }],
  ])('rejects wrong arguments with a TypeError before any request (%#)', async (...wrong) => {
    const { fetch, calls } = fakeFetch(() => ndjson('{}'));
    const [url, onChunk, options] = wrong as unknown as Parameters<typeof consumeNDJSONStream>;
    const error = await rejection(consumeNDJSONStream(url, onChunk, { ...options, fetch }));
    expect(error).toBeInstanceOf(TypeError);
    expect(calls).toEqual([]);
  });
});

describe('consumeNDJSONStream under an abort', () => {
  it('rejects with the reason, before any request, where it was aborted before', async () => {
    const { fetch, calls } = fakeFetch(() => ndjson('{}'));
    const signal = AbortSignal.abort();
    const error = await rejection(
      consumeNDJSONStream(URL_TEXT, () => undefined, { fetch, signal }),
    );
    expect(error).toBe(signal.reason);
    expect(error).toMatchObject({ name: 'AbortError' });
    expect(calls).toEqual([]);
  });

  it('rejects at once where fetch ignores the signal, and cancels the late body', async () => {
    const tracked = trackedBody([bytesOf('{}\n')], 'hang');
    let answer: (response: Response) => void = () => undefined;
    const { fetch } = fakeFetch(() => new Promise((resolve) => (answer = resolve)));
    const { controller, signal, active } = countingController();
    const done = rejection(consumeNDJSONStream(URL_TEXT, () => undefined, { fetch, signal }));
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort('enough');
    expect(await done).toBe('enough');
    answer(ndjson(tracked.body));
    await vi.waitFor(() => expect(tracked.cancelled).toEqual(['enough']));
    expect(active()).toBe(0);
  });

  it('rejects while it waits for bytes', async () => {
    const tracked = trackedBody([bytesOf('{}\n')], 'hang');
    const { controller, signal, active } = countingController();
    const { fetch } = fakeFetch(() => ndjson(tracked.body));
    const onChunk = vi.fn();
    const done = rejection(consumeNDJSONStream(URL_TEXT, onChunk, { fetch, signal }));
    await vi.waitFor(() => expect(onChunk).toHaveBeenCalledTimes(1));
    controller.abort();
    expect(await done).toBe(signal.reason);
    expect(tracked.cancelled).toEqual([signal.reason]);
    expect(tracked.body.locked).toBe(false);
    expect(active()).toBe(0);
  });

  it('rejects while the promise of onChunk is pending', async () => {
    const tracked = trackedBody([bytesOf('{}\n')], 'hang');
    const { controller, signal, active } = countingController();
    const { fetch } = fakeFetch(() => ndjson(tracked.body));
    const onChunk = () => new Promise(() => queueMicrotask(() => controller.abort()));
    const error = await rejection(consumeNDJSONStream(URL_TEXT, onChunk, { fetch, signal }));
    expect(error).toBe(signal.reason);
    expect(tracked.cancelled).toHaveLength(1);
    expect(active()).toBe(0);
  });

  it('hands on no further line of the chunk once onChunk has aborted', async () => {
    const { controller, signal } = countingController();
    const { fetch } = fakeFetch(() => ndjson('{}\n{}\n{}\n'));
    const onChunk = vi.fn(() => controller.abort());
    await rejection(consumeNDJSONStream(URL_TEXT, onChunk, { fetch, signal }));
    expect(onChunk).toHaveBeenCalledTimes(1);
  });

  it('leaves no listener on the signal of a stream that was read to its end', async () => {
    const { signal, active, added } = countingController();
    const { fetch } = fakeFetch(() => ndjson('{}\n{}\n'));
    await consumeNDJSONStream(URL_TEXT, async () => undefined, { fetch, signal });
    expect(added()).toBeGreaterThan(0);
    expect(active()).toBe(0);
  });
});
