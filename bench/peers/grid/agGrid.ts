import { AllCommunityModule, createGrid as create, ModuleRegistry } from 'ag-grid-community';
import {
  COLUMN_WIDTH,
  type CreateGrid,
  parseRows,
  type Row,
  ROW_HEIGHT,
} from '../../pages/grid/Grid.js';

ModuleRegistry.registerModules([AllCommunityModule]);

/** AG Grid Community: row objects, appended by transactions. */
export const createGrid: CreateGrid = (host, { names }) => {
  const api = create<Row>(host, {
    columnDefs: names.map((field) => ({
      field,
      width: COLUMN_WIDTH,
      filter: 'agTextColumnFilter',
    })),
    rowData: [],
    rowHeight: ROW_HEIGHT,
    animateRows: false,
    suppressColumnVirtualisation: true,
  });
  return {
    parse: parseRows,
    append: (batch) => void api.applyTransaction({ add: batch as Row[] }),
    sort(column) {
      const state = column ? [{ colId: column, sort: 'asc' as const }] : [];
      api.applyColumnState({ state, defaultState: { sort: null } });
    },
    async filter(column, text) {
      const model = text === null ? null : { filterType: 'text', type: 'contains', filter: text };
      await api.setColumnFilterModel(column, model);
      api.onFilterChanged();
    },
    scroller: () => host.querySelector<HTMLElement>('.ag-grid-viewport')!,
    rows: () => host.querySelectorAll('.ag-grid-scrolling-container [role=row]'),
    cell: (row, column) => row.querySelector(`[col-id="${column}"]`)?.textContent ?? '',
  };
};
