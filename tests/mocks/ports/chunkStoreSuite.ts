import { beforeEach, describe, expect, it } from 'vitest';
import type { ChunkStore } from '../../../mocks/ports.js';

export interface StoreUnderTest {
  store: ChunkStore;
  /** Lets time pass; the TTL is 60 s. */
  passSeconds(seconds: number): Promise<void>;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | null) => value && new TextDecoder().decode(value);

/** What every adapter of ChunkStore must do. */
export function describeChunkStore(adapter: string, create: () => Promise<StoreUnderTest>): void {
  describe(`${adapter} as a ChunkStore`, () => {
    let store: ChunkStore;
    let passSeconds: StoreUnderTest['passSeconds'];
    beforeEach(async () => {
      ({ store, passSeconds } = await create());
    });

    it('gives back what was put, job by job and key by key', async () => {
      await store.put('a', 'result:history:0', bytes('[1]'));
      await store.put('a', 'result:history:1', bytes('[2]'));
      await store.put('b', 'result:history:0', bytes('[3]'));
      await store.put('a', 'result:history:1', bytes('[4]'));
      expect(text(await store.get('a', 'result:history:0'))).toBe('[1]');
      expect(text(await store.get('a', 'result:history:1'))).toBe('[4]');
      expect(text(await store.get('b', 'result:history:0'))).toBe('[3]');
      expect(await store.get('a', 'result:meta')).toBeNull();
      expect(await store.get('c', 'result:history:0')).toBeNull();
    });

    it('keeps the fields of a job that an update does not name', async () => {
      expect(await store.readJob('a')).toBeNull();
      await store.updateJob('a', { status: 'queued', profile: 'query_tool' });
      await store.updateJob('a', { status: 'started' });
      expect(await store.readJob('a')).toEqual({ status: 'started', profile: 'query_tool' });
    });

    it('drops the named keys only', async () => {
      await store.put('a', 'result:history:0', bytes('[1]'));
      await store.put('a', 'result:holds:0', bytes('[2]'));
      await store.drop('a', ['result:history:0', 'result:history:7']);
      await store.drop('nobody', ['result:history:0']);
      expect(await store.get('a', 'result:history:0')).toBeNull();
      expect(text(await store.get('a', 'result:holds:0'))).toBe('[2]');
    });

    it('removes a result and keeps its job', async () => {
      await store.updateJob('a', { status: 'finished' });
      await store.put('a', 'result:meta', bytes('{}'));
      await store.put('a', 'result:history:0', bytes('[1]'));
      await store.removeResult('a');
      await store.removeResult('nobody');
      expect(await store.get('a', 'result:meta')).toBeNull();
      expect(await store.get('a', 'result:history:0')).toBeNull();
      expect(await store.readJob('a')).toEqual({ status: 'finished' });
    });

    it('forgets a job with all its keys when the TTL is over', async () => {
      await store.updateJob('a', { status: 'started' });
      await store.put('a', 'result:history:0', bytes('[1]'));
      await passSeconds(59);
      expect(await store.readJob('a')).not.toBeNull();
      await passSeconds(2);
      expect(await store.readJob('a')).toBeNull();
      expect(await store.get('a', 'result:history:0')).toBeNull();
    });

    it('gives a renewed job the full TTL anew', async () => {
      await store.updateJob('a', { status: 'started' });
      await store.put('a', 'result:history:0', bytes('[1]'));
      await passSeconds(40);
      await store.renew('a');
      await store.renew('nobody');
      await passSeconds(40);
      expect(text(await store.get('a', 'result:history:0'))).toBe('[1]');
      expect(await store.readJob('a')).toEqual({ status: 'started' });
      await passSeconds(21);
      expect(await store.get('a', 'result:history:0')).toBeNull();
    });
  });
}
