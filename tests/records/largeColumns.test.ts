import { describe, expect, it } from 'vitest';
import { ColumnTable } from '../../src/records/index.js';
import { JsonSyntaxError } from '../../src/stream/JsonSyntaxError.js';
import { RecordDecoder } from '../../src/records/RecordDecoder.js';

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

function expectTable(batches: Record<string, unknown>[][]): ColumnTable {
  const decoder = new RecordDecoder();
  const table = new ColumnTable();
  for (const batch of batches) table.append(decoder.decode(encode(batch), 0, batch.length).batch);
  const rows = batches.flat();
  expect(table.rowCount).toBe(rows.length);
  for (let i = 0; i < rows.length; i++) {
    for (const [name, value] of Object.entries(rows[i]!)) {
      if (!Object.is(table.value(i, name), value))
        expect(table.value(i, name), `row ${i}, ${name}`).toEqual(value);
    }
  }
  return table;
}

/** Comments of which no two are alike, among them all that texts may hold. */
function comment(i: number): string | null {
  if (i % 11 === 0) return null;
  if (i % 7 === 0) return `第 ${i} 批:膠體缺角 🙂`;
  return i % 5 === 0 ? `a "quoted" \\ line\n${i}` : `plain comment number ${i}`;
}

describe('a column whose texts hardly repeat', () => {
  it('leaves the dictionary, and reads back to the letter', () => {
    const batches = Array.from({ length: 6 }, (_, b) =>
      Array.from({ length: 3_000 }, (_, i) => ({
        id: `lot-${i % 100}`,
        text: comment(b * 3_000 + i),
      })),
    );
    const decoder = new RecordDecoder();
    const kinds = batches.map((batch) => {
      const { columns } = decoder.decode(encode(batch), 0, 10).batch;
      return columns.map(({ chunk }) => chunk?.kind).join();
    });
    expect(kinds[0]).toBe('code,code');
    expect(kinds.at(-1)).toBe('code,text');
    const table = expectTable(batches);
    const texts = new TextEncoder().encode(
      batches
        .flat()
        .map(({ text }) => text)
        .join(''),
    ).length;
    expect(table.byteLength).toBeLessThan(2.2 * texts + 18_000 * 8);
  });

  it('repeats the text of the row above, and takes numbers among the texts', () => {
    const unique = Array.from({ length: 9_000 }, (_, i) => ({ text: `only once: ${i}` }));
    const mixed = [
      { text: 'same' },
      { text: 'same' },
      { text: 7 },
      { text: 'same' },
      { text: true },
      {},
    ];
    expectTable([unique, mixed as Record<string, unknown>[], unique.slice(0, 10)]);
  });

  it('refuses what is no UTF-8 there, too', () => {
    const decoder = new RecordDecoder();
    const unique = Array.from({ length: 9_000 }, (_, i) => ({ text: `only once: ${i}` }));
    decoder.decode(encode(unique), 0, 10);
    const bytes = encode([{ text: 'abcd é' }]);
    const broken = bytes.slice();
    broken[broken.indexOf(0xc3) + 1] = 0x41;
    expect(() => decoder.decode(broken, 0, 1)).toThrow(JsonSyntaxError);
    expect(decoder.decode(bytes, 0, 1).batch.rowCount).toBe(1);
  });
});

it('keeps a hundred thousand distinct ids in a dictionary that repeats', () => {
  const ids = Array.from({ length: 100_000 }, (_, i) =>
    ((i * 0x9e3779b1) >>> 0).toString(16).padStart(16, '4'),
  );
  const rows = ids.flatMap((id) => [{ id }, { id }, { id }]);
  const batches = Array.from({ length: 60 }, (_, b) => rows.slice(b * 5_000, (b + 1) * 5_000));
  const table = expectTable(batches);
  expect(table.byteLength / table.rowCount).toBeLessThan(12);
});

it('takes 500 columns, and rows without any', () => {
  const wide = Object.fromEntries(
    Array.from({ length: 500 }, (_, i) => [`column ${i}`, i % 3 ? i : `text ${i}`]),
  );
  const table = expectTable([[wide, wide], [{}, wide], []]);
  expect(table.columns).toHaveLength(500);
  expect(table.row(2)).toEqual({});
});

it('keeps a time of every day of four centuries as the number that it is', () => {
  const rows = Array.from({ length: 146_097 }, (_, day) => ({
    at: new Date(Date.UTC(1900, 0, 1 + day, day % 24, day % 60, (7 * day) % 60))
      .toISOString()
      .slice(0, 19)
      .replace('T', ' '),
  }));
  const decoder = new RecordDecoder();
  const { batch } = decoder.decode(encode(rows), 0, rows.length);
  expect(batch.columns[0]!.chunk!.kind).toBe('time');
  const table = new ColumnTable();
  table.append(batch);
  for (const [i, { at }] of rows.entries())
    if (table.value(i, 'at') !== at) expect(table.value(i, 'at')).toBe(at);
});
