import perspective from '@perspective-dev/client';
import SERVER_WASM from '@perspective-dev/server/dist/wasm/perspective-server.wasm?url';
import perspectiveViewer from '@perspective-dev/viewer';
import CLIENT_WASM from '@perspective-dev/viewer/dist/wasm/perspective-viewer.wasm?url';
import '@perspective-dev/viewer-datagrid';
import '@perspective-dev/viewer/themes/pro.css';
import { type CreateGrid, type GridColumns, parseRows } from '../../pages/grid/Grid.js';

type Columns = Record<string, unknown[]>;
interface RegularTable extends HTMLElement {
  getMeta(cell: Element): { user?: unknown } | undefined;
}

async function createTable({ names, numbers, times }: GridColumns) {
  await Promise.all([
    perspective.init_server(fetch(SERVER_WASM)),
    perspectiveViewer.init_client(fetch(CLIENT_WASM)),
  ]);
  const typeOf = (name: string) => {
    if (numbers.includes(name)) return 'integer' as const;
    return times.includes(name) ? ('datetime' as const) : ('string' as const);
  };
  const client = await perspective.worker();
  const schema = Object.fromEntries(names.map((name) => [name, typeOf(name)]));
  return { client, table: await client.table(schema) };
}

function toColumns(bytes: Uint8Array, names: readonly string[]): Columns {
  const rows = parseRows(bytes);
  return Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])]));
}

/** The first element in `root` and its shadow trees that matches. */
function findDeep(root: ParentNode, selector: string): HTMLElement | null {
  const own = root.querySelector<HTMLElement>(selector);
  if (own) return own;
  for (const { shadowRoot } of root.querySelectorAll('*')) {
    const found = shadowRoot && findDeep(shadowRoot, selector);
    if (found) return found;
  }
  return null;
}

const timeText = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** Perspective: columns for its engine in a worker, its viewer with the datagrid on screen. */
export const createGrid: CreateGrid = async (host, columns) => {
  const { names, times } = columns;
  const { client, table } = await createTable(columns);
  const viewer = document.createElement('perspective-viewer');
  viewer.style.cssText = 'display:block;height:100%';
  host.append(viewer);
  await viewer.load(client);
  await viewer.restore({
    table: await table.get_name(),
    plugin: 'Datagrid',
    columns: [...names],
    settings: false,
  });
  const grid = () => findDeep(viewer, 'regular-table') as RegularTable;
  return {
    parse: (bytes) => toColumns(bytes, names),
    append: (batch) => table.update(batch as Columns),
    sort: (column) => viewer.restore({ sort: column ? [[column, 'asc']] : [] }),
    filter: (column, text) =>
      viewer.restore({ filter: text === null ? [] : [[column, 'contains', text]] }),
    scroller: grid,
    rows: () => grid().querySelectorAll('tbody tr'),
    cell(row, column) {
      const cell = row.children[names.indexOf(column)];
      if (!cell) return '';
      const value = grid().getMeta(cell)?.user; // as the engine has it, not as it is shown
      if (value === undefined || value === null) return '';
      return times.includes(column) ? timeText(Number(value)) : String(value);
    },
  };
};
