import { createPinia, setActivePinia } from 'pinia';
import { expect, it, vi } from 'vitest';
import { computed, effectScope, nextTick } from 'vue';
import { useRecordView } from '../../src/composables/useRecordView/useRecordView.js';
import { LineDecoder } from '../../src/records/index.js';
import { useTraceStore } from '../../src/stores/index.js';
import { decodeRows } from '../records/decodeRows.js';

it('shows rows that were put between others, in the table and in a view of it', async () => {
  setActivePinia(createPinia());
  const store = useTraceStore('swapped');
  const decoder = new LineDecoder();
  const batch = (...numbers: number[]) =>
    decodeRows(
      decoder,
      'd',
      numbers.map((n) => ({ n })),
    );
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
