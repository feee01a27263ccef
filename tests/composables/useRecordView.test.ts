import { beforeAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadEngine } from '../../src/composables/useRecordView/engine.js';
import { effectScope, nextTick, ref, shallowRef } from 'vue';
import {
  type RecordFilter,
  type RecordSort,
  type RecordTable,
  useRecordView,
} from '../../src/index.js';
import { createFeed } from '../records/view/tables.js';

beforeAll(async () => void (await loadEngine()));

const rowsOf = (...numbers: number[]) => numbers.map((n) => ({ n, text: `text ${n}` }));

let scope = effectScope(true);
beforeEach(() => {
  // the pauses of an update are no timers
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  scope = effectScope(true);
});
afterEach(() => {
  scope.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** Lets updates come to their end: they stop at each step, and may wait for a message to themselves. */
async function settle() {
  await nextTick();
  for (let turn = 0; turn < 5; turn++) {
    for (let i = 0; i < 200; i++) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function setup(...batches: number[][]) {
  const { table, feed } = createFeed(batches.map((numbers) => rowsOf(...numbers)));
  const options = {
    table: shallowRef<RecordTable>(table),
    rowCount: ref(0),
    sort: ref<RecordSort[]>(),
    filter: ref<RecordFilter[]>(),
    search: ref<string>(),
  };
  const grow = (count?: number) => {
    feed(count);
    options.rowCount.value = table.rowCount;
  };
  grow(1);
  const view = scope.run(() => useRecordView(options.table, options))!;
  const shown = () => view.rows.value && [...view.rows.value];
  return { ...options, grow, view, shown };
}

describe('useRecordView', () => {
  it('has no rows of its own and computes nothing where nothing is asked for', async () => {
    const { view, shown, rowCount } = setup([3, 1, 2]);
    await settle();
    expect(shown()).toBeNull();
    expect(view.isPending.value).toBe(false);
    expect(view.rowCount.value).toBe(3);
    rowCount.value = 7;
    expect(view.rowCount.value).toBe(7);
  });

  it('keeps the last view while the next one is made', async () => {
    const { view, shown, sort, search } = setup([3, 1, 2]);
    sort.value = [{ column: 'n' }];
    expect(view.isPending.value).toBe(true);
    expect(shown()).toBeNull();
    await settle();
    expect([shown(), view.isPending.value]).toEqual([[1, 2, 0], false]);
    search.value = '3';
    expect([shown(), view.isPending.value]).toEqual([[1, 2, 0], true]);
    await settle();
    expect([shown(), view.isPending.value, view.rowCount.value]).toEqual([[0], false, 1]);
    sort.value = [];
    search.value = '';
    expect([shown(), view.isPending.value]).toEqual([null, false]);
  });

  it('notices a filter that is changed in place, and no equal one', async () => {
    const { view, shown, filter } = setup([3, 1, 2]);
    filter.value = [{ column: 'n', from: 2 }];
    await settle();
    expect(shown()).toEqual([0, 2]);
    filter.value = [{ column: 'n', from: 2 }];
    expect(view.isPending.value).toBe(false);
    Object.assign(filter.value[0]!, { from: 3 });
    await settle();
    expect(shown()).toEqual([0]);
  });

  it('takes in the rows of many batches at once, a while after the last update', async () => {
    const { view, shown, sort, grow } = setup([5], [4], [3], [2]);
    sort.value = [{ column: 'n' }];
    await settle();
    const rows = view.rows.value;
    grow(1);
    await settle();
    grow(1);
    await settle();
    expect(view.rows.value).toBe(rows);
    expect(view.isPending.value).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    await settle();
    expect(shown()).toEqual([2, 1, 0]);
    await vi.advanceTimersByTimeAsync(1_000);
    grow(1);
    await settle();
    expect(shown()).toEqual([3, 2, 1, 0]);
  });

  it('begins anew with another table, and never shows rows of the one before', async () => {
    const { view, shown, sort, table } = setup([3, 1, 2]);
    sort.value = [{ column: 'n' }];
    await settle();
    const other = createFeed([rowsOf(1, 2)]);
    other.feed();
    table.value = other.table;
    expect([shown(), view.isPending.value]).toEqual([null, true]);
    await settle();
    expect([shown(), view.isPending.value]).toEqual([[0, 1], false]);
  });

  it('drops a view that was overtaken by another query or another table', async () => {
    const { view, shown, sort, table } = setup([3, 1, 2]);
    sort.value = [{ column: 'n' }];
    await nextTick();
    sort.value = [{ column: 'n', descending: true }];
    const seen: unknown[] = [];
    for (let i = 0; i < 500; i++) {
      await Promise.resolve();
      if (!view.isPending.value) seen.push(shown());
    }
    expect(new Set(seen.map((rows) => JSON.stringify(rows)))).toEqual(new Set(['[0,2,1]']));
    sort.value = [{ column: 'text' }];
    await nextTick();
    table.value = createFeed([]).table;
    await settle();
    expect(shown()).toEqual([]);
  });

  it('tells what is wrong, keeps the last view, and recovers', async () => {
    const { view, shown, sort, filter, table } = setup([3, 1, 2]);
    sort.value = [{ column: 'n' }];
    await settle();
    filter.value = [{ column: 'n' } as never];
    await settle();
    expect(view.error.value).toBeInstanceOf(TypeError);
    expect([shown(), view.isPending.value]).toEqual([[1, 2, 0], false]);
    filter.value = [];
    await settle();
    expect([shown(), view.error.value]).toEqual([[1, 2, 0], null]);
    table.value = {
      rowCount: 0,
      columns: [],
      byteLength: 0,
      value: () => null,
      row: () => ({}),
      rows: () => [][Symbol.iterator](),
      toJSON: () => [],
      [Symbol.iterator]: () => [][Symbol.iterator](),
    };
    await settle();
    expect(view.error.value).toMatchObject({
      message: expect.stringContaining('store.tables.get(domain)'),
    });
    expect(shown()).toBeNull();
  });

  it('ends everything with its scope', async () => {
    const { view, sort, grow } = setup([3, 1, 2], [4]);
    sort.value = [{ column: 'n' }];
    await nextTick();
    scope.stop();
    await settle();
    grow();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(view.rows.value).toBeNull();
  });
});
