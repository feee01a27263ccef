import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  consumeNDJSONStream,
  type ConsumeNDJSONStreamOptions,
} from '../../src/stream/consumeNDJSONStream.js';
import { NetworkError } from '../../src/stream/errors/NetworkError.js';
import { StreamInterruptedError } from '../../src/stream/errors/StreamInterruptedError.js';
import { bytesOf, countingController, fakeFetch, ndjson } from './bodies.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A stream that says what it is told to, when it is told to. */
function openStream(options: ConsumeNDJSONStreamOptions = {}) {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const cancelled = vi.fn<(reason: unknown) => void>();
  const body = new ReadableStream<Uint8Array>({
    start: (own) => void (controller = own),
    cancel: cancelled,
  });
  const { fetch, calls } = fakeFetch(() => ndjson(body));
  const messages: unknown[] = [];
  const onChunk = vi.fn<(message: unknown) => unknown>((message) => void messages.push(message));
  const settled = vi.fn<(outcome: unknown) => void>();
  const done = consumeNDJSONStream('https://dash.example/stream', onChunk, { fetch, ...options });
  done.then(settled, settled);
  const say = async (text: string) => {
    controller.enqueue(bytesOf(text));
    await vi.advanceTimersByTimeAsync(0);
  };
  return { say, close: () => controller.close(), calls, cancelled, messages, onChunk, settled };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
/** The machine sleeps: the clock of the day goes on, timers do not. */
const sleep = (ms: number) => vi.setSystemTime(Date.now() + ms);
const HOUR = 3_600_000;

describe('a stream that says nothing', () => {
  it('is interrupted after 45 s, its body cancelled and its request aborted', async () => {
    const { say, settled, cancelled, calls, messages } = openStream();
    await say('{"type":"a"}\n{"type');
    await pass(44_000);
    expect(settled).not.toHaveBeenCalled();
    await pass(6000);
    const error = settled.mock.lastCall![0];
    expect(error).toBeInstanceOf(StreamInterruptedError);
    expect(error).toMatchObject({
      message: expect.stringContaining('nothing came for 45 s'),
      line: 2,
      byteOffset: 19,
    });
    expect(messages).toEqual([{ type: 'a' }]);
    expect(cancelled).toHaveBeenCalled();
    expect(calls[0]!.init.signal!.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is interrupted after the time that was asked for', async () => {
    const { say, settled } = openStream({ idleTimeoutMs: 1000 });
    await say('{}\n');
    await pass(1000);
    expect(settled).not.toHaveBeenCalled();
    await pass(200);
    expect(settled.mock.lastCall![0]).toBeInstanceOf(StreamInterruptedError);
  });

  it('is waited for without an end where that was asked for', async () => {
    const { say, settled } = openStream({ idleTimeoutMs: Infinity });
    await say('{}\n');
    expect(vi.getTimerCount()).toBe(0);
    await pass(24 * HOUR);
    expect(settled).not.toHaveBeenCalled();
  });

  it('is not interrupted while a heartbeat comes now and then', async () => {
    const { say, close, settled } = openStream();
    for (let i = 0; i < 20; i++) {
      await pass(40_000);
      await say('\n');
    }
    close();
    await pass(0);
    expect(settled).toHaveBeenCalledWith(expect.objectContaining({ lines: 0, bytes: 20 }));
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is no answer where not even its headers come', async () => {
    const settled = vi.fn<(outcome: unknown) => void>();
    const fetch = () => new Promise<Response>(() => undefined);
    consumeNDJSONStream('https://dash.example/stream', () => undefined, { fetch }).then(
      settled,
      settled,
    );
    await pass(50_000);
    const error = settled.mock.lastCall![0];
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({ message: expect.stringContaining('nothing came for 45 s') });
  });
});

describe('time that does not count', () => {
  it('is that in which nothing is read', async () => {
    const { say, onChunk, settled } = openStream();
    let handOn: (value?: unknown) => void = () => undefined;
    onChunk.mockImplementation(() => new Promise((resolve) => (handOn = resolve)));
    await say('{}\n');
    await pass(HOUR);
    handOn();
    await pass(44_000);
    expect(settled).not.toHaveBeenCalled();
    await pass(6000);
    expect(settled).toHaveBeenCalled();
  });

  it('is that in which the machine slept', async () => {
    const { say, settled, messages } = openStream();
    await say('{"a":1}\n');
    await pass(40_000);
    sleep(8 * HOUR);
    // one tick for the sleep, one more for the network
    await pass(9000);
    expect(settled).not.toHaveBeenCalled();
    await say('{"a":2}\n');
    await pass(44_000);
    expect(settled).not.toHaveBeenCalled();
    expect(messages).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it('gives the network a tick also where the last one came late', async () => {
    const { say, settled } = openStream();
    await say('{}\n');
    await pass(10 * 4500);
    sleep(8 * HOUR);
    await pass(4500);
    expect(settled).not.toHaveBeenCalled();
    await pass(4500);
    expect(settled).toHaveBeenCalled();
  });

  it('is that in which the timers of a hidden tab are held back', async () => {
    const { say, settled } = openStream();
    await say('{}\n');
    for (let minute = 0; minute < 9; minute++) {
      sleep(60_000);
      await pass(4500);
    }
    expect(settled).not.toHaveBeenCalled();
  });

  it('is none where the clock of the day is set back', async () => {
    const { say, settled } = openStream();
    await say('{}\n');
    sleep(-8 * HOUR);
    await pass(50_000);
    expect(settled).toHaveBeenCalled();
  });
});

describe('the watch', () => {
  it('leaves no listener and no timer behind, however the reading ends', async () => {
    for (const end of ['close', 'abort', 'idle'] as const) {
      const { controller, signal, active } = countingController();
      const { say, close, settled } = openStream({ signal });
      await say('{}\n');
      if (end === 'close') close();
      else if (end === 'abort') controller.abort(new Error('enough'));
      await pass(end === 'idle' ? 50_000 : 0);
      expect(settled).toHaveBeenCalledOnce();
      expect([active(), vi.getTimerCount()], end).toEqual([0, 0]);
    }
  });

  it('hands the reason of an abort on', async () => {
    const controller = new AbortController();
    const { say, settled } = openStream({ signal: controller.signal });
    await say('{}\n');
    controller.abort(new Error('enough'));
    await pass(0);
    expect(settled).toHaveBeenCalledWith(new Error('enough'));
  });

  it.each([0, -1, Number.NaN, '45'])('refuses a timeout of %j', async (idleTimeoutMs) => {
    const options = { idleTimeoutMs } as ConsumeNDJSONStreamOptions;
    await expect(consumeNDJSONStream('/stream', () => undefined, options)).rejects.toThrow(
      TypeError,
    );
  });
});
