import { frameDrawn, wait } from '../shared/frames.js';
import { measureMemory } from '../shared/measureMemory.js';
import { appendBatches, type BatchSource, loadRest } from './appendBatches.js';
import type { Grid, GridColumns, GridContender, Row } from './Grid.js';
import { lightRows } from './lightRows.js';
import { reachEnd } from './reachEnd.js';
import { scrollThrough } from './scrollThrough.js';
import { showView, type ViewRequest } from './showView.js';

const SETTLE_MS = 500;
const HEIGHT = 800;
const modules = {
  ...import.meta.glob<GridContender>('./contenders/*.ts'),
  ...import.meta.glob<GridContender>('../../peers/grid/*.ts'),
};

let grid: Grid;
let memoryBefore = 0;

/** Shows the empty table. */
async function create(name: string, columns: GridColumns): Promise<void> {
  const path = Object.keys(modules).find((path) => path.endsWith(`/${name}.ts`));
  if (!path) throw new Error(`There is no contender ${name}.`);
  const { createGrid } = await modules[path]!();
  const host = document.getElementById('host')!;
  host.style.height = `${HEIGHT}px`;
  grid = await createGrid(host, columns);
  await wait(SETTLE_MS);
  memoryBefore = await measureMemory();
}

/** Bytes that the rows have cost. */
async function memory(): Promise<number> {
  await frameDrawn();
  return (await measureMemory()) - memoryBefore;
}

window.bench = {
  create,
  memory,
  appendBatches: (source: BatchSource, mostMs: number) => appendBatches(grid, source, mostMs),
  loadRest: (source: BatchSource, from: number) => loadRest(grid, source, from),
  appendLight: async (from: number, count: number) => {
    await grid.append(grid.parse(lightRows(from, count), count));
    await frameDrawn();
  },
  scroll: () => scrollThrough(grid),
  reachEnd: (last: Row) => reachEnd(grid, last),
  showView: (request: ViewRequest) => showView(grid, request),
};
