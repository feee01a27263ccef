import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSyntheticSource } from '../../../mocks/adapters/synthetic/index.js';
import type { DetectionRow, TraceSource } from '../../../mocks/ports.js';
import {
  TRACE_DOMAINS,
  WORKCENTER_GROUPS,
  type TraceDomain,
  type TraceParams,
  type TraceProfile,
} from '../../../src/protocol/index.js';
import { allContainerIds, wholeLineage } from '../support/syntheticFactory.js';

async function batchesOf(
  source: TraceSource,
  ids: readonly string[],
  domain: TraceDomain,
  batchSize: number,
) {
  const batches = [];
  for await (const batch of source.fetchEvents(ids, domain, { batchSize })) {
    const { rowCount, containersDone } = batch;
    const rows: unknown = JSON.parse(new TextDecoder().decode(batch.json()));
    expect(batch.rows()).toEqual(rows);
    batches.push({ rowCount, containersDone, json: JSON.stringify(rows) });
  }
  return batches;
}

async function detectionOf(source: TraceSource, containerIds: string[], station: string) {
  const rows: DetectionRow[] = [];
  for await (const batch of source.fetchDetection({ containerIds, station })) rows.push(...batch);
  return JSON.stringify(rows);
}

/** Holds a source that has the containers of a synthetic factory to that factory, cell by cell. */
export async function describeTraceSource(
  name: string,
  source: TraceSource,
  factory: { containers: number; seed: number },
): Promise<void> {
  const oracle = createSyntheticSource(factory);
  const graph = await wholeLineage(oracle);
  const ids = await allContainerIds(oracle);
  const shuffled = [...ids].sort((a, b) => (a.slice(4) < b.slice(4) ? -1 : 1));
  const someIds = fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...ids) },
      fc.constantFrom(
        '',
        'unknown',
        ids[0]?.slice(1) ?? '',
        '__proto__',
        '\ud800',
        'a\u0000b',
        '"',
      ),
    ),
    { maxLength: 60 },
  );

  describe(name, () => {
    it.each(TRACE_DOMAINS)('has the rows and batches of the factory in %s', async (domain) => {
      for (const [asked, batchSize] of [
        [ids, 5000],
        [shuffled, 999],
        [[...ids].reverse(), 64],
      ] as const) {
        const batches = await batchesOf(source, asked, domain, batchSize);
        expect(batches).toEqual(await batchesOf(oracle, asked, domain, batchSize));
        expect(batches.length).toBeGreaterThan(0);
      }
    });

    it('has them for any containers: repeated, unknown, in any order', async () => {
      const domains = fc.constantFrom(...TRACE_DOMAINS);
      await fc.assert(
        fc.asyncProperty(someIds, domains, fc.integer({ min: 1, max: 40 }), async (...asked) => {
          const batches = await batchesOf(source, ...asked);
          expect(batches).toEqual(await batchesOf(oracle, ...asked));
        }),
        { numRuns: 60 },
      );
    });

    it.each(['backward', 'forward'] as const)('has the lineage %s', async (direction) => {
      const all = { containerIds: shuffled, direction };
      expect(await source.fetchLineage(all)).toEqual(await oracle.fetchLineage(all));
      await fc.assert(
        fc.asyncProperty(someIds, async (containerIds) => {
          const query = { containerIds, direction };
          expect(await source.fetchLineage(query)).toEqual(await oracle.fetchLineage(query));
        }),
        { numRuns: 30 },
      );
    });

    it('has the detection rows of each station', async () => {
      for (const station of [...WORKCENTER_GROUPS, 'nowhere']) {
        const rows = await detectionOf(source, shuffled, station);
        expect(rows).toBe(await detectionOf(oracle, shuffled, station));
      }
      expect(await detectionOf(source, ['x', '\ud800'], '測試')).toBe('[]');
    });

    const names = graph.nodes.flatMap((node) => {
      const { container_name, mfgorder_name, wafer_lot } = node;
      return [container_name ?? '', mfgorder_name ?? '', wafer_lot ?? ''];
    });
    const values = [
      ...[...names.slice(0, 200), ...names.slice(-90)],
      ...names.slice(0, 200).map((text) => text.replace(/^GA/, 'GD')),
      ...Array.from({ length: 25 }, (_, nth) => `SN${String(nth + 1).padStart(9, '0')}`),
      ...['', ' ', 'nonsense', ` ${names[0]} `, '\ud800', "' OR 1 = 1 --"],
    ];

    it.each([
      ...['wafer_lot', 'lot_id', 'work_order'].map((type) => ['query_tool', type] as const),
      ...['serial_number', 'gd_work_order', 'gd_lot_id'].map(
        (type) => ['query_tool_reverse', type] as const,
      ),
      ...['lot_id', 'work_order', 'wafer_lot'].map((type) => ['mid_section_defect', type] as const),
      ['query_tool', 'serial_number'] as const,
    ] satisfies (readonly [TraceProfile, string])[])(
      '%s finds the same lots by %s',
      async (profile, resolve_type) => {
        const isKnown = profile !== 'query_tool' || resolve_type !== 'serial_number';
        for (const extra of [{}, { station: '成型' }, { containers: 40 }, { station: 'nowhere' }]) {
          const params = { mode: 'container', resolve_type, values, ...extra } as const;
          const found = await source.resolveSeeds({ profile, params });
          expect(found).toEqual(await oracle.resolveSeeds({ profile, params }));
          expect(found.notFound.length).toBeGreaterThan(0);
          if (!('station' in extra)) expect(found.seeds.length > 0).toBe(isKnown);
        }
      },
    );

    it('finds the same lots by station and day', async () => {
      const odd = [null, 7, ['2025'], {}] as never[];
      const days: TraceParams[] = [
        ...[{}, { start_date: '2025-11-03', end_date: '2025-11-20' }, { end_date: '2025-09-20' }],
        ...[{ start_date: '2026-02-01', station: '成型' }, { station: '切割' }, { containers: 41 }],
        ...[{ station: 'nowhere' }, { start_date: "2026' OR" }, { containers: 1e12 }],
        ...odd.map((value) => ({ start_date: value, end_date: value, station: value })),
      ];
      for (const params of days) {
        const query = { profile: 'mid_section_defect', params } as const;
        expect(await source.resolveSeeds(query)).toEqual(await oracle.resolveSeeds(query));
      }
    });

    it('throws the reason of an abort', async () => {
      const reason = new Error('left');
      const signal = AbortSignal.abort(reason);
      const lineage = source.fetchLineage({ containerIds: ids, direction: 'forward', signal });
      await expect(lineage).rejects.toBe(reason);
      const seeds = source.resolveSeeds({ profile: 'mid_section_defect', params: {}, signal });
      await expect(seeds).rejects.toBe(reason);
      const events = source.fetchEvents(ids, 'history', { batchSize: 10, signal });
      await expect(events[Symbol.asyncIterator]().next()).rejects.toBe(reason);
      const detection = source.fetchDetection({ containerIds: ids, station: '測試', signal });
      await expect(detection[Symbol.asyncIterator]().next()).rejects.toBe(reason);
    });

    it.each([0, -1, 1.5, NaN])('refuses %d rows a batch', async (batchSize) => {
      const events = async () => batchesOf(source, ids, 'holds', batchSize);
      await expect(events()).rejects.toThrow(TypeError);
    });
  });
}
