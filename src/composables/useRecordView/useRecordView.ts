import {
  computed,
  type ComputedRef,
  type MaybeRefOrGetter,
  onScopeDispose,
  shallowRef,
  toValue,
  watch,
} from 'vue';
import {
  ColumnTable,
  isEmptyQuery,
  queryKey,
  type RecordFilter,
  type RecordQuery,
  type RecordSort,
  type RecordTable,
} from '../../records/index.js';
import { ViewRunner } from './ViewRunner.js';

export interface UseRecordViewOptions {
  /** Rows of the table: what drives the view, for the table itself is not reactive. */
  rowCount: MaybeRefOrGetter<number>;
  /** Columns to sort by, the outermost first. @default the table's order */
  sort?: MaybeRefOrGetter<readonly RecordSort[] | undefined>;
  /** What the rows must be; all of it must hold. @default every row */
  filter?: MaybeRefOrGetter<readonly RecordFilter[] | undefined>;
  /** A text that any column must contain, upper case or lower. @default '' */
  search?: MaybeRefOrGetter<string | undefined>;
}

export interface UseRecordViewReturn {
  /** The table that the row numbers are of: until rows that were put between others are in the view, the one before. */
  table: ComputedRef<RecordTable>;
  /**
   * Row numbers of `table` in the view's order; null: every row as it stands. While a newer view is being
   * made, the last one of the same table.
   */
  rows: ComputedRef<Uint32Array | null>;
  /** Rows of the view. */
  rowCount: ComputedRef<number>;
  /** The view that is asked for is not there yet; rows that are appended do not count. */
  isPending: ComputedRef<boolean>;
  /** Why there is no view of what is asked for. */
  error: ComputedRef<unknown>;
}

/** What came of a query to a table. */
interface Outcome {
  table: RecordTable;
  key: string;
  rows: Uint32Array | null;
  error: unknown;
}

/**
 * The rows of a table sorted, filtered and searched, kept up to date while more arrive. A million
 * rows take some tenths of a second, in slices in which the page stays alive. Leaving the scope
 * ends everything. `error` is a TypeError for a table that is not of a trace store.
 *
 * @example
 * const sort = ref<RecordSort[]>([{ column: 'TRACKINTIMESTAMP', descending: true }]);
 * const view = useRecordView(table, { rowCount: () => domain.rowCount, sort, search });
 * const first = () => view.table.value.row(view.rows.value?.[0] ?? 0);
 */
export function useRecordView(
  table: MaybeRefOrGetter<RecordTable>,
  options: UseRecordViewOptions,
): UseRecordViewReturn {
  const outcome = shallowRef<Outcome | null>(null);
  const query = computed(() => readQuery(options));
  // an equal query, though another object, asks for the same view
  const key = computed(() => queryKey(query.value));
  const isEmpty = computed(() => isEmptyQuery(query.value));
  const ofTable = computed(() => (isEmpty.value ? null : outcomeOf(outcome.value, toValue(table))));
  const viewed = computed(() => ofTable.value?.table ?? toValue(table));
  const isThere = computed(
    () => ofTable.value?.key === key.value && viewed.value === toValue(table),
  );
  const rows = computed(() => ofTable.value?.rows ?? null);
  const rowsOf = (asked: RecordTable) => (viewed.value === asked ? rows.value : null);

  const runner = new ViewRunner();
  function startOrStop(): void {
    if (isEmpty.value) {
      outcome.value = null;
      return runner.stop();
    }
    const asked = { table: toValue(table), key: key.value };
    runner.start({
      ...asked,
      query: query.value,
      onRows: (made) => (outcome.value = { ...asked, rows: made, error: null }),
      onError: (error) => (outcome.value = { ...asked, rows: rowsOf(asked.table), error }),
    });
  }
  watch([() => toValue(table), key], startOrStop, { immediate: true });
  watch([() => toValue(options.rowCount)], () => runner.grow());
  onScopeDispose(() => runner.stop());
  return {
    table: viewed,
    rows,
    rowCount: computed(() => rows.value?.length ?? toValue(options.rowCount)),
    isPending: computed(() => !isEmpty.value && !isThere.value),
    error: computed(() => (isThere.value ? ofTable.value!.error : null)),
  };
}

/** What came of a query to a table, also where it was asked of an earlier version of it. */
function outcomeOf(outcome: Outcome | null, table: RecordTable): Outcome | null {
  if (outcome === null || outcome.table === table) return outcome;
  const isEarlier = table instanceof ColumnTable && table.isVersionOf(outcome.table);
  return isEarlier ? outcome : null;
}

/** Read in full, so that a filter that is changed in place is noticed. */
function readQuery({ sort, filter, search }: UseRecordViewOptions): RecordQuery {
  return {
    sort: (toValue(sort) ?? []).map((column) => ({ ...column })),
    filter: (toValue(filter) ?? []).map((condition) =>
      'values' in condition ? { ...condition, values: [...condition.values] } : { ...condition },
    ),
    search: toValue(search) ?? '',
  };
}
