import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ColumnTable, LineDecoder } from '../../src/records/index.js';
import { JsonSyntaxError } from '../../src/stream/JsonSyntaxError.js';
import { decodeRows } from './decodeRows.js';

const encode = (text: string) => new TextEncoder().encode(text);
const rowsOf = (table: ColumnTable) =>
  Array.from({ length: table.rowCount }, (_, i) => table.row(i));

describe('LineDecoder', () => {
  it('takes the members of a records line in any order', () => {
    const members = [
      '"type":"records"',
      '"domain":"d"',
      '"batch":3',
      '"count":2',
      '"data":[{"a":1},{"a":"x"}]',
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(members, { minLength: 5 }), (order) => {
        const { header, batch, message } = new LineDecoder().decode(
          encode(`{${order.join(' , ')}}`),
        );
        expect({ ...header }).toEqual({
          type: 'records',
          domain: 'd',
          batch: 3,
          count: 2,
          rows: 2,
        });
        expect(message).toBeNull();
        const table = new ColumnTable();
        table.append(batch!);
        expect(rowsOf(table)).toEqual([{ a: 1 }, { a: 'x' }]);
      }),
    );
  });

  it('leaves lines of other types as they are', () => {
    const meta = { type: 'meta', domains: ['d'], data: [{ a: 1 }] };
    const decoded = new LineDecoder().decode(encode(JSON.stringify(meta)));
    expect(decoded).toMatchObject({
      message: meta,
      batch: null,
      header: { type: 'meta', rows: 1 },
    });
    const late = '{"data":{"kpi":{}},"type":"aggregation"}';
    expect(new LineDecoder().decode(encode(late)).message).toEqual(JSON.parse(late));
  });

  it('has no batch where a records line has no rows or no domain', () => {
    for (const text of [
      '{"type":"records","domain":"d"}',
      '{"type":"records","domain":"d","data":null}',
      '{"type":"records","data":[{"a":1}]}',
      '{"type":"records","domain":7,"data":[{"a":1}]}',
    ]) {
      expect(new LineDecoder().decode(encode(text)), text).toMatchObject({
        batch: null,
        header: { type: 'records', rows: null },
      });
    }
  });

  it('refuses a line that is cut anywhere, and takes nothing of it', () => {
    const whole =
      '{"type":"records","domain":"d","batch":0,"count":2,"data":[{"a":"測"},{"a":null}]}';
    const bytes = encode(whole);
    for (let length = 1; length < bytes.length; length++) {
      expect(() => new LineDecoder().decode(bytes.subarray(0, length)), `${length} bytes`).toThrow(
        JsonSyntaxError,
      );
    }
    for (const more of ['}', ',', ' x', '{}']) {
      expect(() => new LineDecoder().decode(encode(whole + more))).toThrow(JsonSyntaxError);
    }
    expect(new LineDecoder().decode(encode(`${whole} `)).batch?.rowCount).toBe(2);
  });

  it('keeps nothing of a line that is refused behind its rows', () => {
    const decoder = new LineDecoder();
    const table = new ColumnTable();
    table.append(decodeRows(decoder, 'd', [{ a: 'x' }]));
    const refused = '{"type":"records","domain":"d","data":[{"a":"測"},{"a":"y","b":"z"}]';
    for (const end of ['', ',', '} {}']) {
      expect(() => decoder.decode(encode(refused + end))).toThrow(JsonSyntaxError);
    }
    table.append(decodeRows(decoder, 'd', [{ a: '測' }, { a: 'z', b: 'y' }, { a: 'x' }]));
    expect(rowsOf(table)).toEqual([{ a: 'x' }, { a: '測' }, { a: 'z', b: 'y' }, { a: 'x' }]);
  });

  it('tells the place of what is wrong', () => {
    const line = '{"type":"records","domain":"d","data":[{"a":1},{"a":01}]}';
    const at = line.indexOf('01}');
    expect(() => new LineDecoder().decode(encode(line))).toThrow(expect.objectContaining({ at }));
  });

  it('counts bare NaN in rows and beside them', () => {
    const line = '{"type":"records","domain":"d","x":NaN,"data":[{"a":-Infinity,"b":[NaN]}]}';
    expect(new LineDecoder().decode(encode(line)).nonFiniteNumbers).toBe(3);
  });

  it("keeps the dictionaries of domains apart, and one domain's from batch to batch", () => {
    const decoder = new LineDecoder();
    const tables = { d: new ColumnTable(), e: new ColumnTable() };
    for (const [domain, value] of [
      ['d', 'x'],
      ['e', 'y'],
      ['d', 'y'],
      ['e', 'x'],
      ['d', 'x'],
    ] as const) {
      tables[domain].append(decodeRows(decoder, domain, [{ a: value }]));
    }
    expect(rowsOf(tables.d).map(({ a }) => a)).toEqual(['x', 'y', 'x']);
    expect(rowsOf(tables.e).map(({ a }) => a)).toEqual(['y', 'x']);
  });

  it('takes the rows of a full_result out of its message, wherever its type stands', () => {
    const data = { stage: 'events', results: { d: { data: [{ a: 'x' }, { a: 1 }], count: 2 } } };
    for (const line of [
      { type: 'full_result', data },
      { data, type: 'full_result' },
    ]) {
      const { message, result, batch, header } = new LineDecoder().decode(
        encode(JSON.stringify(line)),
      );
      const rest = { stage: 'events', results: { d: { count: 2, data: undefined } } };
      expect(message).toEqual({ type: 'full_result', data: rest });
      expect(header).toMatchObject({ type: 'full_result', rows: null });
      expect(batch).toBeNull();
      const table = new ColumnTable();
      for (const rows of result!.get('d')!) table.append(rows);
      expect(rowsOf(table)).toEqual([{ a: 'x' }, { a: 1 }]);
    }
  });
});

describe('ColumnTable', () => {
  it('keeps the columns in the order in which they were first seen, and knows rows that lack them', () => {
    const decoder = new LineDecoder();
    const table = new ColumnTable();
    table.append(decodeRows(decoder, 'd', [{ b: 1 }, { a: 1, b: 2 }]));
    table.append(decodeRows(decoder, 'd', [{ c: 'x', a: 2 }]));
    expect(table.columns.map(({ name }) => name)).toEqual(['b', 'a', 'c']);
    expect(table.value(0, 'c')).toBeUndefined();
    expect(table.value(2, 'b')).toBeUndefined();
    expect(table.value(0, 'nobody')).toBeUndefined();
    expect(table.byteLength).toBeGreaterThan(0);
  });

  it('refuses rows that it does not have', () => {
    const table = new ColumnTable();
    table.append(decodeRows(new LineDecoder(), 'd', [{ a: 1 }]));
    for (const row of [-1, 1, 0.5, NaN]) {
      expect(() => table.row(row)).toThrow(RangeError);
      expect(() => table.value(row, 'a')).toThrow(`There is no row ${row}: the table has 1 rows.`);
    }
  });
});
