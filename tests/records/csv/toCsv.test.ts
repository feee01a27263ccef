import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { csvCell, csvText } from '../../../src/records/csv/csvCell.js';
import { csvFileName } from '../../../src/records/csv/csvFileName.js';
import { type CsvOptions, toCsv } from '../../../src/records/csv/toCsv.js';
import { ColumnTable, LineDecoder, type RecordTable } from '../../../src/records/index.js';
import { decodeRows } from '../decodeRows.js';
import { tidyRows } from '../rowArbitraries.js';
import { parseCsv } from './parseCsv.js';

function tableOf(rows: Record<string, unknown>[]): ColumnTable {
  const table = new ColumnTable();
  table.append(decodeRows(new LineDecoder(), 'd', rows));
  return table;
}
const write = (table: RecordTable, options: Partial<CsvOptions> = {}) =>
  toCsv(table, { columns: table.columns, breathe: async () => undefined, ...options });
async function textOf(file: Blob): Promise<string> {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await file.arrayBuffer());
}
/** A lone surrogate has no UTF-8. */
const wellFormed = (text: string) =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text));
async function linesOf(...args: Parameters<typeof write>): Promise<string[][]> {
  const text = await textOf(await write(...args));
  expect(text.startsWith('\ufeff')).toBe(true);
  return parseCsv(text.slice(1));
}
afterEach(() => vi.unstubAllGlobals());

/** What a spreadsheet reckons with: the rule of the field without regular expressions. */
const SIGNS = '=+-@＝＋－＠﹦﹢﹣﹫−';
const isFormula = (text: string) =>
  SIGNS.includes(
    text
      .trimStart()
      .replace(/^["']+/, '')
      .trimStart()[0] ?? ' ',
  ) || '\t\r\n'.includes(text[0] ?? ' ');
const shown = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

describe('a CSV file', () => {
  it('reads back as the table, but for the mark before what may be a formula', async () => {
    await fc.assert(
      fc.asyncProperty(tidyRows, async (rows) => {
        const table = tableOf(rows);
        if (table.columns.length === 0) return;
        const [headings, ...lines] = await linesOf(table);
        const unmarked = (text: string) => text.replace(/^'/, '');
        const same = (text: string, value: unknown) => {
          const expected = wellFormed(shown(value));
          expect([expected, `'${expected}`]).toContain(text);
          if (typeof value === 'number') expect(text).toBe(expected);
        };
        table.columns.forEach(({ name }, i) => same(headings![i]!, name));
        expect(lines).toHaveLength(rows.length);
        rows.forEach((row, r) => {
          expect(lines[r]).toHaveLength(table.columns.length);
          table.columns.forEach(({ name }, c) => same(lines[r]![c]!, table.value(r, name)));
          expect(Object.keys(row).length).toBeLessThanOrEqual(lines[r]!.length);
        });
        expect(unmarked("'=1")).toBe('=1');
      }),
    );
  });

  it('begins no field of text with what a spreadsheet reckons with', () => {
    const sly = fc
      .tuple(
        fc.array(
          fc.constantFrom('', ' ', '\t', '\r', '\n', '"', "'", '\u00a0', '\ufeff', '\0', '\u200b'),
          {
            maxLength: 4,
          },
        ),
        fc.constantFrom(...SIGNS, ''),
        fc.string({ unit: 'binary', maxLength: 8 }),
      )
      .map(([before, sign, rest]) => before.join('') + sign + rest);
    fc.assert(
      fc.property(sly, (text) => {
        const [[field = '']] = parseCsv(`${csvText(text)}\r\n`) as [[string]];
        if (isFormula(text)) expect(field).toBe(`'${text}`);
        expect([text, `'${text}`]).toContain(field);
        expect(SIGNS).not.toContain(field[0] ?? ' ');
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ["=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""],
    ['@SUM(1+1)', '"\'@SUM(1+1)"'],
    ['＝1+1', '"\'＝1+1"'],
    ['－1', '"\'－1"'],
    ['-5', '"\'-5"'],
    [' =1', '"\' =1"'],
    ['"=1"', '"\'""=1"""'],
    ['\u200b+1', '"\'\u200b+1"'],
    ['\tx', '"\'\tx"'],
    ['a;=1', '"a;=1"'],
    ['a|=1', '"a|=1"'],
    ['a\u2028=1', '"a\u2028=1"'],
    ['a\u2029=1', '"a\u2029=1"'],
    ['a,b', '"a,b"'],
    ['a"b', '"a""b"'],
    ['a\nb', '"a\nb"'],
    [' a', '" a"'],
    ['a ', '"a "'],
    ['', ''],
    ['測試', '測試'],
    ['2026-01-02 03:04:05', '2026-01-02 03:04:05'],
    ['LOT-1/2 (a)', 'LOT-1/2 (a)'],
  ])('has the text %j as %s', (text, field) => {
    expect(csvText(text)).toBe(field);
  });

  it.each([...'"\'`´‘’“”„«»＂＇'])('takes a formula behind the quote %s for one', (quote) => {
    expect(csvText(`${quote}=1`)).toBe(`"'${quote === '"' ? '""' : quote}=1"`);
  });

  it.each([
    [-5, '-5'],
    [1e21, '1e+21'],
    [-0.25, '-0.25'],
    [true, 'true'],
    [null, ''],
    [undefined, ''],
    [[1, 'a'], '"[1,""a""]"'],
  ])('has the value %j as %s', (value, field) => {
    expect(csvCell(value)).toBe(field);
  });

  const three = () => tableOf([{ a: 'x', b: 1 }, { a: 'y', b: 2 }, { b: 3 }]);

  it('has the rows of a view in its order, and the columns that are asked for by their labels', async () => {
    const columns = [{ name: 'b', label: '=數量' }, { name: 'a' }];
    const rows = new Uint32Array([2, 0]);
    expect(await linesOf(three(), { columns, rows })).toEqual([
      ["'=數量", 'a'],
      ['3', ''],
      ['1', 'x'],
    ]);
  });

  it('says before its headings what must not be missed', async () => {
    const lines = await linesOf(three(), { notice: 'INCOMPLETE, really' });
    expect(lines.slice(0, 2)).toEqual([['INCOMPLETE, really'], ['a', 'b']]);
    expect(lines).toHaveLength(5);
  });

  it('has only the rows that were there when it began', async () => {
    const table = three();
    const breathe = async () => void table.append(decodeRows(new LineDecoder(), 'd', [{ b: 9 }]));
    expect(await linesOf(table, { breathe })).toHaveLength(4);
  });

  it('is made of parts of bounded size, with chances to pause', async () => {
    const table = tableOf(
      Array.from({ length: 4_000 }, (_, i) => ({ a: `${i}`.padEnd(1_000, 'x') })),
    );
    const lengths: number[] = [];
    const RealBlob = Blob;
    vi.stubGlobal(
      'Blob',
      class extends RealBlob {
        constructor(parts: BlobPart[], options?: BlobPropertyBag) {
          super(parts, options);
          for (const part of parts) if (typeof part === 'string') lengths.push(part.length);
        }
      },
    );
    const breathe = vi.fn(async () => undefined);
    const progress: number[] = [];
    const file = await write(table, { breathe, onProgress: (rows) => progress.push(rows) });
    expect(Math.max(...lengths)).toBeLessThan(1024 * 1024 + 2_000);
    expect(lengths.length).toBeGreaterThan(3);
    expect(breathe.mock.calls.length).toBeGreaterThan(200);
    expect(progress.at(-1)).toBe(4_000);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(parseCsv((await textOf(file)).slice(1))).toHaveLength(4_001);
  });

  it('is given up where it is stopped', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const table = tableOf(Array.from({ length: 1_000 }, (_, a) => ({ a })));
    const read = vi.spyOn(table, 'value');
    const breathe = async () => controller.abort(reason);
    await expect(write(table, { signal: controller.signal, breathe })).rejects.toBe(reason);
    expect(read.mock.calls.length).toBeLessThan(100);
    const none = write(new ColumnTable(), { signal: controller.signal, breathe });
    await expect(none).rejects.toBe(reason);
  });
});

describe('the name of a CSV file', () => {
  const at = new Date(2026, 10, 22, 7, 5, 9);

  it.each([
    ['上游歷程', true, '上游歷程-20261122-070509.csv'],
    ['History', false, 'History-20261122-070509-incomplete.csv'],
    ['../../etc/passwd', true, '_.._etc_passwd-20261122-070509.csv'],
    ['a\u202egpj.exe\0', true, 'a_gpj.exe_-20261122-070509.csv'],
    ['<img src=x onerror="1">', true, '_img src=x onerror=_1_-20261122-070509.csv'],
    [' . ', true, 'rows-20261122-070509.csv'],
  ])('of %j, whole: %s', (name, isWhole, expected) => {
    expect(csvFileName(name, isWhole, at)).toBe(expected);
  });

  it('is of bounded length', () => {
    expect(csvFileName('x'.repeat(10_000), true, at).length).toBeLessThan(120);
  });
});
