import type { Seed, TraceParams } from '../../../src/protocol/index.js';
import type { SeedQuery, SeedResult } from '../../ports.js';
import { FAMILY_SIZE } from '../synthetic/family.js';
import type { RunQuery } from './streamQuery.js';
import { parseRows } from './rowChunk.js';
import { askedSql, bindTexts, jsonSql, orderedSql } from './sql.js';
import type { Query } from './streamQuery.js';

/** The column of containers that a value names, and which of the containers that have it are meant. */
type Resolver = readonly [column: string, isMeant: string];
type Resolvers = ReadonlyMap<unknown, Resolver>;

const CAME_TO_STATION = 'LOTNO IN (SELECT LOTNO FROM detections WHERE WORKCENTER_GROUP = $station)';
const FORWARD: Resolvers = new Map<unknown, Resolver>([
  ['wafer_lot', ['WAFER_LOT_ID', `NODE_TYPE = 'WAFER'`]],
  ['lot_id', ['CONTAINERNAME', 'true']],
  ['work_order', ['MFGORDERNAME', 'true']],
]);
const REVERSE: Resolvers = new Map<unknown, Resolver>([
  ['serial_number', ['SERIALNUMBER', 'true']],
  ['gd_work_order', ['GD_ORDERNAME', 'true']],
  ['gd_lot_id', ['GD_LOTNAME', 'true']],
]);
const DETECTION: Resolvers = new Map<unknown, Resolver>([
  ['lot_id', ['CONTAINERNAME', 'true']],
  ['work_order', ['MFGORDERNAME', CAME_TO_STATION]],
  ['wafer_lot', ['WAFER_LOT_ID', CAME_TO_STATION]],
]);

const SEED =
  'container_id := CONTAINERID, container_name := CONTAINERNAME, lot_id := CONTAINERNAME';

/** Every container that has the value, so that a value whose lots are not meant is found all the same. */
function valuesSql([column, isMeant]: Resolver): string {
  return orderedSql(
    `asked AS (${askedSql('ids', 'value', 'VARCHAR')})`,
    `SELECT ord, LOTNO AS key, ${jsonSql(`${SEED}, is_meant := ${isMeant}, value := value`)} AS json
    FROM asked JOIN containers ON ${column} = value
    WHERE LOTNO < $limit`,
  );
}

const DATES_SQL = orderedSql(
  `lots AS (
    SELECT DISTINCT LOTNO, CONTAINERID, CONTAINERNAME FROM detections
    WHERE WORKCENTER_GROUP = $station AND LOTNO < $limit
    AND TRACKINTIMESTAMP::DATE::VARCHAR BETWEEN $start AND $end)`,
  `SELECT LOTNO AS ord, 0 AS key, ${jsonSql(SEED)} AS json FROM lots`,
);

const MOST_LOTS = 2 ** 31 - 1;

export async function resolveSeeds(
  { profile, params }: SeedQuery,
  run: RunQuery,
  signal: AbortSignal,
): Promise<SeedResult> {
  if (profile === 'query_tool') return resolveValues(params, FORWARD, run, signal);
  if (profile === 'query_tool_reverse') return resolveValues(params, REVERSE, run, signal);
  if (params.mode === 'container') return resolveValues(params, DETECTION, run, signal);
  const { start_date: start, end_date: end } = params;
  const values = {
    ...scopeOf(params),
    start: typeof start === 'string' ? start : '',
    end: typeof end === 'string' ? end : '9999-12-31',
  };
  const seeds: Seed[] = [];
  for await (const fetched of run({ sql: DATES_SQL, values }, signal)) {
    for (const rows of fetched) for (const seed of parseRows<Seed>(rows)) seeds.push(seed);
  }
  return { seeds, notFound: [] };
}

/** `params.containers` keeps the first containers only, as it does in the synthetic factory. */
function scopeOf({ station, containers }: TraceParams) {
  const isLimited =
    typeof containers === 'number' && Number.isInteger(containers) && containers >= 1;
  const limit = isLimited ? Math.ceil(containers / FAMILY_SIZE) * FAMILY_SIZE : MOST_LOTS;
  return {
    station: typeof station === 'string' ? station : '測試',
    limit: Math.min(limit, MOST_LOTS),
  };
}

async function resolveValues(
  params: TraceParams,
  resolvers: Resolvers,
  run: RunQuery,
  signal: AbortSignal,
): Promise<SeedResult> {
  const given: unknown[] = Array.isArray(params.values) ? params.values : [];
  const asked = new Set(given.map((value) => (typeof value === 'string' ? value.trim() : '')));
  asked.delete('');
  const resolver = resolvers.get(params.resolve_type);
  if (!resolver) return { seeds: [], notFound: [...asked] };
  const found = new Set<string>();
  const seeds = new Map<string, Seed>();
  const { station, limit } = scopeOf(params);
  // a bound value that the query does not name is refused
  const bound: Query['values'] = resolver[1] === CAME_TO_STATION ? { station, limit } : { limit };
  const values = { ...bound, ids: bindTexts([...asked]) };
  for await (const fetched of run({ sql: valuesSql(resolver), values }, signal)) {
    for (const rows of fetched) {
      for (const row of parseRows<Seed & { is_meant: boolean; value: string }>(rows)) {
        const { is_meant, value, ...seed } = row;
        found.add(value);
        if (is_meant) seeds.set(seed.container_id, seed);
      }
    }
  }
  return { seeds: [...seeds.values()], notFound: [...asked].filter((value) => !found.has(value)) };
}
