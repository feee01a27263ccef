import { createPinia, setActivePinia } from 'pinia';
import { expect, it, vi } from 'vitest';
import { computed, effectScope } from 'vue';
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
    return { table, ...useRecordView(table, { rowCount, sort }) };
  })!;
  const shown = () => [...(view.rows.value ?? [])].map((row) => view.table.value.value(row, 'n'));
  await vi.waitFor(() => expect(shown()).toEqual([5, 2, 1]));
  store.writer.insert('d', 1, 0, [batch(3, 4)]);
  expect(view.table.value.toJSON()).toEqual([1, 2, 3, 4, 5].map((n) => ({ n })));
  await vi.waitFor(() => expect(shown()).toEqual([5, 4, 3, 2, 1]));
  scope.stop();
});
