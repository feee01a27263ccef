import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { delay } from '../../src/jobs/delay.js';
import { countingController, rejection } from '../stream/bodies.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('delay', () => {
  it('resolves after its time and removes its listener', async () => {
    const { signal, active, added } = countingController();
    const done = vi.fn();
    const waiting = delay(1000, signal).then(done);
    await vi.advanceTimersByTimeAsync(999);
    expect(done).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await waiting;
    expect([added(), active()]).toEqual([1, 0]);
  });

  it('rejects with the reason of an abort and clears its timer', async () => {
    const { controller, signal, active } = countingController();
    const waiting = rejection(delay(1000, signal));
    controller.abort('enough');
    expect(await waiting).toBe('enough');
    expect([active(), vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('rejects at once where the signal was aborted before', async () => {
    expect(await rejection(delay(1000, AbortSignal.abort('before')))).toBe('before');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not end at once where the wait overflows a timer', async () => {
    const done = vi.fn();
    void delay(2 ** 40).then(done);
    await vi.advanceTimersByTimeAsync(1_000_000);
    expect(done).not.toHaveBeenCalled();
  });
});
