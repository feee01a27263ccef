import { contenderTable, ratio } from './contest/figures.mjs';
import { holdContest, namesOf } from './contest/holdContest.mjs';
import { openPage, PageGaveUp } from './contest/openPage.mjs';
import { playRounds } from './contest/playRounds.mjs';

/** Contenders, by the name under which they are shown: their module, and what the page is asked for. */
const CONTENDERS = {
  'bytes read and dropped': { module: 'drain' },
  'response.json() of one answer': { module: 'responseJson' },
  'decode + split + JSON.parse': { module: 'splitParseLoop' },
  'can-ndjson-stream': { module: 'canNdjsonStream' },
  'ndjson-readablestream': { module: 'ndjsonReadableStream' },
  'fetch-ndjson': { module: 'fetchNdjson' },
  '@streamparser/json': { module: 'streamparserJson' },
  'stream-json': { module: 'streamJson' },
  'vue-trace-stream, in the page': { module: 'traceStream', query: '?no-worker' },
  'vue-trace-stream': { module: 'traceStream' },
};
const OURS = 'vue-trace-stream';
const RUN_MS = 120_000;

async function runOnce(server, domain, { module, query = '' }) {
  const page = await openPage(`${server.url}stream.html${query}`);
  const urls = { domain, stream: `/data/stream/${domain}`, answer: `/data/answer/${domain}` };
  try {
    const { firstBatchBytes } = server.info[domain];
    const figures = await page.run('run', [module, urls, firstBatchBytes], RUN_MS);
    return { ...figures, rendererMb: await page.memory(), pageLog: page.log };
  } catch (error) {
    if (!(error instanceof PageGaveUp)) throw error;
    return { gaveUp: error.message, totalMs: error.message, pageLog: page.log };
  } finally {
    await page.close();
  }
}

const COLUMNS = {
  'first row, ms': 'firstRowMs',
  'first row on screen, ms': 'firstRowShownMs',
  'total, ms': 'totalMs',
  'longest block, ms': 'longestBlockMs',
  'blocks over 50 ms': 'blocksOver50',
  'time beyond 50 ms, ms': 'blockingMs',
  'longest frame gap, ms': 'longestFrameGapMs',
  'memory after, MB': 'memoryMb',
  'bytes a row': 'bytesPerRow',
  'renderer resident, MB': 'rendererMb',
  rows: 'rows',
};

function ratiosOf(runs) {
  const total = (a, b) => ratio(runs, 'totalMs', a, b) ?? 'not run';
  return [
    ['this library over the bytes alone', total(OURS, 'bytes read and dropped')],
    ['decode + split + JSON.parse over this library', total('decode + split + JSON.parse', OURS)],
    ['response.json() over this library', total('response.json() of one answer', OURS)],
  ];
}

/** Readers of a stream of rows in a page, side by side. */
export function stream({ rounds, containers, domain, only }) {
  const names = namesOf(CONTENDERS, only);
  return holdContest(containers, async (server) => {
    const runs = await playRounds(names, rounds, (name) =>
      runOnce(server, domain, CONTENDERS[name]),
    );
    return {
      tables: [
        contenderTable(`Stream of ${domain}`, runs, names, COLUMNS),
        contenderTable('First row', runs, [OURS], { 'after its bytes, ms': 'shownAfterBytesMs' }),
        { title: 'Ratios of the medians', heading: ['', 'ratio'], rows: ratiosOf(runs) },
      ],
      runs,
    };
  });
}
