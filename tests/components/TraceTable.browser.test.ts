import { describe, expect, test } from 'vitest';
import { nextTick } from 'vue';
import { LineDecoder } from '../../src/records/index.js';
import {
  drawnRows,
  expectLastRowAtBottom,
  expectOffset,
  frame,
  HEADER,
  ROW,
  show,
  shownOffset,
} from './tableDriver.js';
import { COLUMNS, createTable, tableOf } from './traceTables.js';

test('header and rows scroll sideways together, row numbers stay', async () => {
  const { scroller } = await show(createTable(10_000_000));
  const left = (selector: string) => scroller.querySelector(selector)!.getBoundingClientRect().left;
  const heading = '[role=columnheader]:nth-child(4)';
  const cell = '.vts-table__body [role=row] > :nth-child(4)';
  const number = '.vts-table__body [role=rowheader]';
  expect(left(heading)).toBe(left(cell));
  const before = { heading: left(heading), number: left(number), offset: shownOffset(scroller) };
  scroller.scrollLeft = 150;
  await frame();
  expect(left(heading)).toBe(before.heading - 150);
  expect(left(cell)).toBe(before.heading - 150);
  expect(left(number)).toBe(before.number);
  expectOffset(scroller, before.offset);
});

test('the header stays at the top', async () => {
  const { scroller, press } = await show(createTable(10_000_000));
  await press('End');
  await frame();
  const header = scroller.querySelector('.vts-table__header')!.getBoundingClientRect();
  expect(header.top).toBeCloseTo(scroller.getBoundingClientRect().top, 0);
  expect(header.height).toBe(HEADER);
});

test('a column that is first seen later is added at the end, and the others keep their width', async () => {
  const table = createTable(100);
  const { scroller, grow } = await show(table);
  const headings = () => [...scroller.querySelectorAll<HTMLElement>('[role=columnheader]')];
  const widths = headings()
    .slice(0, -1)
    .map((el) => el.offsetWidth);
  expect(headings().map((el) => el.textContent?.trim())).toEqual(['No.', ...COLUMNS]);
  table.append(new LineDecoder().decodeRows('rows', [{ PJ_TYPE: 'SOT-23' }]));
  await grow(200);
  expect(headings().at(-1)!.textContent?.trim()).toBe('PJ_TYPE');
  expect(
    headings()
      .slice(0, widths.length)
      .map((el) => el.offsetWidth),
  ).toEqual(widths);

  expect(scroller.getAttribute('aria-colcount')).toBe(String(COLUMNS.length + 2));
});

test('the elements of rows are used again while scrolling', async () => {
  const { scroller, press } = await show(createTable(10_000_000));
  const before = new Set(drawnRows(scroller).map(({ el }) => el));
  await press('PageDown');
  await press('End');
  expect(drawnRows(scroller).every(({ el }) => before.has(el))).toBe(true);
  expect(before.size).toBeLessThan(30);
});

test('the keyboard reaches the table, and its focus can be seen', async () => {
  const { scroller, wrapper: table } = await show(createTable(100));
  expect(scroller.tabIndex).toBe(0);
  scroller.focus({ focusVisible: true } as FocusOptions);
  expect(getComputedStyle(table.element).outlineStyle).toBe('solid');
  const { userEvent } = await import('vitest/browser');
  await userEvent.keyboard('{End}');
  await frame();
  expectLastRowAtBottom(scroller, 100);
});

describe('cells', () => {
  const long = '外觀刮傷，重工後復判。'.repeat(30);
  const rows = [
    { TEXT: 'text', NUMBER: 12.5, NULL: null, NESTED: '' },
    { TEXT: 'two\nlines', NUMBER: 7, NULL: 'null', NESTED: '<b>bold</b>' },
    { TEXT: long, NUMBER: 100_000, NESTED: { a: [1] } },
  ];

  async function showCells() {
    const { scroller } = await show(tableOf(rows));
    return drawnRows(scroller).map(({ el }) => [
      ...el.querySelectorAll<HTMLElement>('[role=cell]'),
    ]);
  }

  test('missing values are a muted dash, unlike the text null and empty text', async () => {
    const cells = await showCells();
    const [missing, text, absent] = cells.map((row) => row[2]!);
    const empty = cells[0]![3]!;
    expect([missing, absent].map((el) => el!.textContent!.trim())).toEqual(['–', '–']);
    expect(missing!.getAttribute('aria-label')).toBe('no value');
    expect(text!.textContent!.trim()).toBe('null');
    expect(getComputedStyle(missing!).color).not.toBe(getComputedStyle(text!).color);
    expect(empty.textContent!.trim()).toBe('');
    expect(empty.hasAttribute('aria-label')).toBe(false);
  });

  test('numbers stand at the right, in figures of one width', async () => {
    const cells = await showCells();
    const style = getComputedStyle(cells[0]![1]!);
    expect(style.textAlign).toBe('end');
    expect(style.fontVariantNumeric).toBe('tabular-nums');
    expect(getComputedStyle(cells[0]![0]!).textAlign).not.toBe('end');
  });

  test('line breaks and long texts keep the height of the row; what is cut has a tooltip', async () => {
    const cells = await showCells();
    expect(cells.flat().every((el) => el.offsetHeight <= ROW)).toBe(true);
    const cut = cells[2]![0]!;
    expect(cut.scrollWidth).toBeGreaterThan(cut.clientWidth);
    expect(cut.title).toBe(long);
    expect(cells[0]![1]!.title).toBe('');
  });

  test('markup in data is text, and nested values are JSON', async () => {
    const cells = await showCells();
    expect(cells[1]![3]!.textContent!.trim()).toBe('<b>bold</b>');
    expect(cells[1]![3]!.querySelector('b')).toBeNull();
    expect(cells[2]![3]!.textContent!.trim()).toBe('{"a":[1]}');
  });
});

test('in a box without a height the table stays small, whatever its rows', async () => {
  const { wrapper: table, scroller } = await show(createTable(10_000_000), {
    style: 'height: 100%',
  });
  expect((table.element as HTMLElement).offsetHeight).toBe(240);
  expect(drawnRows(scroller).length).toBeLessThan(30);
});

test('rows of another table are drawn at once', async () => {
  const { scroller, wrapper: table } = await show(createTable(1_000));
  const other = tableOf(Array.from({ length: 1_000 }, (_, row) => ({ ROW: `other ${row}` })));
  await table.setProps({ table: other });
  await nextTick();
  expect(drawnRows(scroller)[0]!.el.textContent).toContain('other 0');
});
