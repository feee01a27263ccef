import { afterEach, describe, expect, it } from 'vitest';
import { createTestBackend } from './api/backend.js';
import { getJson, MSD_PARAMS, post, prepareEvents, runToEnd } from './api/client.js';
import type { EventsAnswer } from '../../src/protocol/index.js';

const closing: (() => Promise<void>)[] = [];
const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
const members = () => prototypes.map((prototype) => Reflect.ownKeys(prototype));
const before = members();

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  expect(members()).toEqual(before);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

function start() {
  const backend = createTestBackend();
  closing.push(() => backend.queue.close());
  const request = async (path: string, init?: RequestInit) => backend.app.request(path, init);
  return { request, close: async () => undefined };
}

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty'];
const POISON = '{"polluted":"yes","prototype":{"polluted":"yes"},"__proto__":{"polluted":"yes"}}';
const VALUES = [POISON, '"x"', '["x"]', 'null', '[{"__proto__":{"polluted":"yes"}}]'];

/** Every object of the bodies, each with a member of such a name in it. */
const bodies = (name: string, value: string) => {
  const member = `"${name}":${value}`;
  const ids = `"container_ids":["a","${name}"]`;
  const dates = '"start_date":"2025-09-01","end_date":"2025-09-02"';
  const query = `"profile":"query_tool",${ids},"domains":["history"]`;
  return [
    ['seed-resolve', `{${member},"profile":"mid_section_defect","params":{${dates},${member}}}`],
    [
      'seed-resolve',
      `{"profile":"query_tool","params":{"resolve_type":"lot_id","values":["${name}"],${member}}}`,
    ],
    ['lineage', `{${member},"profile":"query_tool",${ids},"params":{${member}}}`],
    ['lineage', `{"profile":"mid_section_defect",${ids},"params":{"direction":"forward"}}`],
    ['events', `{${member},${query},"params":{${member}},"lineage":{${member}}}`],
    ['events', `{${query},"lineage":{"ancestors":{${member}},"seed_roots":{"${name}":"x"}}}`],
    ['events', `{${query},"lineage":{"ancestors":{"${name}":["a"]},"seed_roots":{${member}}}}`],
  ] as const;
};

const WRONG = ['profile', 'domains', 'station', 'direction', 'mode', 'resolve_type'] as const;

describe('names that every object has', () => {
  it.each(NAMES)('are members like any other in every body: %s', async (name) => {
    const host = start();
    for (const value of VALUES) {
      for (const [stage, body] of bodies(name, value)) {
        const answer = await post(host, `/api/trace/${stage}`, body);
        expect([200, 400], `${stage} ${body}`).toContain(answer.status);
        expect(await answer.text()).not.toContain('polluted');
      }
    }
  });

  it.each(NAMES)('are no profile, domain, station or kind of anything: %s', async (name) => {
    const host = start();
    for (const field of WRONG) {
      const own = { profile: 'query_tool', container_ids: ['a'], domains: ['history'] };
      const params = { resolve_type: 'lot_id', values: ['a'] };
      const body =
        field === 'profile' || field === 'domains'
          ? { ...own, params, [field]: field === 'domains' ? [name] : name }
          : { ...own, profile: 'mid_section_defect', params: { ...params, [field]: name } };
      const stages = { domains: 'events', profile: 'events', mode: 'seed-resolve' };
      const stage = (stages as Record<string, string>)[field] ?? 'seed-resolve';
      if (field === 'resolve_type') Object.assign(body.params, { mode: 'container' });
      const answer = await post(host, `/api/trace/${stage}`, body);
      expect(answer.status, `${field} ${await answer.text()}`).toBe(400);
    }
  });

  it.each(NAMES)('are no domain of a result: %s', async (name) => {
    const host = start();
    const body = { profile: 'query_tool', domains: ['history'], container_ids: [] as string[] };
    for (let i = 0; i < 101; i++) body.container_ids.push(`c${i}`);
    const { accepted } = await runToEnd(host, body as never);
    const answer = await host.request(`${accepted.status_url}/result?domain=${name}`);
    expect(answer.status).toBe(400);
  });

  it('go through a job as ids and as lineage, and change none of its figures', async () => {
    const host = start();
    const domains = ['upstream_history', 'materials'] as const;
    const request = await prepareEvents(host, 'mid_section_defect', MSD_PARAMS, [...domains]);
    const plain = await runToEnd(host, request);
    const json = JSON.stringify(request);
    const more = JSON.stringify(NAMES).slice(1, -1);
    const lists = NAMES.map((name) => `"${name}":["${name}","constructor"]`).join();
    const roots = NAMES.map((name) => `"${name}":"${name}"`).join();
    const poisoned = json
      .replace('"container_ids":[', `"container_ids":[${more},`)
      .replace('"ancestors":{', `"ancestors":{${lists},`)
      .replace('"seed_roots":{', `"seed_roots":{${roots},`);
    expect(poisoned.length).toBeGreaterThan(json.length + 300);
    const { accepted, status } = await runToEnd(host, JSON.parse(poisoned));
    expect(status).toMatchObject({ status: 'finished' });
    const [with_, without] = await Promise.all(
      [accepted, plain.accepted].map(({ status_url: url }) =>
        getJson<EventsAnswer>(host, `${url}/result`),
      ),
    );
    expect(with_).toEqual(without);
  });
});
