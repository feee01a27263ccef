import { WORKCENTER_GROUPS, type Seed, type TraceParams } from '../../../src/protocol/index.js';
import type { SeedQuery, SeedResult } from '../../ports.js';
import { nextTask } from '../../nextTask.js';
import { formatDay } from './clock.js';
import type { Factory, Lot } from './factory.js';
import { FAMILY_SIZE } from './family.js';
import {
  familyOfOrder,
  familyOfWaferLot,
  lotName,
  lotOfName,
  lotOfSerial,
  type Scope,
} from './names.js';
import { firstStepAt, trackInAt } from './steps.js';

/** The lots that a value names; undefined where it names nothing. */
type Resolver = (scope: Scope, value: string, group: number) => Lot[] | undefined;
type Resolvers = ReadonlyMap<unknown, Resolver>;

function ofFamily({ factory }: Scope, family: number, keep: (lot: Lot) => boolean = () => true) {
  if (family < 0) return undefined;
  const first = family * FAMILY_SIZE;
  return Array.from({ length: factory.familySize(family) }, (_, position) =>
    factory.lotAt(first + position),
  ).filter(keep);
}
const one = (lot: Lot | undefined) => lot && [lot];
const finishedLot = (lot: Lot | undefined) => (lot?.isLeaf ? lot : undefined);
const isRoot = (lot: Lot) => lot.level === 0;
const isLeaf = (lot: Lot) => lot.isLeaf;
const reached = (group: number) => (lot: Lot) => firstStepAt(lot, group) >= 0;

const FORWARD: Resolvers = new Map<unknown, Resolver>([
  ['wafer_lot', (scope, name) => ofFamily(scope, familyOfWaferLot(scope, name), isRoot)],
  ['lot_id', (scope, name) => one(lotOfName(scope, 'GA', name))],
  ['work_order', (scope, name) => ofFamily(scope, familyOfOrder(scope, 'GA', name))],
]);
const REVERSE: Resolvers = new Map<unknown, Resolver>([
  ['serial_number', (scope, name) => one(lotOfSerial(scope, name))],
  ['gd_work_order', (scope, name) => ofFamily(scope, familyOfOrder(scope, 'GD', name), isLeaf)],
  ['gd_lot_id', (scope, name) => one(finishedLot(lotOfName(scope, 'GD', name)))],
]);
/** MSD: a lot is itself; an order or a wafer lot is its lots that reached the station. */
const DETECTION: Resolvers = new Map<unknown, Resolver>([
  ['lot_id', (scope, name) => one(lotOfName(scope, 'GA', name))],
  [
    'work_order',
    (scope, name, group) => ofFamily(scope, familyOfOrder(scope, 'GA', name), reached(group)),
  ],
  [
    'wafer_lot',
    (scope, name, group) => ofFamily(scope, familyOfWaferLot(scope, name), reached(group)),
  ],
]);

/** The number of a station in line order, from 0, or −1; what is no text is the default, 測試. */
export function groupOfStation(station: unknown): number {
  const name = typeof station === 'string' ? station : '測試';
  return (WORKCENTER_GROUPS as readonly string[]).indexOf(name);
}

export async function resolveSeeds(
  factory: Factory,
  { profile, params, signal }: SeedQuery,
): Promise<SeedResult> {
  const scope = { factory, families: familiesOf(factory, params.containers) };
  const group = groupOfStation(params.station);
  if (profile === 'query_tool') return resolveValues(scope, params, FORWARD, group);
  if (profile === 'query_tool_reverse') {
    return resolveValues(scope, params, REVERSE, group);
  }
  if (params.mode === 'container') return resolveValues(scope, params, DETECTION, group);
  return { seeds: await detectedLots(scope, params, group, signal), notFound: [] };
}

/** This source's own parameter: `containers`, a whole number from 1, keeps the first families only. */
function familiesOf(factory: Factory, containers: unknown): number {
  if (typeof containers !== 'number' || !Number.isInteger(containers) || containers < 1) {
    return factory.familyCount;
  }
  return Math.min(factory.familyCount, Math.ceil(containers / FAMILY_SIZE));
}

function seedOf(lot: Lot): Seed {
  const name = lotName(lot);
  return { container_id: lot.id, container_name: name, lot_id: name };
}

function resolveValues(
  scope: Scope,
  params: TraceParams,
  resolvers: Resolvers,
  group: number,
): SeedResult {
  const asked: unknown[] = Array.isArray(params.values) ? params.values : [];
  const values = new Set(asked.map((value) => (typeof value === 'string' ? value.trim() : '')));
  const resolve = resolvers.get(params.resolve_type);
  const seeds = new Map<string, Seed>();
  const notFound: string[] = [];
  values.delete('');
  for (const value of values) {
    const lots = resolve?.(scope, value, group);
    if (!lots) notFound.push(value);
    for (const lot of lots ?? []) seeds.set(lot.id, seedOf(lot));
  }
  return { seeds: [...seeds.values()], notFound };
}

async function detectedLots(
  { factory, families }: Scope,
  params: TraceParams,
  group: number,
  signal?: AbortSignal,
): Promise<Seed[]> {
  const first = typeof params.start_date === 'string' ? params.start_date : '';
  const last = typeof params.end_date === 'string' ? params.end_date : '9999-12-31';
  const seeds: Seed[] = [];
  for (let family = 0; family < families; family++) {
    if (family % 1000 === 0) await nextTask(signal);
    for (let position = 0; position < factory.familySize(family); position++) {
      const lot = factory.lotAt(family * FAMILY_SIZE + position);
      const step = firstStepAt(lot, group);
      if (step < 0) continue;
      const day = formatDay(trackInAt(lot, step));
      if (day >= first && day <= last) seeds.push(seedOf(lot));
    }
  }
  return seeds;
}
