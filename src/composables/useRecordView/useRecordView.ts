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
  /** `rows` may lack some that are asked for: those that came last, or all where no view can be made. */
  isBehind: ComputedRef<boolean>;
  /** Why there is no view of what is asked for. */
  error: ComputedRef<unknown>;
}

/** What came of a query to a table. */
interface Outcome {
  table: RecordTable;
  key: string;
  rows: Uint32Array | null;
  /** Rows of the table that were looked at. */
  rowCount: number;
  error: unknown;
}

const NOTHING = { rows: null, rowCount: 0 };

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
  const { query, key, outcome } = useOutcome(table, options);
  const isEmpty = computed(() => isEmptyQuery(query.value));
  const ofTable = computed(() => (isEmpty.value ? null : outcomeOf(outcome.value, toValue(table))));
  const viewed = computed(() => ofTable.value?.table ?? toValue(table));
  const isThere = computed(
    () => ofTable.value?.key === key.value && viewed.value === toValue(table),
  );
  const rows = computed(() => ofTable.value?.rows ?? null);
  const error = computed(() => (isThere.value ? ofTable.value!.error : null));
  const isShort = computed(() => (ofTable.value?.rowCount ?? 0) < toValue(options.rowCount));
  return {
    table: viewed,
    rows,
    rowCount: computed(() => rows.value?.length ?? toValue(options.rowCount)),
    isPending: computed(() => !isEmpty.value && !isThere.value),
    isBehind: computed(() => rows.value !== null && (isShort.value || error.value !== null)),
    error,
  };
}

/** Asks for a view whenever another one is wanted, and again as the table grows. */
function useOutcome(table: MaybeRefOrGetter<RecordTable>, options: UseRecordViewOptions) {
  const outcome = shallowRef<Outcome | null>(null);
  const query = computed(() => readQuery(options));
  // an equal query, though another object, asks for the same view
  const key = computed(() => queryKey(query.value));
  const runner = new ViewRunner();
  function start(asked: Pick<Outcome, 'table' | 'key'>): void {
    runner.start({
      ...asked,
      query: query.value,
      onRows: (made, seen) =>
        (outcome.value = { ...asked, rows: made, rowCount: seen, error: null }),
      onError(error) {
        // where no view can be made, what is shown of the table stays
        const shown = outcome.value?.table === asked.table ? outcome.value : NOTHING;
        outcome.value = { ...shown, ...asked, error };
      },
    });
  }
  function startOrStop(): void {
    if (!isEmptyQuery(query.value)) return start({ table: toValue(table), key: key.value });
    runner.stop();
    outcome.value = null;
  }
  watch([() => toValue(table), key], startOrStop, { immediate: true });
  watch([() => toValue(options.rowCount)], () => runner.grow());
  onScopeDispose(() => runner.stop());
  return { query, key, outcome };
}

/** What came of a query to a table, also where it was asked of an earlier version of it. */
function outcomeOf(outcome: Outcome | null, table: RecordTable): Outcome | null {
  if (outcome === null || outcome.table === table) return outcome;
  // the rows of an earlier version are shown by their numbers; all of them would be all of this one
  const isEarlier = table instanceof ColumnTable && table.isVersionOf(outcome.table);
  return isEarlier && outcome.rows !== null ? outcome : null;
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
