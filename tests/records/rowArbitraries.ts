import fc from 'fast-check';

/** JSON as Python's json.dumps spaces and escapes it. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([k, v]) => `${pythonJson(k)}: ${pythonJson(v)}`);
    return `{${members.join(', ')}}`;
  }
  if (typeof value !== 'string') return JSON.stringify(value);
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export const time = fc
  .date({
    min: new Date('0000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString().slice(0, 19).replace('T', ' '));
const oddTime = fc.constantFrom(
  '2026-02-29 00:00:00',
  '2024-02-29 23:59:59',
  '2026-13-01 00:00:00',
  '2026-01-01 24:00:00',
  '2026-01-01T00:00:00',
  '2026-01-00 00:00:00',
  '2026-1-01  00:00:00',
);
export const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 127, 128, -129, 32768, -32769, 2147483648, 0.1, 123.456, 1e21, 5e-324),
);
export const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.string({ maxLength: 12 }),
  fc.constantFrom('', 'null', '"', '\\', '測試', '🙂', '\ud800', '\n', 'a'),
);
const cell = fc.oneof(
  number,
  text,
  time,
  oddTime,
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 2 }),
);
const name = fc.oneof(
  fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', '', '1', '測'),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
/** Rows as databases send them: one kind of value a column, some nulls, the same keys. */
export const tidyRows = fc
  .uniqueArray(name, { minLength: 1, maxLength: 5 })
  .chain((names) =>
    fc.tuple(
      ...names.map((key) =>
        fc.constantFrom(number, text, time, cell).map((kind) => [key, kind] as const),
      ),
    ),
  )
  .chain((columns) =>
    fc.array(
      fc
        .tuple(...columns.map(([, kind]) => fc.option(kind, { freq: 6 })))
        .map((values) => Object.fromEntries(values.map((value, i) => [columns[i]![0], value]))),
      { maxLength: 12 },
    ),
  );
const oddRows = fc.array(fc.dictionary(name, cell, { maxKeys: 5 }), { maxLength: 8 });
/** Batches of one domain. */
export const batches = fc.array(fc.oneof(tidyRows, oddRows), { minLength: 1, maxLength: 4 });
