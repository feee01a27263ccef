import { contenderTable } from './contest/figures.mjs';
import { GRIDS, withTraceGrid } from './contest/grids.mjs';
import { holdContest, namesOf } from './contest/holdContest.mjs';
import { PageGaveUp } from './contest/openPage.mjs';
import { playRounds } from './contest/playRounds.mjs';

const DOMAIN = 'upstream_history';
const SORTED_BY = ['EQUIPMENTNAME', 'CONTAINERID', 'TRACKINTIMESTAMP', 'TRACKINQTY'];
const STEP_MS = 120_000;
const MOST_LOAD_MS = 240_000;

/** The views, by the name under which they are shown. */
function viewsOf({ smallest, filtered: { column, text, first } }) {
  const sorts = SORTED_BY.map((name) => [
    `sort ${name}`,
    { column: name, first: { [name]: smallest[name] } },
  ]);
  return [...sorts, [`filter ${column}`, { column, text, first }]];
}

async function play(page, figures, source, views) {
  await page.run('loadRest', [source, 0], MOST_LOAD_MS);
  for (const [name, request] of views) {
    try {
      const figure = await page.run('showView', [request], STEP_MS);
      for (const [what, value] of Object.entries(figure)) figures[`${name} ${what}`] = value;
    } catch (error) {
      if (error instanceof PageGaveUp) figures[`${name} shownMs`] = error.message;
      throw error;
    }
  }
}

/** Sorting and filtering: until the rows of the view are on screen. */
export function view({ rounds, containers, only }) {
  const names = namesOf(GRIDS, only);
  return holdContest(containers, async (server) => {
    const { batches, rows } = server.info[DOMAIN];
    const source = { domain: DOMAIN, batches, rows };
    const views = viewsOf(server.info[DOMAIN]);
    const columns = (what) => Object.fromEntries(views.map(([name]) => [name, `${name} ${what}`]));
    const runs = await playRounds(names, rounds, (name) =>
      withTraceGrid(server, name, (page, figures) => play(page, figures, source, views)),
    );
    return {
      tables: [
        contenderTable('Until the view is on screen, ms', runs, names, columns('shownMs')),
        contenderTable('Longest block, ms', runs, names, columns('longestBlockMs')),
        contenderTable('Blocks over 50 ms', runs, names, columns('blocksOver50')),
        contenderTable('Gave up', runs, names, { why: 'gaveUp' }),
      ],
      runs,
    };
  });
}
