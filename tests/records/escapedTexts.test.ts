import { expect, it } from 'vitest';
import { ColumnTable } from '../../src/records/index.js';
import { RecordDecoder } from '../../src/records/RecordDecoder.js';
import { encode, expectSame } from './expectSame.js';

it('knows texts with escapes again, written in one way or another', () => {
  const decoder = new RecordDecoder();
  const table = new ColumnTable();
  const texts = ['"\\u6e2c"', '"測"', '"\\u6E2C"', '"a\\"b"', '"\\ud800"', '"a\\u0022b"', '"\\\\"'];
  const cells = [...texts, ...texts.toReversed(), ...texts].map((text) => `{"a":${text}}`);
  expectSame(decoder, table, `[{"a":"x"},${cells.join()}]`);
  expectSame(decoder, table, `[{"a":null},${cells.toReversed().join()}]`);
  expect(table.columns[0]!.statistics.distinct).toBe(5);
});

it('forgets texts with escapes whose row was replaced or refused', () => {
  const decoder = new RecordDecoder();
  const table = new ColumnTable();
  expectSame(decoder, table, '[{"a":"k"},{"a":"\\u0041","a":"z"},{"a":"\\u0041"},{"a":"z"}]');
  const refused = '[{"a":"k"},{"a":"\\u0042"},{"a":"\\u0043"},{"a":"\\u006b"},{"a":}]';
  expect(() => decoder.decode(encode(refused), 0, 4)).toThrow('a value was expected');
  expectSame(decoder, table, '[{"a":"D"},{"a":"\\u0043"},{"a":"\\u0042"},{"a":"\\u006b"}]');
});

it('remembers only so many texts with escapes, and reads the others alike', () => {
  const texts = Array.from({ length: 70_000 }, (_, i) => ({ a: `"${i}"` }));
  const decoder = new RecordDecoder();
  const table = new ColumnTable();
  expectSame(decoder, table, JSON.stringify([{ a: 'x' }, ...texts]));
  expectSame(decoder, table, JSON.stringify([{ a: 'x' }, ...texts.toReversed().slice(0, 9_000)]));
});
