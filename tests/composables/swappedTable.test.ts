import { createPinia, setActivePinia } from 'pinia';
import { expect, it, vi } from 'vitest';
import { computed, effectScope, nextTick, ref, shallowRef } from 'vue';
import { useRecordView } from '../../src/composables/useRecordView/useRecordView.js';
import { ColumnTable, LineDecoder, type RecordFilter } from '../../src/records/index.js';
import { useTraceStore } from '../../src/stores/index.js';
import { decodeRows } from '../records/decodeRows.js';

/** Makes batches of one domain, one after the other. */
function createBatches() {
  const decoder = new LineDecoder();
  return (...numbers: number[]) => {
    const rows = numbers.map((n) => ({ n }));
    return decodeRows(decoder, 'd', rows);
  };
}

it('shows rows that were put between others, in the table and in a view of it', async () => {
  setActivePinia(createPinia());
  const store = useTraceStore('swapped');
  const batch = createBatches();
  store.writer.append('d', batch(1, 2));
  store.writer.append('d', batch(5));
  const scope = effectScope();
  const view = scope.run(() => {
    const table = computed(() => store.tables.get('d')!);
    const rowCount = () => store.domains[0]!.rowCount;
    const sort = [{ column: 'n', descending: true }];
    return { asked: table, ...useRecordView(table, { rowCount, sort }) };
  })!;
  const shown = () => [...(view.rows.value ?? [])].map((row) => view.table.value.value(row, 'n'));
  await vi.waitFor(() => expect(shown()).toEqual([5, 2, 1]));
  store.writer.insert('d', 1, 0, [batch(3, 4)]);
  expect(view.asked.value.toJSON()).toEqual([1, 2, 3, 4, 5].map((n) => ({ n })));
  // until there is a view of the new rows, the one before stays, of the table before
  await nextTick();
  expect([shown(), view.rowCount.value, view.isPending.value]).toEqual([[5, 2, 1], 3, true]);
  await vi.waitFor(() => expect(shown()).toEqual([5, 4, 3, 2, 1]));
  expect([view.table.value, view.isPending.value]).toEqual([view.asked.value, false]);
  store.writer.clear();
  store.writer.append('d', batch(7));
  expect([view.table.value, view.rows.value]).toEqual([view.asked.value, null]);
  scope.stop();
});

it('a view that failed shows the table with the rows that were put between others', async () => {
  const batch = createBatches();
  const table = shallowRef(new ColumnTable());
  table.value.append(batch(1, 2));
  table.value.append(batch(5));
  const rowCount = ref(3);
  const scope = effectScope();
  const filter = [{ column: 'n' }] as unknown as RecordFilter[];
  const view = scope.run(() => useRecordView(table, { rowCount, filter }))!;
  await vi.waitFor(() => expect(view.error.value).not.toBeNull());
  table.value = table.value.withBatches(1, 0, [batch(3, 4)]);
  rowCount.value = table.value.rowCount;
  expect([view.rows.value, view.rowCount.value]).toEqual([null, 5]);
  expect(view.table.value.row(4)).toEqual({ n: 5 });
  scope.stop();
});
