import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSyntheticSource } from '../../mocks/adapters/synthetic/index.js';
import { createAggregator, createDetectionReader } from '../../mocks/aggregation/index.js';
import { LotSet } from '../../mocks/aggregation/LotSet.js';
import type { DetectionRow } from '../../mocks/ports.js';
import { batchFromRows } from '../../mocks/rowBatch.js';
import {
  WORKCENTER_GROUPS,
  type MsdAggregation,
  type TraceDirection,
  type TraceDomain,
  type TraceRow,
} from '../../src/protocol/index.js';
import {
  naiveAggregation,
  type WholeDomains,
  type WholeTrace,
} from './support/naiveAggregation.js';
import { detectedSeeds, everyRow, parentsOf, reachable } from './support/syntheticFactory.js';

type Batch = [TraceDomain, TraceRow[]];

const ids = ['a', 'b', 'c', 'd', 'e', '__proto__', 'constructor'];
const id = fc.constantFrom(...ids);
const quantity = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constant(null));
const textFrom = (...texts: string[]) =>
  fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...texts) }, fc.constantFrom(null, '', ' '));
const machine = textFrom(
  'M1',
  'M2',
  'M3, M4',
  'M9,',
  'M1,M1',
  '__proto__',
  'M5',
  ',',
  'M6',
  'M7',
  'M8',
);
const group = fc.constantFrom(...WORKCENTER_GROUPS.slice(0, 4), '別處', null);
const reason = textFrom('001_缺角', '002_刮傷', 'constructor', '其他');

const detectionRow: fc.Arbitrary<DetectionRow> = fc.record({
  CONTAINERID: fc.constantFrom(...ids, 'no seed'),
  CONTAINERNAME: fc.constant(null),
  TRACKINQTY: quantity,
  REJECTQTY: quantity,
  LOSSREASONNAME: reason,
  WORKFLOW: fc.constant(null),
  PRODUCTLINENAME: fc.constant(null),
  PJ_TYPE: fc.constant(null),
  DETECTION_EQUIPMENTNAME: machine,
  TRACKINTIMESTAMP: textFrom('2026-01-05 08:00:00', '2026-01-05 09:00:00', '2025-12-31 23:59:59'),
});
const container = fc.constantFrom(...ids, 'x', 'y', 'z');
const rowsOf: Partial<Record<TraceDomain, fc.Arbitrary<TraceRow>>> = {
  upstream_history: fc.record({
    CONTAINERID: container,
    WORKCENTER_GROUP: group,
    EQUIPMENTID: textFrom('1', '2', '3', '4', '5', '6', '7'),
    EQUIPMENTNAME: machine,
    TRACKINQTY: quantity,
  }),
  materials: fc.record({
    CONTAINERID: container,
    MATERIALPARTNAME: textFrom('銀膠', '金線', '線,材', 'P4', 'P5'),
    MATERIALLOTNAME: textFrom('L1', 'L2', 'L3'),
  }),
  downstream_rejects: fc.record({
    CONTAINERID: container,
    WORKCENTER_GROUP: group,
    EQUIPMENTNAME: machine,
    LOSSREASONNAME: reason,
    REJECT_TOTAL_QTY: quantity,
  }),
  holds: fc.record({ CONTAINERID: container, EQUIPMENTNAME: machine, WORKCENTER_GROUP: group }),
};
const batch = fc.constantFrom(...Object.entries(rowsOf)).chain(([domain, row]) => {
  return fc.tuple(fc.constant(domain as TraceDomain), fc.array(row, { maxLength: 12 }));
});
const byId = <T>(value: fc.Arbitrary<T>) =>
  fc
    .array(fc.tuple(id, value), { maxLength: 8 })
    .map((entries): Record<string, T> => Object.fromEntries(entries));
const lossReasons = fc.constantFrom<string | string[]>(
  ...['', '001_缺角', ' 002_刮傷 , constructor'],
  ['001_缺角', '其他'],
);
const options: fc.Arbitrary<WholeTrace> = fc.record({
  params: fc.record(
    {
      direction: fc.constantFrom<TraceDirection>('backward', 'forward'),
      station: fc.constantFrom<string>(...WORKCENTER_GROUPS.slice(0, 3), '別處'),
      loss_reasons: lossReasons,
    },
    { requiredKeys: ['direction'] },
  ),
  seedContainerIds: fc.constant(ids),
  ancestors: byId(fc.array(container, { maxLength: 4 })),
  seedRoots: byId(fc.constantFrom('WF1', 'WF2', '')),
  detection: fc.array(detectionRow, { maxLength: 25 }),
});

function aggregate(from: WholeTrace, batches: readonly Batch[]): MsdAggregation {
  const reader = createDetectionReader(from);
  for (const row of from.detection) reader.add([row]);
  const aggregator = createAggregator({ ...from, detection: reader.finish() });
  for (const [domain, rows] of batches) aggregator.add(domain, batchFromRows(rows, 0));
  return aggregator.finish();
}

function whole(batches: readonly Batch[]): WholeDomains {
  const domains: Partial<Record<TraceDomain, TraceRow[]>> = {};
  for (const [domain, rows] of batches) (domains[domain] ??= []).push(...rows);
  return domains;
}

describe('the aggregation', () => {
  it('equals the contract worked out with plain loops', () => {
    fc.assert(
      fc.property(options, fc.array(batch, { maxLength: 8 }), (from, batches) => {
        expect(aggregate(from, batches)).toEqual(naiveAggregation(from, whole(batches)));
      }),
      { numRuns: 1000 },
    );
  });

  it('does not depend on the order of batches, of rows, or of detection rows', () => {
    const shuffled = (batches: Batch[]) =>
      fc.shuffledSubarray(batches, { minLength: batches.length });
    const inputs = fc
      .tuple(options, fc.array(batch, { maxLength: 8 }))
      .chain(([from, batches]) =>
        fc.tuple(fc.constant(from), fc.constant(batches), shuffled(batches)),
      );
    fc.assert(
      fc.property(inputs, ([from, batches, others]) => {
        const reversed = { ...from, detection: [...from.detection].reverse() };
        const backwards = others.map(([domain, rows]): Batch => [domain, [...rows].reverse()]);
        const expected = JSON.stringify(aggregate(from, batches));
        expect(JSON.stringify(aggregate(reversed, backwards))).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('changes nothing that it is given', () => {
    fc.assert(
      fc.property(options, fc.array(batch, { maxLength: 4 }), (from, batches) => {
        const before = JSON.stringify([from, batches]);
        aggregate(from, batches);
        expect(JSON.stringify([from, batches])).toBe(before);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['測試', 'backward'],
    ['成型', 'backward'],
    ['焊接_WB', 'forward'],
    ['測試', 'forward'],
  ] as const)('of the synthetic factory from %s %s equals the plain loops', async (station, to) => {
    const { from, batches } = await syntheticTrace(station, to);
    const found = aggregate(from, batches);
    expect(found).toEqual(naiveAggregation(from, whole(batches)));
    expect(found.charts.by_detection_machine?.length).toBeGreaterThan(5);
  });

  it('of nothing is all zeros', () => {
    const none = { seedContainerIds: [], ancestors: {}, seedRoots: {}, detection: [] };
    const kpi = aggregate({ ...none, params: {} }, []).kpi;
    expect(kpi).toMatchObject({ lot_count: 0, total_defect_rate: 0, top_loss_reason: null });
    const { kpi: onward } = aggregate({ ...none, params: { direction: 'forward' } }, []);
    expect(new Set(Object.values(onward))).toEqual(new Set([0]));
  });
});

describe('worked by hand', () => {
  const lot = (name: string, input: number, reject: number | null, why: string | null) => ({
    ...{ CONTAINERID: name, CONTAINERNAME: name, TRACKINQTY: input, REJECTQTY: reject },
    ...{ LOSSREASONNAME: why, WORKFLOW: null, PRODUCTLINENAME: null, PJ_TYPE: null },
    ...{ DETECTION_EQUIPMENTNAME: 'T1', TRACKINTIMESTAMP: '2026-01-05 08:00:00' },
  });
  const from: WholeTrace = {
    params: {},
    seedContainerIds: ['s1', 's2'],
    ancestors: { s1: ['p', 'w'], s2: ['w'] },
    seedRoots: { s1: 'WF1', s2: 'WF1' },
    detection: [lot('s1', 1000, 10, 'A'), lot('s1', 1000, 5, 'B'), lot('s2', 3000, null, null)],
  };
  const pass = (CONTAINERID: string, EQUIPMENTNAME: string) => ({
    ...{ CONTAINERID, EQUIPMENTNAME, EQUIPMENTID: EQUIPMENTNAME, WORKCENTER_GROUP: '切割' },
  });

  it('charges a machine once with each lot that passed it, or whose ancestors did', () => {
    const rows = [pass('w', 'M1'), pass('s1', 'M1'), pass('p', 'M2'), pass('else', 'M3')];
    const { attribution, kpi } = aggregate(from, [['upstream_history', rows]]);
    const entry = { WORKCENTER_GROUP: '切割', RESOURCEFAMILYNAME: null, DEFECT_QTY: 15 };
    expect(attribution).toEqual([
      {
        ...{ ...entry, EQUIPMENT_NAME: 'M2', EQUIPMENT_ID: 'M2' },
        ...{ DETECTION_LOT_COUNT: 1, INPUT_QTY: 1000, DEFECT_RATE: 1.5 },
      },
      {
        ...{ ...entry, EQUIPMENT_NAME: 'M1', EQUIPMENT_ID: 'M1' },
        ...{ DETECTION_LOT_COUNT: 2, INPUT_QTY: 4000, DEFECT_RATE: 0.375 },
      },
    ]);
    expect(kpi).toEqual({
      ...{ total_input: 4000, lot_count: 2, defective_lot_count: 1, total_defect_qty: 15 },
      ...{ total_defect_rate: 0.375, top_loss_reason: 'A', affected_machine_count: 2 },
    });
  });

  it('keeps of the reasons those asked for, and lots with no reason', () => {
    const { kpi, charts, available_loss_reasons } = aggregate(
      { ...from, params: { loss_reasons: 'B' } },
      [],
    );
    expect(kpi).toMatchObject({ lot_count: 2, total_defect_qty: 5, total_input: 4000 });
    expect(charts.by_loss_reason).toEqual([
      { name: 'B', defect_qty: 5, defect_rate: 0.125, cumulative_pct: 100 },
    ]);
    expect(available_loss_reasons).toEqual(['A', 'B']);
  });

  it('takes the family of a machine from servers that send it', () => {
    const families = [null, 'DISCO', 'ACCRETECH', 'DISCO', ''];
    const rows = families.map((name) => ({ ...pass('w', 'M1'), RESOURCEFAMILYNAME: name }));
    const { attribution } = aggregate(from, [['upstream_history', rows]]);
    expect(attribution?.map((entry) => entry.RESOURCEFAMILYNAME)).toEqual(['ACCRETECH']);
  });

  it('sums the bars after the tenth up as 其他', () => {
    const seeds = Array.from({ length: 12 }, (_, at) => `s${at}`);
    const many = {
      ...{ params: {}, seedContainerIds: seeds, ancestors: {} },
      seedRoots: Object.fromEntries(seeds.map((seed) => [seed, `W${seed}`])),
      detection: seeds.map((seed, at) => lot(seed, 100, 12 - at, 'A')),
    };
    const bars = aggregate(many, []).charts.by_wafer_root ?? [];
    expect(bars).toHaveLength(11);
    expect(bars.at(-1)).toEqual({
      ...{ name: '其他', input_qty: 200, defect_qty: 3, defect_rate: 1.5, lot_count: 2 },
      cumulative_pct: 100,
    });
  });
});

it('a set of lots holds what a Set holds, in rising order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 500 }), { maxLength: 200, size: 'max' }), (numbers) => {
      const lots = new LotSet();
      for (const number of numbers) lots.add(number);
      const found: number[] = [];
      lots.forEach((number) => found.push(number));
      expect(found).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      expect(lots.size).toBe(found.length);
    }),
  );
});

/** A small trace through the synthetic factory, its batches cut anywhere. */
async function syntheticTrace(station: string, direction: TraceDirection) {
  const source = createSyntheticSource({ containers: 112 });
  const params = { station, direction };
  const seedContainerIds = (await detectedSeeds(source, params)).map((seed) => seed.container_id);
  const graph = await source.fetchLineage({ containerIds: seedContainerIds, direction });
  const parents = parentsOf(graph);
  const nodes = new Map(graph.nodes.map((node) => [node.container_id, node]));
  const detection: DetectionRow[] = [];
  const query = { containerIds: seedContainerIds, station };
  for await (const rows of source.fetchDetection(query)) detection.push(...rows);
  const batches: Batch[] = [];
  for (const domain of ['upstream_history', 'materials', 'downstream_rejects'] as const) {
    const rows = await everyRow(source, [...nodes.keys()], domain);
    for (let at = 0; at < rows.length; at += 37) batches.push([domain, rows.slice(at, at + 37)]);
  }
  const from: WholeTrace = {
    ...{ params, seedContainerIds, detection },
    ancestors: Object.fromEntries(seedContainerIds.map((seed) => [seed, reachable(seed, parents)])),
    seedRoots: Object.fromEntries(
      seedContainerIds.map((seed) => [seed, nodes.get(seed)?.wafer_lot ?? '']),
    ),
  };
  return { from, batches };
}
