import { describe, expect, inject, test, vi } from 'vitest';
import { nextTick } from 'vue';
import {
  drawnRows,
  expectCovered,
  expectOffset,
  expectLastRowAtBottom,
  frame,
  idle,
  ROW,
  show,
  shownOffset,
  viewport,
} from './tableDriver.js';
import { createTable } from './traceTables.js';

declare module 'vitest' {
  interface ProvidedContext {
    deviceScaleFactor: number;
  }
}

test('runs at the device scale factor that its name says', () => {
  expect(devicePixelRatio).toBe(inject('deviceScaleFactor'));
});

describe.each([100, 1_148_920, 10_000_000])('%i rows', (rowCount) => {
  test('End shows the last row, Home the first', async () => {
    const { scroller, press } = await show(createTable(rowCount));
    await press('End');
    expectLastRowAtBottom(scroller, rowCount);
    expect(scroller.scrollTop).toBeGreaterThanOrEqual(
      scroller.scrollHeight - scroller.clientHeight - 1,
    );
    await press('Home', { ctrlKey: true });
    expectOffset(scroller, 0);
    expect(scroller.scrollTop).toBe(0);
  });

  test('the end of the scrollbar shows the last row, its start the first', async () => {
    const { scroller } = await show(createTable(rowCount));
    scroller.scrollTop = scroller.scrollHeight;
    await frame();
    expectLastRowAtBottom(scroller, rowCount);
    await idle();
    expectLastRowAtBottom(scroller, rowCount);
    scroller.scrollTop = 0;
    await frame();
    expectOffset(scroller, 0);
  });

  test('scrollToRow shows the first, a middle and the last row', async () => {
    const { scroller, scrollToRow } = await show(createTable(rowCount));
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
    const { scroller, scrollToRow, press } = await show(createTable(rowCount));
    for (const row of [0, Math.floor(rowCount / 2), rowCount - 20]) {
      scrollToRow(row, 'start');
      await nextTick();
      const before = shownOffset(scroller);
      await press('ArrowDown');
      await press('ArrowDown');
      await press('ArrowDown');
      expectOffset(scroller, before + 3 * ROW);
      await press('ArrowUp');
      await idle();
      expectOffset(scroller, before + 2 * ROW);
    }
  });

  test('page keys move by a viewport less one row', async () => {
    const { scroller, scrollToRow, press } = await show(createTable(rowCount));
    scrollToRow(Math.floor(rowCount / 2), 'start');
    await nextTick();
    const before = shownOffset(scroller);
    const { top, bottom } = viewport(scroller);
    await press('PageDown');
    expectOffset(scroller, before + (bottom - top) - ROW);
    await press('PageUp');
    expectOffset(scroller, before);
  });

  test('rows cover the viewport at each frame of a scripted scroll', async () => {
    const { scroller } = await show(createTable(rowCount));
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
    const { scroller, scrollToRow, wheel } = await show(createTable(rowCount));
    for (const row of [0, 3_000, 5_000_000, rowCount - 500]) {
      scrollToRow(row, 'start');
      await nextTick();
      const before = shownOffset(scroller);
      await wheel({ deltaY: 100 });
      await wheel({ deltaY: 3 });
      const event = await wheel({ deltaY: 53 });
      expect(event.defaultPrevented).toBe(true);
      expectOffset(scroller, before + 156);
      await idle();
      expectOffset(scroller, before + 156);
      await wheel({ deltaY: -156 });
      expectOffset(scroller, before);
    }
  });

  test('wheels that count lines and pages are understood', async () => {
    const { scroller, scrollToRow, wheel } = await show(createTable(rowCount));
    scrollToRow(5_000_000, 'start');
    await nextTick();
    const before = shownOffset(scroller);
    await wheel({ deltaY: 3, deltaMode: WheelEvent.DOM_DELTA_LINE });
    expectOffset(scroller, before + 3 * ROW);
    await wheel({ deltaY: 1, deltaMode: WheelEvent.DOM_DELTA_PAGE });
    const { top, bottom } = viewport(scroller);
    expectOffset(scroller, before + 2 * ROW + bottom - top);
  });

  test('zooming, sideways wheels, and wheels past an end are left to the browser', async () => {
    const { scroller, press, wheel } = await show(createTable(rowCount));
    expect((await wheel({ deltaY: 100, ctrlKey: true })).defaultPrevented).toBe(false);
    expect((await wheel({ deltaX: 100, deltaY: 10 })).defaultPrevented).toBe(false);
    expect((await wheel({ deltaY: -100 })).defaultPrevented).toBe(false);
    expectOffset(scroller, 0);
    await press('End');
    expect((await wheel({ deltaY: 100 })).defaultPrevented).toBe(false);
  });

  test('a swipe moves the rows 1:1, and the scrollbar is put right afterwards', async () => {
    const { scroller, scrollToRow } = await show(createTable(rowCount));
    scrollToRow(5_000_000, 'start');
    await idle();
    const before = shownOffset(scroller);
    const scrollTop = scroller.scrollTop;
    // however slow the machine is, the swipe does not end in its midst
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (let i = 0; i < 10; i++) {
      const scrolled = new Promise((resolve) =>
        scroller.addEventListener('scroll', resolve, { once: true }),
      );
      scroller.scrollTop += 120;
      await scrolled;
      await nextTick();
      expectOffset(scroller, before + 120 * (i + 1));
    }
    expect(scroller.scrollTop - scrollTop).toBe(1_200);
    vi.advanceTimersByTime(1_000);
    vi.useRealTimers();
    await idle();
    expectOffset(scroller, before + 1_200);
    expect(scroller.scrollTop - scrollTop).toBeLessThan(30);
  });

  test('a scrollbar in the middle shows the middle', async () => {
    const { scroller } = await show(createTable(rowCount));
    scroller.scrollTop = (scroller.scrollHeight - scroller.clientHeight) / 2;
    await frame();
    const middle = drawnRows(scroller).at(0)!.row;
    expect(Math.abs(middle - rowCount / 2)).toBeLessThan(100);
  });

  test('a dragged thumb is not fought over, and its rows stay while more arrive', async () => {
    const { scroller, grow } = await show(createTable(rowCount));
    scroller.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, buttons: 1 }));
    scroller.scrollTop = 2_000_000;
    await frame();
    const before = shownOffset(scroller);
    await grow(12_000_000);
    await idle();
    expectOffset(scroller, before);
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
    const { scroller, scrollToRow, grow } = await show(createTable(5_000));
    scrollToRow(3_000, 'start');
    await idle();
    const before = shownOffset(scroller);
    for (const rowCount of [10_000, 150_000, 156_251, 160_000, 1_148_920, 10_000_000]) {
      await grow(rowCount);
      expectOffset(scroller, before);
      await idle();
      expectOffset(scroller, before);
    }
  });

  test('the place stays put far down, at every batch', async () => {
    const { scroller, scrollToRow, grow } = await show(createTable(150_000));
    scrollToRow(149_000, 'start');
    await nextTick();
    const before = shownOffset(scroller);
    for (let rowCount = 155_000; rowCount < 400_000; rowCount += 5_000) {
      await grow(rowCount);
      expectOffset(scroller, before);
    }
    await idle();
    expectOffset(scroller, before);
  });

  test('a scroll under way goes on by its own steps when the range becomes scaled', async () => {
    const { scroller, scrollToRow, grow } = await show(createTable(150_000));
    scrollToRow(100_000, 'start');
    await nextTick();
    let expected = shownOffset(scroller);
    for (let rowCount = 151_000; rowCount < 200_000; rowCount += 5_000) {
      scroller.scrollTop += 40;
      expected += 40;
      await grow(rowCount);
      expectOffset(scroller, expected);
    }
    await idle();
    expectOffset(scroller, expected);
  });

  test('the scrollbar goes to its new place while nothing moves', async () => {
    const { scroller, scrollToRow, grow } = await show(createTable(200_000));
    scrollToRow(150_000, 'start');
    expect(scroller.scrollTop).toBeGreaterThan(3_000_000);
    await grow(10_000_000);
    expect(scroller.scrollTop / (scroller.scrollHeight - scroller.clientHeight)).toBeLessThan(0.03);
    expectOffset(scroller, 150_000 * ROW);
  });

  /** A page that binds `v-model:follow`. */
  async function showFollowing(rowCount: number) {
    const asked: (boolean | undefined)[] = [];
    const shown = await show(createTable(rowCount), {
      follow: true,
      'onUpdate:follow': (follow?: boolean) => {
        asked.push(follow);
        void shown.wrapper.setProps({ follow });
      },
    });
    return { ...shown, asked };
  }

  test('follow keeps the end in view; scrolling away switches it off, coming back on again', async () => {
    const { scroller, grow, press, asked } = await showFollowing(1_000);
    expectLastRowAtBottom(scroller, 1_000);
    for (const rowCount of [2_000, 200_000, 2_000_000]) {
      await grow(rowCount);
      expectLastRowAtBottom(scroller, rowCount);
    }
    expect(asked).toEqual([]);
    await press('PageUp');
    expect(asked).toEqual([false]);
    const before = shownOffset(scroller);
    await grow(3_000_000);
    expectOffset(scroller, before);
    await press('End');
    expect(asked).toEqual([false, true]);
    await grow(4_000_000);
    expectLastRowAtBottom(scroller, 4_000_000);
  });

  test('the scrollbar and scrollToRow switch follow off, too', async () => {
    const { scroller, scrollToRow, grow, press, asked } = await showFollowing(2_000_000);
    scroller.scrollTop /= 2;
    await frame();
    expect(asked).toEqual([false]);
    await press('End');
    await idle();
    scrollToRow(1_000_000, 'start');
    expect(asked).toEqual([false, true, false]);
    await grow(3_000_000);
    expectOffset(scroller, 1_000_000 * ROW);
  });

  test('what the page switched off stays off at the end; switching it on shows the end', async () => {
    const { scroller, grow, press, wrapper: table, asked } = await showFollowing(2_000_000);
    await table.setProps({ follow: false });
    await press('PageUp');
    await press('End');
    await grow(3_000_000);
    expect(asked).toEqual([]);
    expect(drawnRows(scroller).at(-1)!.row).toBeLessThan(2_000_010);
    await table.setProps({ follow: true });
    await frame();
    expectLastRowAtBottom(scroller, 3_000_000);
  });

  test('without follow the end is left where it was', async () => {
    const { scroller, grow, press } = await show(createTable(2_000_000));
    await press('End');
    const before = shownOffset(scroller);
    await grow(3_000_000);
    expectOffset(scroller, before);
  });

  test('fewer rows than before leave no gap', async () => {
    const { scroller, grow, press, wrapper: table } = await show(createTable(10_000_000));
    await press('End');
    await grow(120);
    expectLastRowAtBottom(scroller, 120);
    await grow(3);
    expect(drawnRows(scroller).map(({ row }) => row)).toEqual([0, 1, 2]);
    await grow(0);
    expect(drawnRows(scroller)).toEqual([]);
    expect(table.text()).toContain('No rows');
  });
});

test('a table that was hidden comes back to its place', async () => {
  const { scroller, scrollToRow, wrapper: table } = await show(createTable(10_000_000));
  scrollToRow(7_000_000, 'start');
  await idle();
  const before = shownOffset(scroller);
  const element = table.element as HTMLElement;
  element.style.display = 'none';
  await idle();
  element.style.display = '';
  await idle();
  expectOffset(scroller, before);
  expectCovered(scroller);
});
