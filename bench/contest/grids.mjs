import { openPage, PageGaveUp } from './openPage.mjs';

/** The tables that are compared, by the name under which they are shown: their modules. */
export const GRIDS = {
  'AG Grid Community': 'agGrid',
  'TanStack Table + Virtual': 'tanstackTable',
  'vxe-table': 'vxeTable',
  Perspective: 'perspective',
  'vue-trace-stream': 'traceTable',
};

const COLUMNS = {
  names: [
    'CONTAINERID',
    'WORKCENTERNAME',
    'WORKCENTER_GROUP',
    'EQUIPMENTID',
    'EQUIPMENTNAME',
    'SPECNAME',
    'TRACKINTIMESTAMP',
    'TRACKINQTY',
  ],
  numbers: ['TRACKINQTY'],
  times: ['TRACKINTIMESTAMP'],
};

/** Opens a page with an empty table; `play` drives it. What it could not do is told in `gaveUp`. */
export async function withGrid(server, name, columns, play) {
  const page = await openPage(`${server.url}grid.html`);
  const figures = {};
  try {
    await page.run('create', [GRIDS[name], columns]);
    figures.rendererBeforeMb = await page.memory();
    await play(page, figures);
  } catch (error) {
    if (!(error instanceof PageGaveUp)) throw error;
    figures.gaveUp = error.message;
  } finally {
    figures.pageLog = page.log;
    await page.close();
  }
  return figures;
}

export const withTraceGrid = (server, name, play) => withGrid(server, name, COLUMNS, play);
