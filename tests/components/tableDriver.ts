import { mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, expect } from 'vitest';
import { nextTick } from 'vue';
import TraceTable from '../../src/components/TraceTable/TraceTable.vue';
import type { ColumnTable } from '../../src/records/index.js';
import { growTable } from './traceTables.js';

export const ROW = 32;
export const HEADER = 36;
export const HEIGHT = 500;
export const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
export const idle = () => new Promise((resolve) => setTimeout(resolve, 250));

let wrapper: VueWrapper | null = null;
afterEach(() => {
  wrapper?.unmount();
  wrapper = null;
  document.body.replaceChildren();
});

export async function show(table: ColumnTable, props: Record<string, unknown> = {}) {
  const mounted = mount(TraceTable, {
    attachTo: document.body,
    attrs: { style: `width: 700px; height: ${HEIGHT}px` },
    props: { table, rowCount: table.rowCount, label: 'rows', locale: 'en', ...props },
  });
  wrapper = mounted;
  const scroller = mounted.get('[role=table]').element as HTMLElement;
  // the rows come over a few frames
  for (let i = 0; i < 6; i++) await frame();
  return {
    scroller,
    wrapper: mounted,
    async grow(rowCount: number) {
      growTable(table, rowCount);
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
export function viewport(scroller: HTMLElement) {
  const { top } = scroller.getBoundingClientRect();
  return { top: top + HEADER, bottom: top + scroller.clientHeight };
}

/** The rows that are drawn, in their order, with where they are on the screen. */
export function drawnRows(scroller: HTMLElement) {
  return [...scroller.querySelectorAll<HTMLElement>('.vts-table__body [role=row]')].map((el) => {
    const { top, bottom } = el.getBoundingClientRect();
    return { row: Number(el.getAttribute('aria-rowindex')) - 2, top, bottom, el };
  });
}

/** Offset into all rows, as the screen shows it. */
export function shownOffset(scroller: HTMLElement): number {
  const [first] = drawnRows(scroller);
  return first!.row * ROW - (first!.top - viewport(scroller).top);
}

/** Rows stand on whole device px: where one of those is no whole part of a px, they are that far off. */
const SNAP = Number.isInteger(devicePixelRatio) ? 0.01 : 1 / devicePixelRatio;

export function expectOffset(scroller: HTMLElement, offset: number) {
  expect(Math.abs(shownOffset(scroller) - offset)).toBeLessThanOrEqual(SNAP);
}

export function expectCovered(scroller: HTMLElement) {
  const { top, bottom } = viewport(scroller);
  const rows = drawnRows(scroller);
  expect(rows[0]!.top).toBeLessThanOrEqual(top);
  expect(rows.at(-1)!.bottom).toBeGreaterThanOrEqual(bottom - 1);
  rows.forEach(({ row, top: rowTop }, i) => {
    expect(row).toBe(rows[0]!.row + i);
    expect(rowTop).toBeCloseTo(rows[0]!.top + i * ROW, 1);
  });
}

export function expectLastRowAtBottom(scroller: HTMLElement, rowCount: number) {
  const last = drawnRows(scroller).at(-1)!;
  expect(last.row).toBe(rowCount - 1);
  expect(last.bottom).toBeCloseTo(viewport(scroller).bottom, 0);
  expect(last.el.querySelector('[role=rowheader]')!.textContent).toBe(rowCount.toLocaleString());
  expect(last.el.querySelector('[role=cell]')!.textContent).toBe(String(rowCount - 1));
}
