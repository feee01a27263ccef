import { contenderTable } from './contest/figures.mjs';
import { GRIDS, withGrid, withTraceGrid } from './contest/grids.mjs';
import { holdContest, namesOf } from './contest/holdContest.mjs';
import { playRounds } from './contest/playRounds.mjs';

const DOMAIN = 'upstream_history';
const MB = 1_000_000;
/** A table that needs longer for all batches is told as such, and given the rest in larger pieces. */
const MOST_APPEND_MS = 30_000;
const MOST_LOAD_MS = 240_000;
/** Of the whole factory; fewer containers, fewer light rows. */
const ALL_CONTAINERS = 114_892;
const LIGHT_ROWS = 10_000_000;
const LIGHT_ROWS_AT_ONCE = 250_000;
const MOST_LIGHT_MS = 60_000;
const LIGHT_COLUMNS = { names: ['ID', 'NAME'], numbers: ['ID'], times: [] };

async function play(page, figures, source, last) {
  Object.assign(figures, await page.run('appendBatches', [source, MOST_APPEND_MS], 180_000));
  await page.run('loadRest', [source, figures.batchesAppended], MOST_LOAD_MS);
  const bytes = await page.run('memory');
  Object.assign(figures, { memoryMb: bytes / MB, bytesPerRow: bytes / source.rows });
  figures.rendererGrownMb = (await page.memory()) - figures.rendererBeforeMb;
  Object.assign(figures, await page.run('scroll'));
  figures.lastRow = (await page.run('reachEnd', [last])) ? 'yes' : 'no';
}

/** Rows of two columns, as many as the table can take within the time; told as it goes. */
async function playLight(page, figures, rows) {
  const started = performance.now();
  figures.lightRows = 0;
  while (figures.lightRows < rows && performance.now() - started < MOST_LIGHT_MS) {
    const count = Math.min(LIGHT_ROWS_AT_ONCE, rows - figures.lightRows);
    await page.run('appendLight', [figures.lightRows, count]);
    figures.lightRows += count;
  }
  figures.lightMs = performance.now() - started;
  figures.lightMb = (await page.run('memory')) / MB;
  figures.lightGrownMb = (await page.memory()) - figures.rendererBeforeMb;
  const id = figures.lightRows - 1;
  figures.lightLastRow = (await page.run('reachEnd', [{ ID: id }])) ? 'yes' : 'no';
}

const APPEND_COLUMNS = {
  'batches appended': 'batchesAppended',
  'parsing + appending, ms': 'parseAndAppendMs',
  'of it appending, ms': 'appendMs',
  'a batch, ms': 'batchMs',
  'one of the last ten, ms': 'lastBatchesMs',
  'longest block, ms': 'longestBlockMs',
  'blocks over 50 ms': 'blocksOver50',
  'memory after, MB': 'memoryMb',
  'bytes a row': 'bytesPerRow',
  'renderer grown, MB': 'rendererGrownMb',
  'gave up': 'gaveUp',
};
const SCROLL_COLUMNS = {
  frames: 'scrollFrames',
  'median frame, ms': 'scrollMedianFrameMs',
  'worst frame, ms': 'scrollWorstFrameMs',
  'blank frames': 'blankFrames',
  'last row seen': 'lastRow',
};
const LIGHT_TABLE = {
  'rows held': 'lightRows',
  'time, ms': 'lightMs',
  'memory, MB': 'lightMb',
  'renderer grown, MB': 'lightGrownMb',
  'last row seen': 'lightLastRow',
  'gave up': 'gaveUp',
};

/** Tables in a page that are filled batch by batch, scrolled, and scrolled to their ends. */
export function table({ rounds, containers, only }) {
  const names = namesOf(GRIDS, only);
  return holdContest(containers, async (server) => {
    const { batches, rows, last } = server.info[DOMAIN];
    const source = { domain: DOMAIN, batches, rows };
    const lightRows = Math.round((LIGHT_ROWS * containers) / ALL_CONTAINERS);
    const runs = await playRounds(names, rounds, (name) =>
      withTraceGrid(server, name, (page, figures) => play(page, figures, source, last)),
    );
    const light = await playRounds(names, 1, (name) =>
      withGrid(server, name, LIGHT_COLUMNS, (page, figures) => playLight(page, figures, lightRows)),
    );
    return {
      tables: [
        contenderTable(`${rows} rows in ${batches} batches`, runs, names, APPEND_COLUMNS),
        contenderTable('Scrolling', runs, names, SCROLL_COLUMNS),
        contenderTable(`${lightRows} rows of two columns`, light, names, LIGHT_TABLE),
      ],
      runs,
      light,
    };
  });
}
