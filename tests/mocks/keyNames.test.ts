import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSource } from '../../mocks/adapters/createSource.js';
import { createTraceApp } from '../../mocks/app.js';
import type { ChunkStore, JobQueue } from '../../mocks/ports.js';
import { SETTINGS, SOURCE } from './api/backend.js';
import { events, makeJob, useOwnedJobs } from './support/ownedJobs.js';
import { anyText, HOSTILE_TEXTS } from './support/hostileTexts.js';

const NAME = /^[A-Za-z0-9_-]{1,128}$/;
const KEY = /^result(:meta|:aggregation|:[A-Za-z0-9_-]{1,128}:\d+)?$/;

/** An app that writes down what its store and its queue are asked for. */
function watchedApp() {
  const asked: string[] = [];
  const keys: string[] = [];
  const domains = { history: { chunks: 1, total: 1 } };
  const meta = JSON.stringify({ profile: 'query_tool', domains, failed_domains: [] });
  const noAttempt = () => Promise.reject(new Error('Nothing is to be run.'));
  const store: ChunkStore = {
    get: async (jobId, key) => {
      asked.push(jobId);
      keys.push(key);
      return key === 'result:meta' ? new TextEncoder().encode(meta) : null;
    },
    readJob: async (jobId) => {
      asked.push(jobId);
      return { status: 'finished', domains: 'history', attempt: '1' };
    },
    createJob: async (jobId) => void asked.push(jobId),
    beginAttempt: noAttempt,
    endJob: async (jobId) => void asked.push(jobId),
    subscribe: (jobId) => (asked.push(jobId), () => undefined),
  };
  const queue: JobQueue = {
    enqueue: async ({ jobId }) => void asked.push(jobId),
    position: async (jobId) => (asked.push(jobId), null),
    cancel: async (jobId) => (asked.push(jobId), false),
    countWaiting: async () => 0,
    close: async () => undefined,
  };
  const source = createSource(SOURCE);
  const app = createTraceApp({ source, store, queue, settings: SETTINGS });
  return { app, asked, keys };
}

/** Unpaired surrogates have no UTF-8. */
const encoded = (text: string) => encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '?'));

/** As a client may write it into an address: encoded, or as far as an address can hold it as it is. */
const written = fc
  .tuple(anyText, fc.boolean())
  .map(([text, isEncoded]) => (isEncoded ? encoded(text) : text));

describe('what becomes part of a key', () => {
  it('is a checked name or a number, whatever is asked for', async () => {
    const { app, asked, keys } = watchedApp();
    const ask = async (path: string, method = 'GET') => {
      const request = URL.canParse(path, 'http://trace.test')
        ? new Request(new URL(path, 'http://trace.test'), { method })
        : null;
      if (!request) return;
      const response = await app.fetch(request);
      expect(response.status, path).toBeLessThan(500);
      // a body that breaks off is what a missing chunk makes of it
      await response.text().catch(() => undefined);
    };
    await fc.assert(
      fc.asyncProperty(written, written, written, async (id, domain, cursor) => {
        for (const method of ['GET', 'DELETE']) await ask(`/api/trace/job/${id}`, method);
        await ask(`/api/trace/job/${id}/result?domain=${domain}&offset=${cursor}&limit=${domain}`);
        await ask(`/api/trace/job/a/result?domain=${domain}`);
        await ask(`/api/trace/job/${id}/stream?cursor=${cursor}&follow=${domain}`);
        const entry = JSON.stringify(['a', '1', [domain, 0, 0, 0]]);
        const made = btoa(String.fromCharCode(...new TextEncoder().encode(entry)));
        await ask(`/api/trace/job/a/stream?cursor=${encodeURIComponent(made)}`);
      }),
      { numRuns: 300 },
    );
    expect(asked.length).toBeGreaterThan(300);
    expect(asked.filter((name) => !NAME.test(name))).toEqual([]);
    expect(keys.filter((key) => !KEY.test(key))).toEqual([]);
  });

  it('is never a text of a body', async () => {
    const { app, asked } = watchedApp();
    let made = 0;
    for (const text of HOSTILE_TEXTS) {
      const body = { ...events(), cache_key: text, job_id: text, jobId: text, query_id: text };
      body.container_ids.push(text);
      const answer = await app.request('/api/trace/events', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Request-Id': 'x' },
        body: JSON.stringify(body),
      });
      // a text may be too long for an id
      expect([202, 400]).toContain(answer.status);
      if (answer.status === 202) made++;
    }
    expect(made).toBeGreaterThan(50);
    expect(asked.length).toBe(made);
    expect(asked.filter((name) => !/^trace-evt-[0-9a-f]{32}$/.test(name))).toEqual([]);
  });
});

describe('on a real Redis', () => {
  const { open } = useOwnedJobs();

  it('hostile ids find no key and make none', async () => {
    const opened = await open('Redis');
    const { app, redis } = opened;
    await makeJob(opened, 'queued', {});
    await redis!.set('secret', 'told');
    await redis!.hset('other:trace:job:x:meta', { status: 'finished', error: 'told' });
    const before = (await redis!.keys('*')).sort();
    const ids = [
      ...HOSTILE_TEXTS,
      '../secret',
      'x:meta',
      'x:result',
      '*',
      '{x}',
      'x\r\nGET secret',
    ];
    for (const text of ids) {
      const id = encoded(text);
      for (const path of ['', '/result', '/stream', '/stream?follow=1']) {
        const answer = await app.request(`/api/trace/job/${id}${path}`);
        expect([400, 404], id).toContain(answer.status);
        expect(await answer.text()).not.toContain('told');
      }
      expect([400, 404]).toContain(
        (await app.request(`/api/trace/job/${id}`, { method: 'DELETE' })).status,
      );
    }
    expect((await redis!.keys('*')).sort()).toEqual(before);
  });
});
