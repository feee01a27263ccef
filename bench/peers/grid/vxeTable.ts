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

const ANY_TEXT = { value: '' };

function renderColumn(field: string) {
  return h(VxeColumn, {
    key: field,
    field,
    title: field,
    width: COLUMN_WIDTH,
    sortable: true,
    filters: [ANY_TEXT],
    filterMethod: ({ value, row }: { value: string; row: Row }) =>
      String(row[field] ?? '').includes(value),
  });
}

/** vxe-table: row objects, all of them handed over anew with each batch. */
export const createGrid: CreateGrid = (host, { names }) => {
  const table = shallowRef<VxeTableInstance<Row>>();
  const options = {
    height: host.clientHeight,
    showOverflow: true,
    rowConfig: { height: ROW_HEIGHT },
    cellConfig: { height: ROW_HEIGHT },
    virtualYConfig: { enabled: true, gt: 0 },
  };
  createApp(() => h(VxeTable, { ref: table, ...options }, () => names.map(renderColumn))).mount(host);
  const all: Row[] = [];
  return {
    parse: parseRows,
    append(batch) {
      for (const row of batch as Row[]) all.push(row);
      return table.value!.loadData(all);
    },
    sort(column, descending) {
      if (column === null) return table.value!.clearSort();
      return table.value!.sort(column, descending ? 'desc' : 'asc');
    },
    filter(column, text) {
      if (text === null) return table.value!.clearFilter(column);
      return table.value!.setFilter(column, [{ value: text, checked: true }], true);
    },
    scroller: () =>
      host.querySelector<HTMLElement>('.vxe-table--scroll-y-handle') ??
      host.querySelector<HTMLElement>('.vxe-table--body-inner-wrapper')!,
    rows: () => host.querySelectorAll('.vxe-table--main-wrapper .vxe-body--row'),
    cell: (row, column) => row.children[names.indexOf(column)]?.textContent?.trim() ?? '',
  };
};
