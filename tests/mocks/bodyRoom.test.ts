import { expect, it, onTestFinished, vi } from 'vitest';
import { createTraceApp } from '../../mocks/app.js';
import { createBodyRoom } from '../../mocks/http/bodyRoom.js';
import { createMockBackend } from '../../mocks/node.js';
import { createTestBackend } from './api/backend.js';
import { readError } from './api/client.js';

const isTaken = (refusal: unknown) => refusal === null;

it('the room of bodies is one for all, half of it for one address', () => {
  const room = createBodyRoom({ maxBodyBytes: 10 });
  const first = room.open('a@1');
  expect(isTaken(first.take(10))).toBe(true);
  expect(isTaken(room.open('1').take(10))).toBe(true);
  const third = room.open('b@1');
  expect(third.take(1)).toMatchObject({ status: 503, meta: { retry_after_seconds: 10 } });
  expect(isTaken(room.open('a@2').take(15))).toBe(true);
  expect(isTaken(room.open('3').take(6))).toBe(false);
  expect(isTaken(room.open('3').take(5))).toBe(true);
  first.end();
  first.end(); // a second time gives nothing back
  expect(isTaken(third.take(10))).toBe(true);
  expect(isTaken(room.open('3').take(1))).toBe(false);
});

it('the room of addresses that have no body is forgotten', () => {
  const set = vi.spyOn(Map.prototype, 'set');
  const room = createBodyRoom({ maxBodyBytes: 10 });
  for (let address = 0; address < 10; address++) {
    const body = room.open(String(address));
    body.take(5);
    body.take(5);
    body.end();
  }
  const counts = new Set(set.mock.contexts as Map<string, number>[]);
  set.mockRestore();
  expect([...counts].map(({ size }) => size)).toEqual([0]);
});

const HEADERS = { 'Content-Type': 'application/json' };
const BODY = JSON.stringify({ profile: 'query_tool', container_ids: ['a'] });

it('a body for which there is no room is refused before more of it is read', async () => {
  const { source, store, settings } = createTestBackend({ withQueue: false });
  const maxBodyBytes = BODY.length;
  const app = createTraceApp({
    ...{ source, store, queue: null, settings: { ...settings, maxBodyBytes } },
    clientOf: (env) => env as string,
    bodyRoom: createBodyRoom({ maxBodyBytes }),
  });
  const url = 'http://trace.test/api/trace/lineage';
  const ask = (client: string, body: BodyInit) => {
    const init = { method: 'POST', headers: HEADERS, body, duplex: 'half' } as RequestInit;
    return app.fetch(new Request(url, init), client);
  };
  const ends: (() => void)[] = [];
  let pulled = 0;
  const hanging = () =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(BODY));
        ends.push(() => controller.close());
      },
    });
  const waiting = [ask('a@1', hanging()), ask('b@1', hanging())];
  await new Promise((resolve) => setImmediate(resolve));
  const endless = new ReadableStream<Uint8Array>(
    { pull: (controller) => controller.enqueue(new Uint8Array(++pulled)) },
    { highWaterMark: 0 },
  );
  const refused = await ask('c@1', endless);
  expect(refused.headers.get('Retry-After')).toBe('10');
  const error = { status: 503, error: { code: 'SERVICE_UNAVAILABLE' } };
  expect(await readError(refused)).toMatchObject(error);
  expect(pulled).toBe(1);
  expect((await ask('2', BODY)).status).toBe(200);
  for (const end of ends) end();
  for (const answer of waiting) expect((await answer).status).toBe(200);
  // what was read is parsed: it takes no room any more
  expect((await ask('c@1', BODY)).status).toBe(200);
});

it('the backend in Node has room for its bodies', async () => {
  const backend = createMockBackend({ settings: { maxBodyBytes: 10 } });
  onTestFinished(() => backend.close());
  const ask = (body: BodyInit) => {
    const init = { method: 'POST', headers: HEADERS, body, duplex: 'half' } as RequestInit;
    return backend.app.request('/api/trace/lineage', init);
  };
  const hanging = () =>
    new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(10)) });
  void ask(hanging());
  void ask(hanging());
  await new Promise((resolve) => setImmediate(resolve));
  expect((await ask('0123456789')).status).toBe(503);
});
