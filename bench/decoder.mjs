import { createSource } from '../dist-server/createSource.js';
import { RecordDecoder } from '../dist-server/RecordDecoder.js';
import { MSD_PARAMS } from './traceOverHttp.mjs';

const ROUNDS = 5;
const CONTAINERS = 114_892;
const text = new TextDecoder();

async function batchesOf(domain) {
  const source = createSource({ kind: 'synthetic', containers: CONTAINERS, seed: 1 });
  const query = { profile: 'mid_section_defect', params: MSD_PARAMS };
  const { seeds } = await source.resolveSeeds(query);
  const containerIds = seeds.map((seed) => seed.container_id);
  const { nodes } = await source.fetchLineage({ containerIds, direction: 'backward' });
  const ids = nodes.map((node) => node.container_id);
  const batches = [];
  for await (const batch of source.fetchEvents(ids, domain, { batchSize: 5_000 })) {
    batches.push(batch.json());
  }
  return batches;
}

function timed(work) {
  const started = performance.now();
  const rows = work();
  return { ms: performance.now() - started, rows };
}

const parseAll = (batches) =>
  batches.reduce((rows, bytes) => rows + JSON.parse(text.decode(bytes)).length, 0);

function decodeAll(batches) {
  const decoder = new RecordDecoder();
  return batches.reduce((rows, bytes) => rows + decoder.decode(bytes, 0, 5_000).batch.rowCount, 0);
}

const median = (numbers) => numbers.slice().sort((a, b) => a - b)[numbers.length >> 1];
const rounded = (number) => Math.round(number * 100) / 100;

/** Bytes to columns against JSON.parse of the same bytes, side by side in this engine. */
export async function decoder() {
  const figures = {};
  for (const domain of ['upstream_history', 'materials']) {
    const batches = await batchesOf(domain);
    const megabytes = batches.reduce((sum, { byteLength }) => sum + byteLength, 0) / 1e6;
    const ratios = [];
    const speeds = [];
    for (let round = 0; round < ROUNDS; round++) {
      const parsed = timed(() => parseAll(batches));
      const decoded = timed(() => decodeAll(batches));
      if (parsed.rows !== decoded.rows) throw new Error(`${decoded.rows} of ${parsed.rows} rows`);
      ratios.push(parsed.ms / decoded.ms);
      speeds.push(megabytes / (decoded.ms / 1_000));
    }
    const range = `${rounded(Math.min(...ratios))}–${rounded(Math.max(...ratios))}`;
    figures[`${domain}, rows a second, of JSON.parse`] = `${rounded(median(ratios))} (${range})`;
    figures[`${domain}, MB/s`] = median(speeds);
  }
  return figures;
}
