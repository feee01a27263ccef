import { describe, expect, test, vi } from 'vitest';
import { nextTick } from 'vue';
import { userEvent } from 'vitest/browser';
import { ColumnTable, LineDecoder } from '../../src/records/index.js';
import { decodeRows } from '../records/decodeRows.js';
import { drawnRows, expectCovered, frame, idle, ROW, show, shownOffset } from './tableDriver.js';
import { createTable, tableOf } from './traceTables.js';

type Shown = Awaited<ReturnType<typeof show>>;

/** Rows of the table that are drawn, by their column ROW, from the top of the viewport. */
function rowsInView({ scroller }: Shown): number[] {
  const top = scroller.getBoundingClientRect().top + ROW;
  return drawnRows(scroller)
    .filter((drawn) => drawn.bottom > top + ROW / 2)
    .map(({ el }) => Number(el.querySelector('[role=cell]')!.textContent));
}
const heading = ({ scroller }: Shown, name: string) =>
  [...scroller.querySelectorAll<HTMLElement>('.vts-table__sort')].find((button) =>
    button.textContent!.includes(name),
  )!;
const isBusy = ({ scroller }: Shown) => scroller.getAttribute('aria-busy') === 'true';

async function settled(shown: Shown) {
  await vi.waitFor(() => expect(isBusy(shown)).toBe(false));
  await nextTick();
}
async function search(shown: Shown, text: string) {
  await shown.wrapper.get('input[type=search]').setValue(text);
  await shown.wrapper.get('input[type=search]').trigger('keydown', { key: 'Enter' });
  await settled(shown);
}
async function sortBy(shown: Shown, name: string, init: MouseEventInit = {}) {
  heading(shown, name).dispatchEvent(new MouseEvent('click', { bubbles: true, ...init }));
  await nextTick();
  await settled(shown);
}

describe('sorting', () => {
  test('rows stand in the order of the column, and are numbered as they stand', async () => {
    const shown = await show(createTable(10_000));
    await sortBy(shown, 'TRACKINQTY');
    expect(rowsInView(shown).slice(0, 5)).toEqual([0, 1_000, 2_000, 3_000, 4_000]);
    const [first] = drawnRows(shown.scroller);
    expect(first!.el.querySelector('[role=rowheader]')!.textContent).toBe('1');
    await sortBy(shown, 'TRACKINQTY');
    expect(rowsInView(shown).slice(0, 3)).toEqual([999, 1_999, 2_999]);
    await sortBy(shown, 'TRACKINQTY');
    expect(rowsInView(shown).slice(0, 3)).toEqual([0, 1, 2]);
  });

  test('Shift adds a column', async () => {
    const shown = await show(createTable(10_000));
    await sortBy(shown, 'TRACKINQTY');
    await sortBy(shown, 'ROW', { shiftKey: true });
    await sortBy(shown, 'ROW', { shiftKey: true });
    expect(rowsInView(shown).slice(0, 3)).toEqual([9_000, 8_000, 7_000]);
  });

  test('the keyboard sorts, too: Enter, Space, and Shift for one more column', async () => {
    const shown = await show(createTable(2_000));
    heading(shown, 'TRACKINQTY').focus();
    await userEvent.keyboard('{Enter}');
    await settled(shown);
    expect(rowsInView(shown).slice(0, 3)).toEqual([0, 1_000, 1]);
    await userEvent.keyboard(' ');
    await settled(shown);
    expect(rowsInView(shown).slice(0, 2)).toEqual([999, 1_999]);
    heading(shown, 'ROW').focus();
    await userEvent.keyboard('{Shift>}{Enter}{Enter}{/Shift}');
    await settled(shown);
    expect(rowsInView(shown).slice(0, 2)).toEqual([1_999, 999]);
  });

  test('the rows of before stay where they are until the new order is there; it is shown from its top', async () => {
    const shown = await show(createTable(200_000));
    shown.scrollToRow(150_000, 'start');
    await idle();
    const [before, offset] = [rowsInView(shown), shownOffset(shown.scroller)];
    heading(shown, 'EQUIPMENTID').click();
    await nextTick();
    expect(isBusy(shown)).toBe(true);
    expect(rowsInView(shown)).toEqual(before);
    expect(shownOffset(shown.scroller)).toBe(offset);
    await settled(shown);
    expect(shownOffset(shown.scroller)).toBe(0);
    expect(shown.scroller.scrollTop).toBe(0);
    expect(rowsInView(shown)[1]).toBe(400);
    expectCovered(shown.scroller);
  });

  test('a heading that gets the focus comes out from under the row numbers', async () => {
    const shown = await show(createTable(10));
    const [number, ...headings] = shown.scroller.querySelectorAll('[role=columnheader]');
    for (const cell of headings.reverse()) {
      cell.querySelector('button')!.focus();
      await frame();
      const label = cell.querySelector('.vts-table__label')!;
      expect(label.getBoundingClientRect().left).toBeGreaterThanOrEqual(
        number!.getBoundingClientRect().right,
      );
    }
  });

  test('a new order is shown from its top, although the end was followed; the page is told', async () => {
    const shown = await show(createTable(20_000), { follow: true });
    expect(rowsInView(shown).at(-1)).toBe(19_999);
    await sortBy(shown, 'TRACKINQTY');
    expect(rowsInView(shown).slice(0, 2)).toEqual([0, 1_000]);
    expect(shown.wrapper.emitted('update:follow')).toEqual([[false]]);
  });

  test('keys scroll the rows by whole rows while a heading has the focus', async () => {
    const shown = await show(createTable(10_000_000));
    heading(shown, 'ROW').focus();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}');
    expect(shownOffset(shown.scroller)).toBe(2 * ROW);
    await userEvent.keyboard('{End}');
    expect(rowsInView(shown).at(-1)).toBe(9_999_999);
  });
});

describe('while rows are appended to a view', () => {
  async function grow(shown: Shown, rowCount: number, shownRows: number) {
    await shown.grow(rowCount);
    await vi.waitFor(() =>
      expect(shown.scroller.getAttribute('aria-rowcount')).toBe(String(shownRows + 1)),
    );
    await frame();
  }

  test('what is in view stays there, although rows come in above it', async () => {
    const shown = await show(createTable(20_000));
    await sortBy(shown, 'TRACKINQTY');
    shown.scrollToRow(10_000, 'start');
    await idle();
    const before = rowsInView(shown)[0];
    for (const rowCount of [30_000, 100_000, 400_000]) {
      await grow(shown, rowCount, rowCount);
      expect(rowsInView(shown)[0]).toBe(before);
      await idle();
      expect(rowsInView(shown)[0]).toBe(before);
      expectCovered(shown.scroller);
    }
  });

  test('at the top the first rows of the order are shown', async () => {
    const shown = await show(createTable(20_000));
    await sortBy(shown, 'ROW');
    await sortBy(shown, 'ROW');
    expect(rowsInView(shown)[0]).toBe(19_999);
    await grow(shown, 30_000, 30_000);
    expect(rowsInView(shown)[0]).toBe(29_999);
    expect(shown.scroller.scrollTop).toBe(0);
  });

  test('follow keeps the end of a search in view', async () => {
    const shown = await show(createTable(20_000), { follow: true });
    await search(shown, 'GROUP-3');
    expect(rowsInView(shown).at(-1)).toBe(19_995);
    const found = (rowCount: number) => Math.ceil((rowCount - 3) / 12);
    await grow(shown, 40_000, found(40_000));
    expect(rowsInView(shown).at(-1)).toBe(39_999);
    expectCovered(shown.scroller);
  });
});

test('a search leaves the rows that match, and its end shows all of them again', async () => {
  const shown = await show(createTable(100_000));
  shown.scrollToRow(50_000, 'start');
  await search(shown, 'containerid-777');
  expect(rowsInView(shown).slice(0, 3)).toEqual([777, 7_770, 7_771]);
  expect(shown.scroller.scrollTop).toBe(0);
  await search(shown, '');
  expect(rowsInView(shown)[0]).toBe(0);
  expect(shown.scroller.getAttribute('aria-rowcount')).toBe('100001');
});

test('a table that cannot be sorted says so and shows its rows as they stand', async () => {
  const columns = [{ name: 'ROW' }];
  const foreign = {
    rowCount: 50,
    columns,
    value: (row: number) => row,
    row: (row: number) => ({ ROW: row }),
  } as unknown as ColumnTable;
  const shown = await show(foreign);
  await sortBy(shown, 'ROW');
  await vi.waitFor(() =>
    expect(shown.wrapper.get('[role=alert]').text()).toContain('Cannot sort or search'),
  );
  expect(rowsInView(shown).slice(0, 3)).toEqual([0, 1, 2]);
});

test('another table is shown in the order that was asked for', async () => {
  const shown = await show(createTable(100));
  await sortBy(shown, 'ROW');
  await sortBy(shown, 'ROW');
  const other = tableOf(Array.from({ length: 7 }, (_, row) => ({ ROW: 10 + row })));
  await shown.wrapper.setProps({ table: other, rowCount: 7 });
  await settled(shown);
  expect(rowsInView(shown)).toEqual([16, 15, 14, 13, 12, 11, 10]);
});

test('rows that are put between others come into a search once it has found them; until then what it had found is shown', async () => {
  const decoder = new LineDecoder();
  const batchOf = (rows: number[]) =>
    decodeRows(
      decoder,
      'rows',
      rows.map((row) => ({ ROW: row, LOT: `LOT-${row % 2}` })),
    );
  const table = new ColumnTable();
  table.append(batchOf([0, 1, 2]));
  table.append(batchOf([6, 7, 8]));
  const shown = await show(table);
  await search(shown, 'LOT-1');
  expect(rowsInView(shown)).toEqual([1, 7]);
  await shown.wrapper.setProps({
    table: table.withBatches(1, 0, [batchOf([3, 4, 5])]),
    rowCount: 9,
  });
  expect(isBusy(shown)).toBe(true);
  expect(rowsInView(shown)).toEqual([1, 7]);
  await settled(shown);
  await frame();
  expect(rowsInView(shown)).toEqual([1, 3, 5, 7]);
});
