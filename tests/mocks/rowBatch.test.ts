import { describe, expect, it } from 'vitest';
import { batchFromJson, batchFromRows } from '../../mocks/rowBatch.js';

const rows = [
  { CONTAINERID: 'a', COMMENT: '切割 "x" \\ \n 🔍', QTY: 1 },
  { CONTAINERID: 'b', COMMENT: null, QTY: 2.5 },
  { CONTAINERID: 'a', COMMENT: '', QTY: null },
];
const json = new TextEncoder().encode(JSON.stringify(rows));

describe.each([
  ['made from rows', () => batchFromRows(rows, 2)],
  ['made from JSON', () => batchFromJson(json, 3, 2)],
  ['made from JSON inside a larger buffer', () => batchFromJson(inside(json), 3, 2)],
])('a batch %s', (_, make) => {
  it('offers the same rows in every form', () => {
    const batch = make();
    expect(batch.rowCount).toBe(3);
    expect(batch.containersDone).toBe(2);
    expect(batch.rows()).toEqual(rows);
    expect(new TextDecoder().decode(batch.json())).toBe(JSON.stringify(rows));
    expect([...batch.byContainer()]).toEqual([
      ['a', [rows[0], rows[2]]],
      ['b', [rows[1]]],
    ]);
  });

  it('owns exactly the buffer of its JSON', () => {
    const bytes = make().json();
    expect(bytes.byteOffset).toBe(0);
    expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
  });

  it('makes each form once', () => {
    const batch = make();
    expect(batch.json()).toBe(batch.json());
    expect(batch.rows()).toBe(batch.rows());
    expect(batch.byContainer()).toBe(batch.byContainer());
  });
});

it('parses JSON only when rows are asked for', () => {
  const batch = batchFromJson(new TextEncoder().encode('[not JSON'), 1, 1);
  expect(batch.json().byteLength).toBe(9);
  expect(() => batch.rows()).toThrow(SyntaxError);
});

it('keeps a container that is named like a property of every object', () => {
  const odd = { CONTAINERID: '__proto__' };
  expect(batchFromRows([odd], 1).byContainer().get('__proto__')).toEqual([odd]);
});

function inside(bytes: Uint8Array): Uint8Array {
  const larger = new Uint8Array(bytes.length + 10);
  larger.set(bytes, 5);
  return larger.subarray(5, 5 + bytes.length);
}
