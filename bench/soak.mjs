import { buildPages } from './contest/buildPages.mjs';
import { startBackend } from './server/startBackend.mjs';
import { readSnapshot } from './soak/heapSnapshot.mjs';
import { openSoakPage } from './soak/openSoakPage.mjs';
import { createServerMemory } from './soak/serverMemory.mjs';
import { startSoakSite } from './soak/soakSite.mjs';

/** A month of the factory is some 20,000 rows then. */
const CONTAINERS = 8_000;
const DAYS = 30;
const FIRST_DAY = Date.UTC(2025, 8, 1);
const OFFSETS = 150;
/** Has no divisor in common with the offsets: neighbours in time are far apart in the factory. */
const STEP = 7;
const DAY_MS = 86_400_000;
const MEASURE_EVERY = 20;
const REMOUNT_EVERY = 10;
const MOST_GROWTH = 1.05;
const TRACE_MS = 60_000;
/** The last trace's, which still stands in the page. */
const DOMAINS = 2;
const JS_FLAGS = ['--heap-snapshot-string-limit=1000000000']; // else a snapshot cuts texts at 1,024 characters

const dayOf = (day) => new Date(FIRST_DAY + day * DAY_MS).toISOString().slice(0, 10);

const isMeasured = (index) => (index + 1) % MEASURE_EVERY === 0;

function paramsOf(index) {
  // the same trace stands in the page whenever it is measured
  const first = isMeasured(index) ? 0 : (index * STEP) % OFFSETS;
  return {
    mode: 'date_range',
    direction: 'backward',
    start_date: dayOf(first),
    end_date: dayOf(first + DAYS - 1),
  };
}

/** What page and server hold after a collection, MB. */
async function measure({ page, server, serverMemory }) {
  const memory = await page.collectedMemory();
  const { code, made } = readSnapshot(await page.snapshot());
  return { page: { ...memory, code, made }, server: await serverMemory.read(server) };
}

/** Runs the traces; the memory after each 20th, and the ids of all containers. */
async function runTraces(traces, backend) {
  const { page } = backend;
  const measured = [];
  const ids = new Set();
  let rows = 0;
  for (let index = 0; index < traces; index++) {
    const isLast = index === traces - 1;
    // by turns in a store of the component's own and in one that outlives it; the last trace has the latter
    if (index % REMOUNT_EVERY === 0) {
      await page.run('mount', [(index / REMOUNT_EVERY) % 2 === 0 && !isLast]);
    }
    const trace = await page.run('run', [paramsOf(index)], TRACE_MS);
    if (trace.status !== 'complete') throw new Error(`Trace ${index + 1} ended ${trace.status}.`);
    for (const id of await page.run('containers')) ids.add(id);
    rows += trace.rows;
    if (!isMeasured(index) && !isLast) continue;
    const now = await measure(backend);
    process.stderr.write(`${index + 1} traces ${JSON.stringify(now)}\n`);
    measured.push({ traces: index + 1, ...now });
  }
  return { measured, ids, rowsATrace: Math.round(rows / traces) };
}

/** What of ended traces is still in the page, while the last one stands in it. */
async function findLeft(page, ids) {
  const snapshot = readSnapshot(await page.snapshot());
  const shown = await page.run('shown');
  // a search that finds nothing proves something only where it finds what is there
  if (shown.length === 0 || !shown.every((id) => snapshot.holds(id))) {
    throw new Error('The heap snapshot lacks what stands in the table.');
  }
  const ended = new Set(ids);
  for (const id of await page.run('containers')) ended.delete(id);
  return {
    tables: snapshot.count('ColumnTable'),
    ids: [...ended].filter((id) => snapshot.holds(id)).length,
    ofIds: ended.size,
  };
}

/** What must not grow: all that the page and its workers hold, and all that the server holds. */
const held = {
  page: ({ all }) => all,
  server: ({ heap, external }) => heap + external,
};
const mb = (value) => value.toFixed(2);

function memoryTable(who, measured) {
  return {
    title: `Memory of the ${who} after a collection, MB`,
    heading: ['traces', ...Object.keys(measured[0][who])],
    rows: measured.map(({ traces, [who]: memory }) => [traces, ...Object.values(memory).map(mb)]),
  };
}

function judge(measured, left) {
  const [first, last] = [measured[0], measured.at(-1)];
  const growths = ['page', 'server'].map((who) => {
    const growth = held[who](last[who]) / held[who](first[who]);
    const what = `growth of the ${who} from ${first.traces} to ${last.traces} traces`;
    const found = `${((growth - 1) * 100).toFixed(1)} %`;
    return { what, aim: '≤ 5 %', found, isMet: growth <= MOST_GROWTH };
  });
  const { tables, ids, ofIds } = left;
  return [
    ...growths,
    { what: 'tables in the page', aim: '≤ 2', found: tables, isMet: tables <= DOMAINS },
    {
      what: `containers of ended traces in the page, of ${ofIds}`,
      aim: '0',
      found: ids,
      isMet: ids === 0,
    },
  ];
}

/**
 * Traces of 20,000 rows one after another in one page and one server on Redis: what both hold after
 * each 20th, and what is left of those that ended. The process ends with 1 where a bar is missed.
 *
 * Of what the page holds (`all`: heap and buffers of all threads), `code` is V8's: machine code, bytecode and
 * what it noted of types, which it adds to as functions grow hot; `made` is what the page's own code made.
 * With `interpreted` V8 makes no machine code, and `all` shows what the traces alone add.
 */
export async function soak({ traces, interpreted }) {
  await buildPages(['soak'], { minify: false });
  const serverMemory = createServerMemory();
  const { env, nodeOptions } = serverMemory;
  const factory = { TRACE_SYNTHETIC_CONTAINERS: String(CONTAINERS) };
  const backend = await startBackend({ env: { ...env, ...factory }, nodeOptions });
  const { server } = backend;
  const site = await startSoakSite(server.url);
  let page;
  try {
    const flags = interpreted ? [...JS_FLAGS, '--jitless'] : JS_FLAGS;
    page = await openSoakPage(`${site.url}soak.html`, flags);
    const { measured, ids, rowsATrace } = await runTraces(traces, { page, server, serverMemory });
    const left = await findLeft(page, ids);
    const log = await page.run('complaints');
    const verdicts = judge(measured, left);
    if (verdicts.some(({ isMet }) => !isMet)) process.exitCode = 1;
    const rows = verdicts.map(({ what, aim, found, isMet }) => [
      what,
      aim,
      found,
      isMet ? 'met' : 'MISSED',
    ]);
    const verdict = { title: 'What that makes', heading: ['', 'aim', 'measured', ''], rows };
    const tables = [memoryTable('page', measured), memoryTable('server', measured), verdict];
    const notes = [`${traces} traces of ${rowsATrace} rows; ${log.length} complaints of the page.`];
    return { notes, tables, runs: { measured, left, log } };
  } finally {
    await page?.close();
    site.stop();
    await backend.stop();
    serverMemory.stop();
  }
}
