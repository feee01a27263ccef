/** What is measured of the backend, each a module of its own below server/. */
const PARTS = {
  'in-memory': () => import('./server/inMemory.mjs').then((part) => part.inMemory),
  'job-memory': () => import('./server/jobMemory.mjs').then((part) => part.jobMemory),
  'follow-share': () => import('./server/followShare.mjs').then((part) => part.followShare),
  cancel: () => import('./server/cancel.mjs').then((part) => part.cancel),
  readers: () => import('./server/readers.mjs').then((part) => part.readers),
  'slow-clients': () => import('./server/slowClients.mjs').then((part) => part.slowClients),
  throughput: () => import('./server/throughput.mjs').then((part) => part.throughput),
  page: () => import('./server/page.mjs').then((part) => part.page),
  'worker-kills': () => import('./server/workerKills.mjs').then((part) => part.workerKills),
  'redis-kills': () => import('./server/redisKills.mjs').then((part) => part.redisKills),
};

/**
 * Built servers and workers as processes, with a redis-server of their own where a part needs one.
 * Each part resolves with its tables; `--only` names the parts.
 */
export async function server({ rounds, containers, only = Object.keys(PARTS) }) {
  const unknown = only.filter((name) => !Object.hasOwn(PARTS, name));
  if (unknown.length > 0) {
    throw new Error(`No part is named ${unknown.join(', ')}: ${Object.keys(PARTS).join(', ')}.`);
  }
  const result = {
    notes: [`${containers} containers, upstream_history and materials.`],
    tables: [],
    runs: {},
  };
  for (const name of only) {
    const part = await PARTS[name]();
    process.stderr.write(`${name} …\n`);
    const { tables, runs } = await part({ rounds, containers });
    result.tables.push(...tables);
    result.runs[name] = runs;
  }
  return result;
}
