import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AttemptLostError, type ChunkStore } from '../../../mocks/ports.js';
import { storeResult } from '../support/storeResult.js';

export interface StoreUnderTest {
  store: ChunkStore;
  /** Lets time pass; the TTL is 60 s. */
  passSeconds(seconds: number): Promise<void>;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | null) => value && new TextDecoder().decode(value);
const FAILED = { status: 'failed', error: 'no', completed_at: '7' };
const FINISHED = { status: 'finished', completed_at: '7' };

/** What every adapter of ChunkStore must do. */
export function describeChunkStore(adapter: string, create: () => Promise<StoreUnderTest>): void {
  describe(`${adapter} as a ChunkStore`, () => {
    let store: ChunkStore;
    let passSeconds: StoreUnderTest['passSeconds'];
    beforeEach(async () => {
      ({ store, passSeconds } = await create());
    });

    it('gives back what was put, job by job and key by key', async () => {
      const a = await store.beginAttempt('a', {});
      const b = await store.beginAttempt('b', {});
      await a.put('result:history:0', bytes('[1]'));
      await a.put('result:history:1', bytes('[2]'));
      await b.put('result:history:0', bytes('[3]'));
      await a.put('result:history:1', bytes('[4]'));
      expect(text(await store.get('a', 'result:history:0'))).toBe('[1]');
      expect(text(await store.get('a', 'result:history:1'))).toBe('[4]');
      expect(text(await store.get('b', 'result:history:0'))).toBe('[3]');
      expect(await store.get('a', 'result:meta')).toBeNull();
      expect(await store.get('c', 'result:history:0')).toBeNull();
    });

    it('keeps bytes as they are, whatever they are', async () => {
      const every = Uint8Array.from({ length: 256 }, (_, i) => i);
      const part = every.slice().subarray(7, 250);
      const values = { 'result:history:0': every.slice(), 'result:history:1': part };
      await storeResult(store, 'a', values);
      expect(Uint8Array.from((await store.get('a', 'result:history:0'))!)).toEqual(every);
      expect(Uint8Array.from((await store.get('a', 'result:history:1'))!)).toEqual(part);
    });

    it('keeps the fields of a job that an update does not name', async () => {
      expect(await store.readJob('a')).toBeNull();
      await store.createJob('a', { status: 'queued', profile: 'query_tool' });
      const attempt = await store.beginAttempt('a', { status: 'started' });
      await attempt.updateJob({ pct: '7' });
      expect(await store.readJob('a')).toEqual({
        status: 'started',
        profile: 'query_tool',
        pct: '7',
        attempt: '1',
      });
    });

    it('counts the chunks of each domain that an attempt has stored, from none', async () => {
      const chunksOf = async () => {
        const { 'chunks:history': history, 'chunks:a b': named } = (await store.readJob('a'))!;
        return [history, named];
      };
      const first = await store.beginAttempt('a', { domains: 'history,a b' });
      expect(await chunksOf()).toEqual([undefined, undefined]);
      await first.put('result:history:0', bytes('[1]'));
      await first.put('result:history:1', bytes('[2]'));
      await first.put('result:history:1', bytes('[2]'));
      await first.put('result:a b:0', bytes('[3]'));
      await first.put('result:aggregation', bytes('{}'));
      await first.put('result:meta', bytes('{}'));
      expect(await chunksOf()).toEqual(['2', '1']);
      const second = await store.beginAttempt('a', {});
      expect(await chunksOf()).toEqual([undefined, undefined]);
      await second.put('result:history:0', bytes('[4]'));
      expect(await chunksOf()).toEqual(['1', undefined]);
      await second.end(FINISHED);
      expect(await store.readJob('a')).toMatchObject({ 'chunks:history': '1' });
    });

    it('drops the named keys only', async () => {
      const attempt = await store.beginAttempt('a', {});
      await attempt.put('result:history:0', bytes('[1]'));
      await attempt.put('result:holds:0', bytes('[2]'));
      await attempt.drop(['result:history:0', 'result:history:7']);
      expect(await store.get('a', 'result:history:0')).toBeNull();
      expect(text(await store.get('a', 'result:holds:0'))).toBe('[2]');
    });

    it('removes the result of an attempt that failed, and keeps its job', async () => {
      const attempt = await store.beginAttempt('a', { profile: 'query_tool', domains: 'history' });
      await attempt.put('result:history:0', bytes('[1]'));
      await attempt.end(FAILED);
      expect(await store.get('a', 'result:history:0')).toBeNull();
      expect(await store.readJob('a')).toMatchObject({ ...FAILED, profile: 'query_tool' });
      await expect(attempt.updateJob({ pct: '1' })).rejects.toThrow(AttemptLostError);
    });

    it('lets an attempt write no more once another has begun, whose result is its own', async () => {
      const first = await store.beginAttempt('a', { status: 'started', domains: 'history' });
      await first.put('result:history:0', bytes('[1]'));
      await first.put('result:history:1', bytes('[2]'));
      const second = await store.beginAttempt('a', { status: 'started' });
      expect(await store.get('a', 'result:history:0')).toBeNull();
      expect(await store.get('a', 'result:history:1')).toBeNull();
      await second.put('result:history:0', bytes('[3]'));
      await expect(first.put('result:history:1', bytes('[4]'))).rejects.toThrow(AttemptLostError);
      await expect(first.drop(['result:history:0'])).rejects.toThrow(AttemptLostError);
      await expect(first.updateJob({ pct: '50' })).rejects.toThrow(AttemptLostError);
      await expect(first.end(FINISHED)).rejects.toThrow(AttemptLostError);
      await second.end(FINISHED);
      expect(text(await store.get('a', 'result:history:0'))).toBe('[3]');
      expect(await store.get('a', 'result:history:1')).toBeNull();
      expect(await store.readJob('a')).toMatchObject({ status: 'finished', attempt: '2' });
    });

    it('takes a job that had ended for one that runs again', async () => {
      const first = await store.beginAttempt('a', { status: 'started', profile: 'query_tool' });
      await first.end(FAILED);
      await store.beginAttempt('a', { status: 'started' });
      const running = { status: 'started', profile: 'query_tool', attempt: '2' };
      expect(await store.readJob('a')).toEqual(running);
    });

    it('ends a job from outside, with whatever its attempt has stored', async () => {
      await store.createJob('a', { status: 'queued', domains: 'history' });
      const attempt = await store.beginAttempt('a', { status: 'started' });
      await attempt.put('result:history:0', bytes('[1]'));
      await store.endJob('a', { status: 'cancelled', completed_at: '7' });
      expect(await store.get('a', 'result:history:0')).toBeNull();
      await expect(attempt.put('result:history:0', bytes('[1]'))).rejects.toThrow(AttemptLostError);
      await expect(attempt.end(FINISHED)).rejects.toThrow(AttemptLostError);
      expect(await store.readJob('a')).toMatchObject({ status: 'cancelled', completed_at: '7' });
    });

    it('removes a finished result from outside', async () => {
      await storeResult(store, 'a', {
        'result:history:0': '[1]',
        'result:aggregation': '{}',
        'result:meta': '{"domains":{"history":{"chunks":1,"total":1}}}',
      });
      await store.endJob('a', { status: 'cancelled', completed_at: '8' });
      for (const key of ['result:meta', 'result:aggregation', 'result:history:0'] as const) {
        expect(await store.get('a', key)).toBeNull();
      }
    });

    it('tells of every write until it need not any more', async () => {
      const onChange = vi.fn();
      const other = vi.fn();
      const end = store.subscribe('a', onChange);
      store.subscribe('b', other);
      const told = async (times: number) =>
        vi.waitFor(() => expect(onChange.mock.calls.length).toBeGreaterThanOrEqual(times));
      // a subscription may take a moment before it hears
      await vi.waitFor(async () => {
        await store.createJob('a', { status: 'queued' });
        expect(onChange).toHaveBeenCalled();
      });
      onChange.mockClear();
      const attempt = await store.beginAttempt('a', {});
      await told(1);
      await attempt.put('result:history:0', bytes('[1]'));
      await told(2);
      await attempt.end(FINISHED);
      await told(3);
      end();
      onChange.mockClear();
      await store.endJob('a', FAILED);
      const heard = vi.fn();
      store.subscribe('a', heard);
      await vi.waitFor(async () => {
        await store.createJob('a', {});
        expect(heard).toHaveBeenCalled();
      });
      expect(onChange).not.toHaveBeenCalled();
      expect(other).not.toHaveBeenCalled();
    });

    it('forgets a job with all its keys when the TTL is over', async () => {
      const attempt = await store.beginAttempt('a', { status: 'started' });
      await attempt.put('result:history:0', bytes('[1]'));
      await passSeconds(59);
      expect(await store.readJob('a')).not.toBeNull();
      await passSeconds(2);
      expect(await store.readJob('a')).toBeNull();
      expect(await store.get('a', 'result:history:0')).toBeNull();
      await expect(attempt.put('result:history:1', bytes('[1]'))).rejects.toThrow(AttemptLostError);
    });

    it('gives a result that is finished the full TTL anew', async () => {
      const meta = '{"domains":{"history":{"chunks":1,"total":1}}}';
      const attempt = await store.beginAttempt('a', { status: 'started', domains: 'history' });
      await attempt.put('result:history:0', bytes('[1]'));
      await passSeconds(40);
      await attempt.put('result:meta', bytes(meta));
      await attempt.end(FINISHED);
      await passSeconds(40);
      expect(text(await store.get('a', 'result:history:0'))).toBe('[1]');
      expect(text(await store.get('a', 'result:meta'))).toBe(meta);
      expect(await store.readJob('a')).toMatchObject({ status: 'finished' });
      await passSeconds(21);
      expect(await store.get('a', 'result:history:0')).toBeNull();
      expect(await store.get('a', 'result:meta')).toBeNull();
    });
  });
}
