import { describe, expect, it } from 'vitest';
import { createSessionOwner } from '../../mocks/http/sessionOwner.js';
import { SETTINGS } from './api/backend.js';
import { readError } from './api/client.js';
import { createLineReader } from './support/lineReader.js';
import { finishJob, makeJob, type OwnedApp, STATES, useOwnedJobs } from './support/ownedJobs.js';
import { PYTHON_JOB, PYTHON_RESULT } from './support/pythonResult.js';
import { storeResult } from './support/storeResult.js';

const { open } = useOwnedJobs();

const OWNER = { Cookie: 'session=the-owner' };
const UNKNOWN = `trace-evt-${'0'.repeat(32)}`;

/** Whoever is not the owner, one way or another. */
const STRANGERS: Record<string, Record<string, string>> = {
  'another session': { Cookie: 'session=a-stranger' },
  'no session': {},
  'a bearer token': { Authorization: 'Bearer a-stranger' },
  'the session under another name': { Cookie: 'Session=the-owner; xsession=the-owner' },
  'a session with a blank in it': { Cookie: 'session=the-owner x' },
};

/** Everything that can be asked about a job, behind its address. */
const QUESTIONS = [
  ...['GET', 'HEAD', 'OPTIONS'].flatMap((method) =>
    [
      ...['', '/result', '/result?domain=history', '/result?domain=history&offset=1&limit=2'],
      ...['/result?domain=nothing', '/stream', '/stream?follow=1', '/stream?cursor=CURSOR'],
      '/stream?follow=1&cursor=CURSOR',
    ].map((path) => [method, path] as const),
  ),
  ...['DELETE', 'PUT', 'POST', 'PATCH'].flatMap((method) =>
    ['', '/result', '/stream'].map((path) => [method, path] as const),
  ),
];

/** An answer to the byte, as far as it does not depend on the job's id or the hour. */
async function answerTo(
  { app }: Pick<OwnedApp, 'app'>,
  jobId: string,
  [method, path]: readonly [string, string],
  headers: Record<string, string>,
) {
  const response = await app.request(`/api/trace/job/${jobId}${path}`, { method, headers });
  const { status } = response;
  response.headers.delete('X-Request-Id');
  const told = [...response.headers];
  const body = await response.text();
  return { status, told, body: body.replaceAll(jobId, 'JOB') };
}

describe.each(['memory', 'Redis'] as const)('in %s', (kind) => {
  describe.each(STATES)('a job that is %s', (state) => {
    it.each(Object.keys(STRANGERS))('does not exist for %s', async (stranger) => {
      const opened = await open(kind);
      const { jobId } = await makeJob(opened, state, OWNER);
      const cursor = btoa(JSON.stringify([jobId, '1', ['history', 1, 2, 0]]));
      for (const [method, path] of QUESTIONS) {
        const asked = [method, path.replace('CURSOR', cursor)] as const;
        const headers = STRANGERS[stranger]!;
        const told = await answerTo(opened, jobId, asked, headers);
        expect(told, asked.join(' ')).toEqual(await answerTo(opened, UNKNOWN, asked, headers));
        expect(told.status).toBe(404);
      }
    });

    it('is its owner’s, whatever strangers asked', async () => {
      const opened = await open(kind);
      const { jobId, url } = await makeJob(opened, state, OWNER);
      const told = () =>
        Promise.all(
          QUESTIONS.filter(([method]) => method === 'GET').map((asked) =>
            answerTo(opened, jobId, asked, OWNER),
          ),
        );
      const isSteady = state !== 'queued' && state !== 'running';
      const before = isSteady ? await told() : [];
      for (const asked of QUESTIONS) {
        for (const headers of Object.values(STRANGERS)) {
          await answerTo(opened, jobId, asked, headers);
        }
      }
      if (isSteady) expect(await told()).toEqual(before);
      const answer = await opened.app.request(url, { headers: OWNER });
      expect(await answer.json()).toMatchObject({
        job_id: jobId,
        status: state === 'running' ? 'started' : state,
      });
    });
  });

  it('goes on for its owner while a stranger asks for it and cancels it', async () => {
    const opened = await open(kind);
    const { jobId, url, attempt } = await makeJob(opened, 'running', OWNER);
    const stream = await opened.app.request(`${url}/stream?follow=1`, { headers: OWNER });
    const lines = createLineReader(stream);
    await lines.until('records');
    const stranger = STRANGERS['another session']!;
    for (const asked of QUESTIONS) await answerTo(opened, jobId, asked, stranger);
    await finishJob(attempt!);
    const messages = await lines.until('complete');
    expect(messages.at(-1)).toEqual({ type: 'complete', total_records: 4 });
  });

  it('lets its owner cancel it, and go on behind a cursor', async () => {
    const opened = await open(kind);
    const { url } = await makeJob(opened, 'finished', OWNER);
    const get = (path: string) => opened.app.request(url + path, { headers: OWNER });
    const text = await (await get('/stream')).text();
    const cursor = /"cursor":"([\w-]+)"/.exec(text)![1]!;
    expect(await (await get(`/stream?cursor=${cursor}`)).text()).toContain('"c3"');
    const cancelled = await opened.app.request(url, { method: 'DELETE', headers: OWNER });
    expect(cancelled.status).toBe(202);
  });

  it('opens a job that nobody owns to whoever has its id', async () => {
    const opened = await open(kind);
    const { url } = await makeJob(opened, 'finished', {});
    for (const headers of [{}, OWNER, ...Object.values(STRANGERS)]) {
      const answer = await opened.app.request(`${url}/result`, { headers });
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ results: { history: { count: 4 } } });
    }
  });

  it('opens what the DashBoard’s worker stored to whoever has its id', async () => {
    const opened = await open(kind);
    await storeResult(opened.store, 'trace-evt-0a1b2c3d4e5f', PYTHON_RESULT, PYTHON_JOB);
    const path = '/api/trace/job/trace-evt-0a1b2c3d4e5f/stream';
    const answer = await opened.app.request(path, { headers: OWNER });
    expect(await answer.text()).toContain('"type":"complete"');
  });

  it('stores a digest of the session alone, another one for each job', async () => {
    const opened = await open(kind);
    const jobs = [
      await makeJob(opened, 'running', OWNER),
      await makeJob(opened, 'finished', { Authorization: 'Bearer the-owner' }),
    ];
    const stored = await Promise.all(jobs.map(({ jobId }) => opened.store.readJob(jobId)));
    const owners = stored.map((fields) => fields!.owner);
    for (const owner of owners) expect(owner).toMatch(/^[\w-]{43}$/);
    expect(new Set(owners).size).toBe(2);
    expect(JSON.stringify(stored)).not.toContain('the-owner');
  });

  it('asks the host’s own rule of each request, and takes nothing but a yes', async () => {
    const asked: object[] = [];
    let verdict: unknown = 'deny';
    const opened = await open(kind, {
      ownerOf: (request) => request.headers.get('X-User'),
      authorize: async (_request, job) => (asked.push(job), verdict as 'deny'),
    });
    const { jobId, url } = await makeJob(opened, 'finished', { 'X-User': 'ann' });
    const get = (path = '', method = 'GET') =>
      opened.app.request(url + path, { method, headers: { 'X-User': 'bob' } });
    for (verdict of ['deny', false, undefined, 'yes', 1]) {
      for (const path of ['', '/result', '/stream', '/stream?follow=1']) {
        expect((await get(path)).status).toBe(404);
      }
      expect((await get('', 'DELETE')).status).toBe(404);
    }
    expect(new Set(asked.map((job) => JSON.stringify(job)))).toEqual(
      new Set([
        JSON.stringify({
          ...{ jobId, owner: 'ann', caller: 'bob', profile: 'query_tool', status: 'finished' },
        }),
      ]),
    );
    for (verdict of ['allow', true]) {
      expect(await (await get('/result')).json()).toMatchObject({ stage: 'events' });
    }
  });

  it('refuses where the host’s rule fails, and says no more than that', async () => {
    const opened = await open(kind, {
      authorize: () => {
        throw new Error('the directory is away');
      },
    });
    const { url } = await makeJob(opened, 'finished', OWNER);
    const told = await readError(await opened.app.request(url, { headers: OWNER }));
    expect(told).toMatchObject({ status: 500, error: { code: 'INTERNAL_ERROR' } });
    expect(JSON.stringify(told)).not.toContain('directory');
  });
});

describe('the id of a job', () => {
  it('has 128 random bits, none of them always the same', async () => {
    const opened = await open('memory');
    const always = { ones: 2n ** 128n - 1n, zeros: 2n ** 128n - 1n };
    for (let i = 0; i < 80; i++) {
      const { jobId } = await makeJob(opened, 'queued', {});
      expect(jobId).toMatch(/^trace-evt-[0-9a-f]{32}$/);
      const bits = BigInt(`0x${jobId.slice(10)}`);
      always.ones &= bits;
      always.zeros &= ~bits;
    }
    expect(always).toEqual({ ones: 0n, zeros: 0n });
  });
});

describe('the digest of a session', () => {
  const request = (headers: Record<string, string>) => new Request('http://x.test/', { headers });

  it('depends on the session, the job and the servers’ secret', () => {
    const ownerOf = createSessionOwner(SETTINGS);
    const keyed = createSessionOwner({ ...SETTINGS, secret: 'k' });
    const owner = ownerOf(request(OWNER), 'a');
    expect(ownerOf(request(OWNER), 'a')).toBe(owner);
    expect(ownerOf(request({ Authorization: 'Bearer the-owner' }), 'a')).toBe(owner);
    expect(ownerOf(request(OWNER), 'b')).not.toBe(owner);
    expect(ownerOf(request({ Cookie: 'session=x' }), 'a')).not.toBe(owner);
    expect(keyed(request(OWNER), 'a')).not.toBe(owner);
    expect(ownerOf(request({}), 'a')).toBeNull();
  });
});
