import { shallowRef, watch, type ShallowRef } from 'vue';
import {
  useRecordView,
  type UseRecordViewReturn,
} from '../../composables/useRecordView/useRecordView.js';
import {
  queryKey,
  type RecordFilter,
  type RecordSort,
  type RecordTable,
} from '../../records/index.js';

export interface UseTableViewOptions {
  table: () => RecordTable;
  rowCount: () => number;
  filter: () => readonly RecordFilter[] | undefined;
  /** A view of other rows, or in another order, has come; appended rows alone are no such view. */
  onChange: (change: ViewChange) => void;
  /** Rows were appended to a view that was there before. */
  onAppend: (rows: Uint32Array, before: Uint32Array) => void;
}

/** What is other in a view than in the one before. */
export interface ViewChange {
  sorted: boolean;
  narrowed: boolean;
}

export interface UseTableViewReturn extends UseRecordViewReturn {
  sort: ShallowRef<readonly RecordSort[]>;
  search: ShallowRef<string>;
}

/** What the user wants to see of a table, and the view of it. */
export function useTableView(options: UseTableViewOptions): UseTableViewReturn {
  const { table, rowCount, filter } = options;
  const sort = shallowRef<readonly RecordSort[]>([]);
  const search = shallowRef('');
  const view = useRecordView(table, { rowCount, sort, search, filter });
  const filterKey = () => queryKey({ filter: filter() ?? [] });
  let change: ViewChange = { sorted: false, narrowed: (filter() ?? []).length > 0 };

  watch(
    [sort, search, filterKey, view.rows, view.isPending, view.table],
    (
      [sortNow, searchNow, filterNow, rows, pending, tableNow],
      [sortThen, searchThen, filterThen, before, , tableThen],
    ) => {
      change.sorted ||= sortNow !== sortThen;
      change.narrowed ||= searchNow !== searchThen || filterNow !== filterThen;
      // While the new view is made, the last one stays: nothing moves before it is there.
      if (pending) return;
      if (change.sorted || change.narrowed) options.onChange(change);
      // rows that were put between others have changed the numbers of those behind them
      else if (rows && before && rows !== before && tableNow === tableThen)
        options.onAppend(rows, before);
      change = { sorted: false, narrowed: false };
    },
  );
  return { ...view, sort, search };
}
