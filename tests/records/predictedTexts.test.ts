import { expect, it } from 'vitest';
import { ColumnTable } from '../../src/records/index.js';
import { RecordDecoder } from '../../src/records/RecordDecoder.js';
import { encode, expectSame } from './expectSame.js';

/** A text as it is kept, with a quote in it, as if it stood in the line: no JSON. */
const RAW = '"p"q"';

it('takes texts as they come, where a name goes with its id and where it does not', () => {
  const decoder = new RecordDecoder();
  const table = new ColumnTable();
  const rows = Array.from({ length: 2_000 }, (_, i) => ({
    id: `id${(i * 7) % 300}`,
    name: i % 50 === 0 ? `other${i}` : `name of ${(i * 7) % 300}`,
    comment: i % 3 === 0 ? null : `${i % 11}`,
  }));
  expectSame(decoder, table, JSON.stringify(rows));
  expectSame(decoder, table, JSON.stringify(rows.toReversed()));
});

it('never takes the bytes of a text that was written with escapes for a text', () => {
  const decoder = new RecordDecoder();
  const json = `[{"a":"k","b":"x"},{"a":"k","b":"p\\"q"},{"a":"k","b":${RAW}}]`;
  expect(() => decoder.decode(encode(json), 0, 4)).toThrow('a comma');
});

it('forgets what it foresaw with a cell that was replaced', () => {
  const replaced = String.raw`{"a":"k","b":"new","b":"p\"q"}`;
  const json = `[{"a":"k","b":"z"},${replaced},{"a":"k","b":${RAW}}]`;
  expect(() => new RecordDecoder().decode(encode(json), 0, 4)).toThrow('a comma');
});

it('forgets what it foresaw with a batch that was refused', () => {
  const decoder = new RecordDecoder();
  const table = new ColumnTable();
  expectSame(decoder, table, '[{"a":"k","b":"z"}]');
  const refused = '[{"a":"k","b":"z"},{"a":"k","b":"new"},{]';
  expect(() => decoder.decode(encode(refused), 0, 4)).toThrow('a text was expected');
  // takes the number in the dictionary that the text of the refused batch had
  expectSame(decoder, table, String.raw`[{"a":"k","b":"p\"q"}]`);
  const json = `[{"a":"m","b":"z"},{"a":"k","b":${RAW}}]`;
  expect(() => decoder.decode(encode(json), 0, 4)).toThrow('a comma');
});
