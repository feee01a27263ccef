import { createSource } from '../../dist-server/createSource.js';
import { MSD_PARAMS } from '../traceOverHttp.mjs';

const BATCH_ROWS = 5_000;
const line = (message) => Buffer.from(`${JSON.stringify(message)}\n`);

/** What the grids are asked to filter by. */
const FILTER = { column: 'EQUIPMENTNAME', text: 'AD8312' };
const TIME_COLUMNS = { upstream_history: 'TRACKINTIMESTAMP', materials: 'TXNDATE' };
export const DOMAINS = Object.keys(TIME_COLUMNS);

/** Looks through the rows for what the contests check and print. */
class RowSurvey {
  rows = 0;
  last = null;
  /** The smallest value of each column. */
  smallest = {};
  filtered = { ...FILTER, rows: 0, first: null };
  #times = new Set();
  #timeColumn;

  constructor(timeColumn) {
    this.#timeColumn = timeColumn;
  }

  add(rows) {
    const { column, text } = FILTER;
    for (const row of rows) {
      this.#times.add(row[this.#timeColumn]);
      for (const name in row) {
        const value = row[name];
        if (value === null) continue;
        if (!(name in this.smallest) || value < this.smallest[name]) this.smallest[name] = value;
      }
      if (!row[column]?.includes(text)) continue;
      this.filtered.first ??= row;
      this.filtered.rows++;
    }
    this.rows += rows.length;
    this.last = rows.at(-1);
  }

  report() {
    const { rows, last, smallest, filtered } = this;
    return { rows, last, smallest, filtered, distinctTimes: this.#times.size / rows };
  }
}

/**
 * One domain of the synthetic factory: the bytes of its batches, and what is known of its rows.
 * @param {number} containers
 * @param {string} domain
 */
export async function traceData(containers, domain) {
  const source = createSource({ kind: 'synthetic', containers, seed: 1 });
  const query = { profile: 'mid_section_defect', params: MSD_PARAMS };
  const { seeds } = await source.resolveSeeds(query);
  const containerIds = seeds.map((seed) => seed.container_id);
  const { nodes } = await source.fetchLineage({ containerIds, direction: 'backward' });
  const ids = nodes.map((node) => node.container_id);
  const survey = new RowSurvey(TIME_COLUMNS[domain]);
  const batches = [];
  for await (const batch of source.fetchEvents(ids, domain, { batchSize: BATCH_ROWS })) {
    survey.add(batch.rows());
    batches.push({ count: batch.rowCount, bytes: Buffer.from(batch.json().buffer) });
  }
  return { domain, batches, survey: survey.report() };
}

/** The pieces of the NDJSON stream of a domain, as the server of the library sends them. */
export function streamPieces({ domain, batches, survey }) {
  const pieces = [
    line({ type: 'meta', job_id: 'bench', profile: 'mid_section_defect', domains: [domain] }),
    line({ type: 'domain_start', domain, total: survey.rows }),
  ];
  for (const [batch, { count, bytes }] of batches.entries()) {
    const head = `{"type":"records","domain":"${domain}","batch":${batch},"count":${count},"data":`;
    pieces.push(Buffer.from(head), bytes, Buffer.from('}\n'));
  }
  pieces.push(line({ type: 'domain_end', domain, count: survey.rows }));
  pieces.push(line({ type: 'complete', total_records: survey.rows }));
  return pieces;
}

/** The pieces of the rows of batches as one JSON array. */
export function arrayPieces(batches) {
  const inner = batches.flatMap(({ bytes }) => [Buffer.from(','), bytes.subarray(1, -1)]);
  return [Buffer.from('['), ...inner.slice(1), Buffer.from(']')];
}

/** The pieces of the same rows as one synchronous answer. */
export function answerPieces({ domain, batches, survey }) {
  return [
    Buffer.from(`{"stage":"events","results":{"${domain}":{"data":`),
    ...arrayPieces(batches),
    Buffer.from(`,"count":${survey.rows}}},"aggregation":null}`),
  ];
}
