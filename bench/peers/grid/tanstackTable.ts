import {
  columnFilteringFeature,
  createFilteredRowModel,
  createSortedRowModel,
  filterFn_includesString,
  rowSortingFeature,
  sortFn_basic,
  tableFeatures,
  useTable,
} from '@tanstack/vue-table';
import { useVirtualizer } from '@tanstack/vue-virtual';
import { computed, createApp, h, nextTick, ref, shallowRef } from 'vue';
import {
  COLUMN_WIDTH,
  type CreateGrid,
  parseRows,
  type Row,
  ROW_HEIGHT,
} from '../../pages/grid/Grid.js';

const OVERSCAN = 10;
const features = tableFeatures({
  columnFilteringFeature,
  rowSortingFeature,
  filteredRowModel: createFilteredRowModel(),
  sortedRowModel: createSortedRowModel(),
  filterFns: { includesString: filterFn_includesString },
  sortFns: { basic: sortFn_basic },
});

/** The table of the app: the model is TanStack Table's, the window on it TanStack Virtual's. */
function createModel(names: readonly string[]) {
  const data = shallowRef<Row[]>([]);
  const scroller = ref<HTMLElement | null>(null);
  const columns = names.map((name) => ({
    id: name,
    accessorFn: (row: Row) => row[name],
    sortFn: 'basic' as const,
    filterFn: 'includesString' as const,
  }));
  const table = useTable({ features, columns, data });
  const rows = computed(() => table.getRowModel().rows);
  const virtualizer = useVirtualizer(
    computed(() => ({
      count: rows.value.length,
      getScrollElement: () => scroller.value,
      estimateSize: () => ROW_HEIGHT,
      overscan: OVERSCAN,
    })),
  );
  return { data, scroller, table, rows, virtualizer };
}

type Model = ReturnType<typeof createModel>;

function renderRow({ rows }: Model, index: number, top: number) {
  const cells = rows.value[index]!.getAllCells().map((cell) =>
    h(
      'div',
      { 'data-column': cell.column.id, style: `width:${COLUMN_WIDTH}px;flex:none` },
      String(cell.getValue() ?? ''),
    ),
  );
  const style = `position:absolute;display:flex;height:${ROW_HEIGHT}px;transform:translateY(${top}px)`;
  return h('div', { key: index, role: 'row', style }, cells);
}

function render(model: Model) {
  const { scroller, virtualizer } = model;
  const rows = virtualizer.value
    .getVirtualItems()
    .map(({ index, start }) => renderRow(model, index, start));
  const style = `position:relative;height:${virtualizer.value.getTotalSize()}px`;
  const body = h('div', { style }, rows);
  const set = (element: unknown) => void (scroller.value = element as HTMLElement | null);
  return h('div', { ref: set, style: 'height:100%;overflow:auto' }, [body]);
}

/** TanStack Table with TanStack Virtual: row objects, a new array for each batch. */
export const createGrid: CreateGrid = (host, { names }) => {
  let model!: Model;
  createApp({
    setup() {
      model = createModel(names);
      return () => render(model);
    },
  }).mount(host);
  const { data, scroller, table } = model;
  return {
    parse: parseRows,
    append(batch) {
      data.value = data.value.concat(batch as Row[]);
      return nextTick();
    },
    sort(column) {
      table.setSorting(column ? [{ id: column, desc: false }] : []);
      return nextTick();
    },
    filter(column, text) {
      table.setColumnFilters(text === null ? [] : [{ id: column, value: text }]);
      return nextTick();
    },
    scroller: () => scroller.value!,
    rows: () => host.querySelectorAll('[role=row]'),
    cell: (row, column) => row.querySelector(`[data-column="${column}"]`)?.textContent ?? '',
  };
};
