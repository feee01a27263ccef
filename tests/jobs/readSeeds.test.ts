import { expect, it } from 'vitest';
import { readSeeds } from '../../src/jobs/readSeeds.js';
import { drain } from '../../src/stream/drain.js';
import { JsonSyntaxError } from '../../src/stream/JsonSyntaxError.js';

const read = (text: string) => drain(readSeeds(new TextEncoder().encode(text)));

it('takes the ids of the seeds, and then those that stand alone, each once', () => {
  const seeds = [{ container_id: ' a ' }, { container_id: 'b' }, null, 7, { lot_id: 'x' }];
  const answer = { seeds, seed_container_ids: ['b', 'c', 4, ''], seed_count: 9, not_found: ['z'] };
  for (const body of [answer, { success: true, data: answer }]) {
    expect(read(JSON.stringify(body)).seedIds).toEqual(['a', 'b', 'c']);
  }
  expect(read(JSON.stringify(answer)).value).toEqual({ seed_count: 9, not_found: ['z'] });
});

it('tells an empty list from none', () => {
  expect(read('{"seeds":[]}').seedIds).toEqual([]);
  expect(read('{"seed_container_ids":[ ]}').seedIds).toEqual([]);
  expect(read('{"seeds":null}').seedIds).toBeNull();
  expect(read('[]')).toEqual({ seedIds: null, value: [], nonFiniteNumbers: 0 });
});

it('keeps a hundred thousand seeds in their order, with chances to pause', () => {
  const ids = Array.from({ length: 100_000 }, (_, i) => `4881${i}`);
  const text = JSON.stringify({ seeds: ids.map((id) => ({ container_id: id, lot_id: '測' })) });
  const steps = readSeeds(new TextEncoder().encode(text));
  let pauses = 0;
  let next = steps.next();
  for (; !next.done; next = steps.next()) pauses++;
  expect(next.value.seedIds).toEqual(ids);
  expect(pauses).toBeGreaterThan(50);
});

it('refuses an answer that is cut anywhere', () => {
  const text = '{"seeds":[{"container_id":"a"},{"container_id":"b"}],"n":1}';
  for (let length = 0; length < text.length; length++) {
    expect(() => read(text.slice(0, length)), `${length} bytes`).toThrow(JsonSyntaxError);
  }
  expect(() => read('{"seeds":[1 2]}')).toThrow(expect.objectContaining({ at: 12 }));
  expect(() => read('{"seeds":[1,]}')).toThrow(JsonSyntaxError);
});
