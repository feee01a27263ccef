import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { cutSlowReaders } from '../../mocks/nodeSlowReaders.js';
import { DEFAULT_SETTINGS } from '../../mocks/settings.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A server that looks at its connections each second, and takes 10 bytes a second for enough. */
function watch() {
  const server = new EventEmitter();
  const limits = { ...DEFAULT_SETTINGS, slowReaderSeconds: 5, leastBytesPerSecond: 10 };
  const all = { ...limits, isBehindProxy: false, log: vi.fn() };
  cutSlowReaders(server as Server, new WeakMap(), all);
  /** A connection on which 1,000 bytes wait to be taken. */
  function connect() {
    const state = { bytesWritten: 1_000, writableLength: 1_000, resetAndDestroy: vi.fn() };
    const socket = Object.assign(new EventEmitter(), state);
    server.emit('connection', socket);
    return socket;
  }
  return { server, connect, log: all.log };
}

it('a reader is cut who has taken too little for all of the time, and no sooner', () => {
  const { connect, log } = watch();
  const reader = connect();
  vi.advanceTimersByTime(1_000);
  reader.writableLength -= 49;
  vi.advanceTimersByTime(4_999);
  expect(reader.resetAndDestroy).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(reader.resetAndDestroy).toHaveBeenCalledOnce();
  const fields = expect.objectContaining({ taken: 49, seconds: 5 });
  expect(log).toHaveBeenCalledWith('warning', 'A slow reader was cut.', fields);
});

it('a reader is not cut who takes just enough, until he stops', () => {
  const { connect } = watch();
  const reader = connect();
  vi.advanceTimersByTime(1_000);
  for (let i = 0; i < 4; i++) {
    reader.writableLength -= 50;
    vi.advanceTimersByTime(5_000);
    expect(reader.resetAndDestroy).not.toHaveBeenCalled();
  }
  vi.advanceTimersByTime(5_000);
  expect(reader.resetAndDestroy).toHaveBeenCalledOnce();
});

it('a reader who has taken all begins anew with what waits for him next', () => {
  const { connect } = watch();
  const reader = connect();
  vi.advanceTimersByTime(5_000);
  reader.writableLength = 0;
  vi.advanceTimersByTime(1_000);
  reader.writableLength = 1_000;
  reader.bytesWritten += 1_000;
  vi.advanceTimersByTime(5_999);
  expect(reader.resetAndDestroy).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(reader.resetAndDestroy).toHaveBeenCalledOnce();
});

it('a connection that has closed is looked at no more, nor any once the server has', () => {
  const { server, connect } = watch();
  const reader = connect();
  reader.emit('close');
  vi.advanceTimersByTime(60_000);
  expect(reader.resetAndDestroy).not.toHaveBeenCalled();
  server.emit('close');
  expect(vi.getTimerCount()).toBe(0);
});
