import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanIds } from '../../src/jobs/cleanIds.js';
import { type LineageScope, readLineage } from '../../src/jobs/readLineage.js';
import { drain } from '../../src/stream/drain.js';
import { JsonSyntaxError } from '../../src/stream/JsonSyntaxError.js';

const encode = (text: string) => new TextEncoder().encode(text);
const parse = async (blob: Blob) => JSON.parse(await blob.text()) as unknown;

async function read(text: string, scope: LineageScope) {
  const { scope: found, ...answer } = drain(readLineage(encode(text), scope));
  const ids = (await parse(found.containerIds)) as string[];
  expect(found.containerCount).toBe(ids.length);
  return { ...answer, ids, lineage: await parse(found.lineage) };
}
const idsOf = async (lineage: object, scope: LineageScope) =>
  (await read(JSON.stringify(lineage), scope)).ids;

const id = fc.constantFrom(...'abcdefghij', '__proto__', 'constructor', '測"\\');
const map = fc.dictionary(id, fc.array(id, { maxLength: 5 }));

/** Breadth first by levels, as the contract says it. */
function levels(seeds: string[], children: Record<string, string[]>): string[] {
  const found = [...new Set(seeds)];
  for (let level = found; level.length > 0;) {
    const below = level.flatMap((parent) =>
      Object.hasOwn(children, parent) ? (children[parent] ?? []) : [],
    );
    level = [...new Set(below)].filter((child) => !found.includes(child));
    found.push(...level);
  }
  return found;
}

describe('readLineage', () => {
  it('forward equals a walk level by level, circles included', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(id), map, async (seedIds, children) => {
        const ids = await idsOf({ children_map: children }, { seedIds, direction: 'forward' });
        expect(ids).toEqual(levels(seedIds, children));
      }),
    );
  });

  it('backward takes the seeds and then their ancestors, each once', async () => {
    const ancestors = { a: ['b', 'x'], b: ['x', ' y '], x: ['not a seed'] };
    const ids = await idsOf({ ancestors }, { seedIds: ['a', ' b'], direction: 'backward' });
    expect(ids).toEqual(['a', 'b', 'x', 'y']);
  });

  it('takes the seeds alone where the lineage is empty or odd', async () => {
    expect(await idsOf({}, { seedIds: ['a', ' a', ''], direction: 'forward' })).toEqual(['a']);
    const odd = { ancestors: { a: 'x' } };
    expect(await idsOf(odd, { seedIds: ['a'], direction: 'backward' })).toEqual(['a']);
  });

  it('walks a chain of 200,000 generations without recursion, with chances to pause', async () => {
    const children = Object.fromEntries(
      Array.from({ length: 200_000 }, (_, i) => [`c${i}`, [`c${i + 1}`, `c${i}`]]),
    );
    const bytes = encode(JSON.stringify({ children_map: children }));
    const steps = readLineage(bytes, { seedIds: ['c0'], direction: 'forward' });
    let pauses = 0;
    let next = steps.next();
    for (; !next.done; next = steps.next()) pauses++;
    const ids = (await parse(next.value.scope.containerIds)) as string[];
    expect([ids.length, ids.at(-1)]).toEqual([200_001, 'c200000']);
    expect(pauses).toBeGreaterThan(100);
  });

  it('keeps what the events stage reads, and the plain fields of the answer', async () => {
    const sent = { ancestors: { a: ['b'] }, children_map: {}, seed_roots: { a: 'R"1' } };
    const rest = { names: { a: 'A' }, nodes: { a: { deep: [{ x: '}' }] } }, edges: [['a', '{']] };
    const plain = { stage: 'lineage', query_id: 'q', total_nodes: 2, ok: true, none: null };
    const scope: LineageScope = { seedIds: ['a'], direction: 'backward' };
    for (const space of [0, 1]) {
      const text = JSON.stringify({ ...rest, ...plain, ...sent }, null, space);
      const { value, lineage, ids } = await read(text, scope);
      expect(lineage).toEqual(sent);
      expect(ids).toEqual(['a', 'b']);
      expect(value).toEqual({
        ...plain,
        ancestors: {},
        children_map: {},
        seed_roots: {},
      });
    }
  });

  it('reads an answer that is wrapped, and what a refusal says', async () => {
    const scope: LineageScope = { seedIds: ['a'], direction: 'backward' };
    const wrapped = { data: { ancestors: { a: ['b'] } }, meta: { t: 1 }, success: true };
    const { value, ids } = await read(`\ufeff ${JSON.stringify(wrapped)}\n`, scope);
    expect(ids).toEqual(['a', 'b']);
    expect(value).toEqual({ ...wrapped, data: { ancestors: {} } });
    const refusal = { success: false, error: { code: 'LINEAGE_FAILED', message: 'no' } };
    expect((await read(JSON.stringify(refusal), scope)).value).toEqual(refusal);
    expect((await read('[1]', scope)).value).toEqual([1]);
  });

  it('counts bare NaN, and sends none on', async () => {
    const text = '{"total_nodes":NaN,"ancestors":{"a":[NaN,"b"]},"seed_roots":{"a":"R"}}';
    const { nonFiniteNumbers, value, lineage } = await read(text, {
      seedIds: ['a'],
      direction: 'backward',
    });
    expect(nonFiniteNumbers).toBe(2);
    expect(value).toMatchObject({ total_nodes: null, ancestors: {} });
    expect(lineage).toEqual({ ancestors: { a: [null, 'b'] }, seed_roots: { a: 'R' } });
  });

  it('refuses an answer that is cut anywhere', async () => {
    const text =
      '{"nodes":{"a":[{"b":"測"}]},"ancestors":{"a":["b",1]},"seed_roots":{"a":null},"n":1}';
    const bytes = encode(text);
    const scope: LineageScope = { seedIds: ['a'], direction: 'backward' };
    for (let length = 0; length < bytes.length; length++) {
      const cut = () => drain(readLineage(bytes.subarray(0, length), scope));
      expect(cut, `${length} bytes`).toThrow(JsonSyntaxError);
    }
    for (const more of ['}', ',', ' x', '{}']) {
      await expect(read(text + more, scope)).rejects.toThrow(JsonSyntaxError);
    }
    await expect(read('{"a":}', scope)).rejects.toMatchObject({ at: 5 });
    await expect(read('{"a" 1}', scope)).rejects.toMatchObject({ at: 5 });
    await expect(read('{"a":1 "b":2}', scope)).rejects.toMatchObject({ at: 7 });
    await expect(read('{"ancestors":{"a":[1,,2]}}', scope)).rejects.toThrow(JsonSyntaxError);
  });
});

describe('cleanIds', () => {
  it('trims, drops blanks and what is no text, keeps the order', () => {
    expect(cleanIds([' b', 'a', '', '  ', 7, null, 'b'])).toEqual(['b', 'a']);
  });
});
