import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ColumnTable, LineDecoder, type ReadAnswer } from '../../src/records/index.js';
import { drain } from '../../src/stream/drain.js';
import { JsonSyntaxError } from '../../src/stream/JsonSyntaxError.js';

const encode = (text: string) => new TextEncoder().encode(text);

/** The tables of a trace, to which answers are appended. */
class Tables {
  readonly decoder = new LineDecoder();
  readonly #tables = new Map<string, ColumnTable>();

  read(text: string): ReadAnswer {
    const answer = drain(this.decoder.answer(encode(text)));
    for (const [domain, batches] of answer.batches) {
      const table = this.#tables.get(domain) ?? new ColumnTable();
      this.#tables.set(domain, table);
      for (const batch of batches) table.append(batch);
    }
    return answer;
  }

  rows(domain: string): unknown[] {
    const table = this.#tables.get(domain)!;
    return Array.from({ length: table.rowCount }, (_, i) => table.row(i));
  }
}

const row = fc.dictionary(fc.constantFrom('a', 'b', 'data', 'results'), fc.jsonValue());
const result = fc.record({ data: fc.array(row), count: fc.nat(), total: fc.option(fc.nat()) });
const results = fc.dictionary(fc.constantFrom('history', 'data', 'results', '__proto__'), result);

describe('an answer', () => {
  it('gives its rows as columns and the rest as JSON.parse does, bare, wrapped or in a line', () => {
    const wrap = fc.constantFrom(
      (answer: object) => answer,
      (data: object) => ({ success: true, data, meta: { t: 1 } }),
      (data: object) => ({ type: 'full_result', data }),
    );
    fc.assert(
      fc.property(
        results,
        fc.jsonValue(),
        wrap,
        fc.nat(2),
        (domains, aggregation, wrapped, space) => {
          const text = JSON.stringify(
            wrapped({ stage: 'events', results: domains, aggregation }),
            null,
            space,
          );
          const tables = new Tables();
          const { value, batches } = tables.read(text);
          const expected = JSON.parse(text) as object;
          const body = ('data' in expected ? expected.data : expected) as { results: object };
          for (const [domain, entry] of Object.entries(body.results) as [
            string,
            { data?: unknown },
          ][]) {
            expect(batches.has(domain)).toBe(true);
            expect(tables.rows(domain)).toEqual(entry.data);
            entry.data = undefined;
          }
          expect(value).toEqual(expected);
        },
      ),
    );
  });

  it('comes in batches of 5000 rows', () => {
    const data = Array.from({ length: 12_001 }, (_, i) => ({ i, text: `t${i % 7}` }));
    const tables = new Tables();
    const { batches } = tables.read(JSON.stringify({ results: { d: { data, count: 12_001 } } }));
    expect(batches.get('d')!.map(({ rowCount }) => rowCount)).toEqual([5000, 5000, 2001]);
    expect(tables.rows('d')).toEqual(data);
  });

  it('without rows has batches of none, one without a list has none at all', () => {
    const { batches } = new Tables().read('{"results":{"a":{"data":[]},"b":{"data":null},"c":[]}}');
    expect([...batches].map(([domain, list]) => [domain, list[0]!.rowCount])).toEqual([['a', 0]]);
  });

  it('counts bare NaN in rows and beside them', () => {
    const text = '{"x":NaN,"results":{"a":{"data":[{"n":NaN},{"n":[-Infinity]}],"count":2}}}';
    expect(new Tables().read(text).nonFiniteNumbers).toBe(3);
  });

  it('that is cut anywhere is refused, and later ones read as if it had not come', () => {
    const first = '{"results":{"d":{"data":[{"a":"x"}],"count":1}}}';
    const whole =
      '{"results":{"d":{"data":[{"a":"y","b":"測"},{"a":"x"}],"count":2},"e":{"data":[{"a":1}]}}}';
    const bytes = encode(whole);
    const tables = new Tables();
    tables.read(first);
    for (let length = 0; length < bytes.length; length++) {
      const cut = () => drain(tables.decoder.answer(bytes.subarray(0, length)));
      expect(cut, `${length} bytes`).toThrow(JsonSyntaxError);
    }
    tables.read(whole);
    expect(tables.rows('d')).toEqual([{ a: 'x' }, { a: 'y', b: '測' }, { a: 'x' }]);
    expect(tables.rows('e')).toEqual([{ a: 1 }]);
  });

  it('in which the rows of a domain stand twice is refused', () => {
    const twice = '{"results":{"d":{"data":[{"a":"x"}]},"d":{"data":[{"a":"y"}]}}}';
    const tables = new Tables();
    expect(() => tables.read(twice)).toThrow('the rows of d stand twice in the answer');
    tables.read('{"results":{"d":{"data":[{"a":"z"}]}}}');
    expect(tables.rows('d')).toEqual([{ a: 'z' }]);
  });
});
