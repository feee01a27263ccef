import { describe, expect, it } from 'vitest';
import { FIXED_LIMITS } from '../../src/protocol/TraceLimits.js';
import { LineDecoder } from '../../src/records/index.js';
import { RecordDecoder } from '../../src/records/RecordDecoder.js';
import { JsonScanner } from '../../src/stream/JsonScanner.js';
import { drain } from '../../src/stream/drain.js';
import { expectSame, encode } from './expectSame.js';
import { ColumnTable } from '../../src/records/index.js';
import { readSeeds } from '../../src/jobs/readSeeds.js';

const beyond = (limit: keyof typeof FIXED_LIMITS) =>
  expect.objectContaining({ code: 'LIMIT_EXCEEDED', limit, most: FIXED_LIMITS[limit] });
const line = (fields: object) => encode(JSON.stringify(fields));
const records = (data: unknown, more: object = {}) =>
  line({ type: 'records', domain: 'd', batch: 0, data, ...more });
const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);
const rowOf = (columns: readonly string[]) => Object.fromEntries(columns.map((c) => [c, 1]));

describe('columns', () => {
  const most = names(FIXED_LIMITS.maxColumns);

  it('are taken up to the limit, and refused beyond, however many more there are', () => {
    expect(new LineDecoder().decode(records([rowOf(most)])).batch?.columns).toHaveLength(1_000);
    for (const count of [1_001, 100_000]) {
      expect(() => new LineDecoder().decode(records([rowOf(names(count))]))).toThrow(
        beyond('maxColumns'),
      );
    }
  });

  it('are counted over the rows and batches of a domain', () => {
    const decoder = new LineDecoder();
    decoder.decode(records([rowOf(most.slice(0, 600))]));
    decoder.decode(records([rowOf(most.slice(600))]));
    expect(() => decoder.decode(records([{ a: 1 }, { another: 1 }]))).toThrow(beyond('maxColumns'));
  });

  it('leave the table as it was where a batch goes beyond', () => {
    const decoder = new RecordDecoder();
    const table = new ColumnTable();
    expectSame(decoder, table, '[{"a":"x"}]');
    const tooWide = encode(`[{"a":"y"},${JSON.stringify(rowOf(names(2_000)))}]`);
    expect(() => decoder.decode(tooWide, 0, 2)).toThrow(beyond('maxColumns'));
    expectSame(decoder, table, '[{"a":"x"},{"a":"z"}]');
  });

  it('have names of bounded length', () => {
    const name = 'n'.repeat(FIXED_LIMITS.maxNameLength);
    expect(new LineDecoder().decode(records([{ [name]: 1 }])).batch?.rowCount).toBe(1);
    expect(() => new LineDecoder().decode(records([{ [`${name}n`]: 1 }]))).toThrow(
      beyond('maxNameLength'),
    );
  });

  it('take no more memory than their cells, whatever rows a server announces', () => {
    const announced = records([{ a: 1 }], { count: 1e15 });
    expect(new LineDecoder().decode(announced).batch?.rowCount).toBe(1);
    // a thousand columns, and rows that have none of them
    const wide = JSON.stringify(rowOf(most));
    const bytes = encode(`[${wide}${',{}'.repeat(20_000)}]`);
    expect(() => new RecordDecoder().decode(bytes, 0, 20_001)).toThrow(beyond('maxCells'));
    const wideLast = encode(`[${'{},'.repeat(20_000)}${wide}]`);
    expect(() => new RecordDecoder().decode(wideLast, 0, 20_001)).toThrow(beyond('maxCells'));
  });
});

describe('domains', () => {
  it('are counted over all lines, whatever they say of them', () => {
    const decoder = new LineDecoder();
    const [first = '', second = '', ...rest] = names(FIXED_LIMITS.maxDomains);
    decoder.decode(line({ type: 'meta', domains: rest }));
    decoder.decode(records([], { domain: first }));
    decoder.decode(line({ type: 'domain_start', domain: second }));
    decoder.decode(line({ type: 'warning', failed_domains: [first, second] }));
    for (const more of [
      { type: 'domain_end', domain: 'more' },
      { type: 'warning', failed_domains: ['other'] },
      { type: 'records', domain: 'third', data: [] },
      { type: 'records', domain: 'fourth' },
    ]) {
      expect(() => decoder.decode(line(more)), JSON.stringify(more)).toThrow(beyond('maxDomains'));
    }
  });

  it('of a meta line are refused at once', () => {
    const meta = line({ type: 'meta', domains: names(100_000) });
    expect(() => new LineDecoder().decode(meta)).toThrow(beyond('maxDomains'));
  });

  it.each([
    [
      'with rows',
      (count: number) => Object.fromEntries(names(count).map((n) => [n, { data: [] }])),
    ],
    ['without', (count: number) => Object.fromEntries(names(count).map((n) => [n, null]))],
  ])('of a whole answer are counted, %s', (_, results) => {
    const read = (count: number, wrap: (value: object) => object) =>
      drain(new LineDecoder().answer(line(wrap({ results: results(count) }))));
    for (const wrap of [(value: object) => value, (data: object) => ({ success: true, data })]) {
      expect(read(FIXED_LIMITS.maxDomains, wrap).batches.size).toBeLessThan(257);
      expect(() => read(100_000, wrap)).toThrow(beyond('maxDomains'));
    }
  });

  it('of a whole answer are refused before it is read to its end', () => {
    const results = names(FIXED_LIMITS.maxDomains + 1).map((name) => `"${name}":{"data":[]}`);
    const cut = encode(`{"results":{${results.join()}`);
    expect(() => drain(new LineDecoder().answer(cut))).toThrow(beyond('maxDomains'));
  });

  it('have names of bounded length', () => {
    const domain = 'd'.repeat(FIXED_LIMITS.maxNameLength + 1);
    for (const fields of [
      { type: 'domain_start', domain },
      { type: 'meta', domains: [domain] },
    ]) {
      expect(() => new LineDecoder().decode(line(fields))).toThrow(beyond('maxNameLength'));
    }
  });
});

describe('lines', () => {
  const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

  it.each(['meta', 'warning', 'unknown', 'records'])('of type %s are refused too deep', (type) => {
    const text = (depth: number) => `{"type":"${type}","x":${deep(depth)}}`;
    expect(new LineDecoder().decode(encode(text(99))).header.type).toBe(type);
    expect(() => new LineDecoder().decode(encode(text(1_000_000)))).toThrow(beyond('maxDepth'));
  });

  it('without rows are refused beyond some megabytes', () => {
    const text = 'x'.repeat(FIXED_LIMITS.maxMessageBytes);
    for (const type of ['warning', 'aggregation', 'error']) {
      expect(() => new LineDecoder().decode(line({ type, data: text }))).toThrow(
        beyond('maxMessageBytes'),
      );
    }
  });

  it('have a bounded number of members besides their rows', () => {
    const members = Object.fromEntries(names(100_000).map((n) => [n, 1]));
    expect(() => new LineDecoder().decode(records([], members))).toThrow(beyond('maxFields'));
    const repeated = `{"type":"records","domain":"d"${',"a":1'.repeat(1_000_000)}}`;
    expect(() => new LineDecoder().decode(encode(repeated))).toThrow(beyond('maxFields'));
  });
});

describe('answers that come whole', () => {
  it('may wrap their data, but not without end', () => {
    const wrapped = encode(`${'{"data":'.repeat(1_000_000)}{}${'}'.repeat(1_000_000)}`);
    expect(() => drain(new LineDecoder().answer(wrapped))).toThrow(beyond('maxDepth'));
    expect(() => drain(readSeeds(wrapped))).toThrow(beyond('maxDepth'));
  });

  it('are refused where what is no row takes megabytes', () => {
    const aggregation = 'x'.repeat(FIXED_LIMITS.maxMessageBytes);
    expect(() => drain(new LineDecoder().answer(line({ results: {}, aggregation })))).toThrow(
      beyond('maxMessageBytes'),
    );
  });

  it('count their depth anew in each member', () => {
    const object = (_key: string, p: number) => scanner.object(p, (_k, at) => scanner.value(at));
    const json = encode(
      `{${names(300)
        .map((n) => `"${n}":{}`)
        .join()}}`,
    );
    const scanner: JsonScanner = new JsonScanner(json);
    expect(Object.keys(drain(scanner.document(object)).value as object)).toHaveLength(300);
  });
});

describe('odd rows', () => {
  const decode = (json: string) => new RecordDecoder().decode(encode(json), 0, 8).batch;

  it('with a key that repeats keep its last value, up to as many members as a row may have', () => {
    const json = (times: number) => `[{${'"a":1,'.repeat(times)}"a":"last"}]`;
    const table = new ColumnTable();
    table.append(decode(json(FIXED_LIMITS.maxFields - 1)));
    expect(table.value(0, 'a')).toBe('last');
    expect(() => decode(json(1_000_000))).toThrow(beyond('maxFields'));
  });

  it.each([
    ['digits', '9'.repeat(1_000_000)],
    ['decimals', `0.${'1'.repeat(1_000_000)}`],
    ['digits of an exponent', `1e${'9'.repeat(1_000_000)}`],
  ])('take numbers with a million %s as JSON.parse does', (_, number) => {
    const table = new ColumnTable();
    table.append(decode(`[{"a":${number}}]`));
    expect(table.value(0, 'a')).toBe(JSON.parse(number));
  });

  it('take a text of megabytes, escaped or not', () => {
    const plain = 'x'.repeat(8_000_000);
    const escaped = '\\u6e2c'.repeat(1_000_000);
    const table = new ColumnTable();
    table.append(decode(`[{"a":"${plain}","b":"${escaped}"}]`));
    expect(table.value(0, 'a')).toBe(plain);
    expect(table.value(0, 'b')).toBe('測'.repeat(1_000_000));
  });

  it('take a million distinct texts', () => {
    const json = `[${names(1_000_000)
      .map((n) => `{"a":"${n}"}`)
      .join()}]`;
    const table = new ColumnTable();
    table.append(decode(json));
    expect(table.value(999_999, 'a')).toBe('n999999');
  });
});
