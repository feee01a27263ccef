import { mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, describe, expect, test } from 'vitest';
import { nextTick } from 'vue';
import TraceTable from '../../src/components/TraceTable/TraceTable.vue';
import { createFakeTable, FAKE_COLUMNS, type FakeTable } from './fakeTable.js';

const ROW = 32;
const HEADER = 36;
const HEIGHT = 500;
const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
const idle = () => new Promise((resolve) => setTimeout(resolve, 250));

let wrapper: VueWrapper | null = null;
afterEach(() => {
  wrapper?.unmount();
  wrapper = null;
  document.body.replaceChildren();
});

async function show(table: FakeTable, props: Record<string, unknown> = {}) {
  const mounted = mount(TraceTable, {
    attachTo: document.body,
    attrs: { style: `width: 700px; height: ${HEIGHT}px` },
    props: { table, rowCount: table.rowCount, label: 'rows', locale: 'en', ...props },
  });
  wrapper = mounted;
  const scroller = mounted.get('[role=table]').element as HTMLElement;
  await frame();
  await frame();
  return {
    scroller,
    wrapper: mounted,
    async grow(rowCount: number) {
      table.rowCount = rowCount;
      await mounted.setProps({ rowCount });
      await frame();
    },
    scrollToRow: (mounted.vm as unknown as { scrollToRow(row: number, align?: string): void })
      .scrollToRow,
    async press(key: string, init: KeyboardEventInit = {}) {
      const event = new KeyboardEvent('keydown', { key, cancelable: true, bubbles: true, ...init });
      scroller.dispatchEvent(event);
      await nextTick();
      return event;
    },
    async wheel(init: WheelEventInit) {
      const event = new WheelEvent('wheel', { cancelable: true, bubbles: true, ...init });
      scroller.dispatchEvent(event);
      await nextTick();
      return event;
    },
  };
}

/** Top and bottom of the place for rows, on the screen. */
function viewport(scroller: HTMLElement) {
  const { top } = scroller.getBoundingClientRect();
  return { top: top + HEADER, bottom: top + scroller.clientHeight };
}

/** The rows that are drawn, in their order, with where they are on the screen. */
function drawnRows(scroller: HTMLElement) {
  return [...scroller.querySelectorAll<HTMLElement>('.vts-table__body [role=row]')].map((el) => {
    const { top, bottom } = el.getBoundingClientRect();
    return { row: Number(el.getAttribute('aria-rowindex')) - 2, top, bottom, el };
  });
}

/** Offset into all rows, as the screen shows it. */
function shownOffset(scroller: HTMLElement): number {
  const [first] = drawnRows(scroller);
  return first!.row * ROW - (first!.top - viewport(scroller).top);
}

function expectCovered(scroller: HTMLElement) {
  const { top, bottom } = viewport(scroller);
  const rows = drawnRows(scroller);
  expect(rows[0]!.top).toBeLessThanOrEqual(top);
  expect(rows.at(-1)!.bottom).toBeGreaterThanOrEqual(bottom - 1);
  rows.forEach(({ row, top: rowTop }, i) => {
    expect(row).toBe(rows[0]!.row + i);
    expect(rowTop).toBeCloseTo(rows[0]!.top + i * ROW, 1);
  });
}

function expectLastRowAtBottom(scroller: HTMLElement, rowCount: number) {
  const last = drawnRows(scroller).at(-1)!;
  expect(last.row).toBe(rowCount - 1);
  expect(last.bottom).toBeCloseTo(viewport(scroller).bottom, 0);
  expect(last.el.textContent).toContain(`CONTAINERID-${rowCount - 1}`);
}

describe.each([100, 1_148_920, 10_000_000])('%i rows', (rowCount) => {
  test('End shows the last row, Home the first', async () => {
    const { scroller, press } = await show(createFakeTable(rowCount));
    await press('End');
    expectLastRowAtBottom(scroller, rowCount);
    expect(scroller.scrollTop).toBeGreaterThanOrEqual(
      scroller.scrollHeight - scroller.clientHeight - 1,
    );
    await press('Home', { ctrlKey: true });
    expect(shownOffset(scroller)).toBe(0);
    expect(scroller.scrollTop).toBe(0);
  });

  test('the end of the scrollbar shows the last row, its start the first', async () => {
    const { scroller } = await show(createFakeTable(rowCount));
    scroller.scrollTop = scroller.scrollHeight;
    await frame();
    expectLastRowAtBottom(scroller, rowCount);
    await idle();
    expectLastRowAtBottom(scroller, rowCount);
    scroller.scrollTop = 0;
    await frame();
    expect(shownOffset(scroller)).toBe(0);
  });

  test('scrollToRow shows the first, a middle and the last row', async () => {
    const { scroller, scrollToRow } = await show(createFakeTable(rowCount));
    for (const row of [rowCount - 1, Math.floor(rowCount / 2), 0]) {
      scrollToRow(row);
      await idle();
      const shown = drawnRows(scroller).find((drawn) => drawn.row === row);
      expect(shown!.top).toBeGreaterThanOrEqual(viewport(scroller).top - 0.5);
      expect(shown!.bottom).toBeLessThanOrEqual(viewport(scroller).bottom + 0.5);
    }
    expect(() => scrollToRow(rowCount)).toThrow(RangeError);
  });

  test('arrow keys move by exactly one row at the start, in the middle and at the end', async () => {
    const { scroller, scrollToRow, press } = await show(createFakeTable(rowCount));
    for (const row of [0, Math.floor(rowCount / 2), rowCount - 20]) {
      scrollToRow(row, 'start');
      await nextTick();
      const before = shownOffset(scroller);
      await press('ArrowDown');
      await press('ArrowDown');
      await press('ArrowDown');
      expect(shownOffset(scroller)).toBe(before + 3 * ROW);
      await press('ArrowUp');
      await idle();
      expect(shownOffset(scroller)).toBe(before + 2 * ROW);
    }
  });

  test('page keys move by a viewport less one row', async () => {
    const { scroller, scrollToRow, press } = await show(createFakeTable(rowCount));
    scrollToRow(Math.floor(rowCount / 2), 'start');
    await nextTick();
    const before = shownOffset(scroller);
    const { top, bottom } = viewport(scroller);
    await press('PageDown');
    expect(shownOffset(scroller)).toBeCloseTo(before + (bottom - top) - ROW, 1);
    await press('PageUp');
    expect(shownOffset(scroller)).toBeCloseTo(before, 1);
  });

  test('rows cover the viewport at each frame of a scripted scroll', async () => {
    const { scroller } = await show(createFakeTable(rowCount));
    const max = scroller.scrollHeight - scroller.clientHeight;
    const steps = [1, 7, 33, 500, 1_999, max / 50, max / 9, -max / 30, -700, -3];
    for (const step of steps) {
      for (let i = 0; i < 6; i++) {
        scroller.scrollTop += step;
        await frame();
        expectCovered(scroller);
      }
    }
  });
});

describe('where the scroll range is scaled', () => {
  const rowCount = 10_000_000;

  test('a wheel moves the rows by exactly its delta, anywhere', async () => {
    const { scroller, scrollToRow, wheel } = await show(createFakeTable(rowCount));
    for (const row of [0, 3_000, 5_000_000, rowCount - 500]) {
      scrollToRow(row, 'start');
      await nextTick();
      const before = shownOffset(scroller);
      await wheel({ deltaY: 100 });
      await wheel({ deltaY: 3 });
      const event = await wheel({ deltaY: 53 });
      expect(event.defaultPrevented).toBe(true);
      expect(shownOffset(scroller)).toBe(before + 156);
      await idle();
      expect(shownOffset(scroller)).toBe(before + 156);
      await wheel({ deltaY: -156 });
      expect(shownOffset(scroller)).toBe(before);
    }
  });

  test('wheels that count lines and pages are understood', async () => {
    const { scroller, scrollToRow, wheel } = await show(createFakeTable(rowCount));
    scrollToRow(5_000_000, 'start');
    await nextTick();
    const before = shownOffset(scroller);
    await wheel({ deltaY: 3, deltaMode: WheelEvent.DOM_DELTA_LINE });
    expect(shownOffset(scroller)).toBe(before + 3 * ROW);
    await wheel({ deltaY: 1, deltaMode: WheelEvent.DOM_DELTA_PAGE });
    const { top, bottom } = viewport(scroller);
    expect(shownOffset(scroller)).toBeCloseTo(before + 2 * ROW + bottom - top, 1);
  });

  test('zooming, sideways wheels, and wheels past an end are left to the browser', async () => {
    const { scroller, press, wheel } = await show(createFakeTable(rowCount));
    expect((await wheel({ deltaY: 100, ctrlKey: true })).defaultPrevented).toBe(false);
    expect((await wheel({ deltaX: 100, deltaY: 10 })).defaultPrevented).toBe(false);
    expect((await wheel({ deltaY: -100 })).defaultPrevented).toBe(false);
    expect(shownOffset(scroller)).toBe(0);
    await press('End');
    expect((await wheel({ deltaY: 100 })).defaultPrevented).toBe(false);
  });

  test('a swipe moves the rows 1:1, and the scrollbar is put right afterwards', async () => {
    const { scroller, scrollToRow } = await show(createFakeTable(rowCount));
    scrollToRow(5_000_000, 'start');
    await idle();
    const before = shownOffset(scroller);
    const scrollTop = scroller.scrollTop;
    for (let i = 0; i < 10; i++) {
      scroller.scrollTop += 120;
      await frame();
      expect(shownOffset(scroller)).toBe(before + 120 * (i + 1));
    }
    expect(scroller.scrollTop - scrollTop).toBe(1_200);
    await idle();
    expect(shownOffset(scroller)).toBe(before + 1_200);
    expect(scroller.scrollTop - scrollTop).toBeLessThan(30);
  });

  test('a scrollbar in the middle shows the middle', async () => {
    const { scroller } = await show(createFakeTable(rowCount));
    scroller.scrollTop = (scroller.scrollHeight - scroller.clientHeight) / 2;
    await frame();
    const middle = drawnRows(scroller).at(0)!.row;
    expect(Math.abs(middle - rowCount / 2)).toBeLessThan(100);
  });

  test('a dragged thumb is not fought over, and its rows stay while more arrive', async () => {
    const { scroller, grow } = await show(createFakeTable(rowCount));
    scroller.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, buttons: 1 }));
    scroller.scrollTop = 2_000_000;
    await frame();
    const before = shownOffset(scroller);
    await grow(12_000_000);
    await idle();
    expect(shownOffset(scroller)).toBe(before);
    expect(scroller.scrollTop).toBe(2_000_000);
    scroller.scrollTop = 2_010_000;
    await frame();
    expect(shownOffset(scroller) - before).toBeGreaterThan(0);
    expect(shownOffset(scroller) - before).toBeLessThan(10_000 * 100);
    window.dispatchEvent(new PointerEvent('pointerup'));
    await idle();
    expectCovered(scroller);
  });
});

describe('while rows are appended', () => {
  test('the place stays put, from a few rows to many millions', async () => {
    const { scroller, scrollToRow, grow } = await show(createFakeTable(5_000));
    scrollToRow(3_000, 'start');
    await idle();
    const before = shownOffset(scroller);
    for (const rowCount of [10_000, 150_000, 156_251, 160_000, 1_148_920, 10_000_000]) {
      await grow(rowCount);
      expect(shownOffset(scroller)).toBe(before);
      await idle();
      expect(shownOffset(scroller)).toBe(before);
    }
  });

  test('the place stays put far down, at every batch', async () => {
    const { scroller, scrollToRow, grow } = await show(createFakeTable(150_000));
    scrollToRow(149_000, 'start');
    await nextTick();
    const before = shownOffset(scroller);
    for (let rowCount = 155_000; rowCount < 400_000; rowCount += 5_000) {
      await grow(rowCount);
      expect(shownOffset(scroller)).toBe(before);
    }
    await idle();
    expect(shownOffset(scroller)).toBe(before);
  });

  test('a scroll under way goes on by its own steps when the range becomes scaled', async () => {
    const { scroller, scrollToRow, grow } = await show(createFakeTable(150_000));
    scrollToRow(100_000, 'start');
    await nextTick();
    let expected = shownOffset(scroller);
    for (let rowCount = 151_000; rowCount < 200_000; rowCount += 5_000) {
      scroller.scrollTop += 40;
      expected += 40;
      await grow(rowCount);
      expect(shownOffset(scroller)).toBe(expected);
    }
    await idle();
    expect(shownOffset(scroller)).toBe(expected);
  });

  test('the scrollbar goes to its new place while nothing moves', async () => {
    const { scroller, scrollToRow, grow } = await show(createFakeTable(200_000));
    scrollToRow(150_000, 'start');
    expect(scroller.scrollTop).toBeGreaterThan(3_000_000);
    await grow(10_000_000);
    expect(scroller.scrollTop / (scroller.scrollHeight - scroller.clientHeight)).toBeLessThan(0.03);
    expect(shownOffset(scroller)).toBe(150_000 * ROW);
  });

  test('follow keeps the end in view until the user scrolls away', async () => {
    const { scroller, grow, press } = await show(createFakeTable(1_000), { follow: true });
    expectLastRowAtBottom(scroller, 1_000);
    await grow(2_000_000);
    expectLastRowAtBottom(scroller, 2_000_000);
    await press('PageUp');
    const before = shownOffset(scroller);
    await grow(3_000_000);
    expect(shownOffset(scroller)).toBe(before);
    await press('End');
    await grow(4_000_000);
    expectLastRowAtBottom(scroller, 4_000_000);
  });

  test('fewer rows than before leave no gap', async () => {
    const { scroller, grow, press } = await show(createFakeTable(10_000_000));
    await press('End');
    await grow(120);
    expectLastRowAtBottom(scroller, 120);
    await grow(3);
    expect(drawnRows(scroller).map(({ row }) => row)).toEqual([0, 1, 2]);
    await grow(0);
    expect(drawnRows(scroller)).toEqual([]);
    expect(wrapper!.text()).toContain('No rows');
  });
});

test('a table that was hidden comes back to its place', async () => {
  const { scroller, scrollToRow, wrapper: table } = await show(createFakeTable(10_000_000));
  scrollToRow(7_000_000, 'start');
  await idle();
  const before = shownOffset(scroller);
  const element = table.element as HTMLElement;
  element.style.display = 'none';
  await idle();
  element.style.display = '';
  await idle();
  expect(shownOffset(scroller)).toBe(before);
  expectCovered(scroller);
});

test('header and rows scroll sideways together, row numbers stay', async () => {
  const { scroller } = await show(createFakeTable(10_000_000));
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
  expect(shownOffset(scroller)).toBe(before.offset);
});

test('the header stays at the top', async () => {
  const { scroller, press } = await show(createFakeTable(10_000_000));
  await press('End');
  await frame();
  const header = scroller.querySelector('.vts-table__header')!.getBoundingClientRect();
  expect(header.top).toBeCloseTo(scroller.getBoundingClientRect().top, 0);
  expect(header.height).toBe(HEADER);
});

test('a column that is first seen later is added at the end, and the others keep their width', async () => {
  const table = createFakeTable(100);
  const { scroller, grow } = await show(table);
  const headings = () => [...scroller.querySelectorAll<HTMLElement>('[role=columnheader]')];
  const widths = headings()
    .slice(0, -1)
    .map((el) => el.offsetWidth);
  expect(headings().map((el) => el.textContent?.trim())).toEqual(['No.', ...FAKE_COLUMNS]);
  table.columns = [...table.columns, { name: 'PJ_TYPE' }];
  await grow(200);
  expect(headings().at(-1)!.textContent?.trim()).toBe('PJ_TYPE');
  expect(
    headings()
      .slice(0, widths.length)
      .map((el) => el.offsetWidth),
  ).toEqual(widths);
  expect(drawnRows(scroller)[0]!.el.textContent).toContain('PJ_TYPE-0');
  expect(scroller.getAttribute('aria-colcount')).toBe('10');
});

test('the elements of rows are used again while scrolling', async () => {
  const { scroller, press } = await show(createFakeTable(10_000_000));
  const before = new Set(drawnRows(scroller).map(({ el }) => el));
  await press('PageDown');
  await press('End');
  expect(drawnRows(scroller).every(({ el }) => before.has(el))).toBe(true);
  expect(before.size).toBeLessThan(30);
});

test('the keyboard reaches the table, and its focus can be seen', async () => {
  const { scroller, wrapper: table } = await show(createFakeTable(100));
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
  const rowValues: unknown[][] = [
    ['text', 12.5, null, ''],
    ['two\nlines', 7, 'null', '<b>bold</b>'],
    [long, 100_000, undefined, { a: [1] }],
  ];

  async function showCells() {
    const table = createFakeTable(rowValues.length, ['TEXT', 'NUMBER', 'NULL', 'NESTED']);
    table.value = (row, column) =>
      rowValues[row]![table.columns.findIndex(({ name }) => name === column)];
    const { scroller } = await show(table);
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
  const { wrapper: table, scroller } = await show(createFakeTable(10_000_000), {
    style: 'height: 100%',
  });
  expect((table.element as HTMLElement).offsetHeight).toBe(240);
  expect(drawnRows(scroller).length).toBeLessThan(30);
});

test('rows of another table are drawn at once', async () => {
  const { scroller, wrapper: table } = await show(createFakeTable(1_000));
  const other = createFakeTable(1_000);
  other.value = (row, column) => `other ${column} ${row}`;
  await table.setProps({ table: other });
  await nextTick();
  expect(drawnRows(scroller)[0]!.el.textContent).toContain('other CONTAINERID 0');
});
