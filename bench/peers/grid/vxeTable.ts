import { createApp, h, shallowRef } from 'vue';
import { VxeColumn, VxeTable, type VxeTableInstance } from 'vxe-table';
import 'vxe-table/es/style.css';
import {
  COLUMN_WIDTH,
  type CreateGrid,
  parseRows,
  type Row,
  ROW_HEIGHT,
} from '../../pages/grid/Grid.js';

/** Made once: options that are new in each drawing of the table draw it again, for ever. */
const optionsOf = (field: string) => ({
  key: field,
  field,
  title: field,
  width: COLUMN_WIDTH,
  sortable: true,
  filters: [{ value: '' }],
  filterMethod: ({ value, row }: { value: string; row: Row }) =>
    String(row[field] ?? '').includes(value),
});

/** vxe-table: row objects, all of them handed over anew with each batch. */
export const createGrid: CreateGrid = (host, { names }) => {
  const table = shallowRef<VxeTableInstance<Row>>();
  const options = {
    height: host.clientHeight,
    showOverflow: 'ellipsis' as const,
    cellConfig: { height: ROW_HEIGHT },
    virtualYConfig: { enabled: true, gt: 0 },
  };
  const columns = names.map(optionsOf);
  const drawColumns = () => columns.map((column) => h(VxeColumn, column));
  createApp(() => h(VxeTable, { ref: table, ...options }, drawColumns)).mount(host);
  const all: Row[] = [];
  return {
    parse: parseRows,
    append(batch) {
      for (const row of batch as Row[]) all.push(row);
      return table.value!.loadData(all);
    },
    sort(column) {
      if (column === null) return table.value!.clearSort();
      return table.value!.sort(column, 'asc');
    },
    filter(column, text) {
      if (text === null) return table.value!.clearFilter(column);
      return table.value!.setFilter(column, [{ value: text, checked: true }], true);
    },
    scroller: () => host.querySelector<HTMLElement>('.vxe-table--body-inner-wrapper')!,
    rows: () => host.querySelectorAll('.vxe-table--main-wrapper .vxe-body--row'),
    cell: (row, column) => row.children[names.indexOf(column)]?.textContent?.trim() ?? '',
  };
};
