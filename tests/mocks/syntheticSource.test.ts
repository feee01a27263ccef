import { describe, expect, it } from 'vitest';
import { createSyntheticSource } from '../../mocks/adapters/synthetic/index.js';
import type { DetectionRow } from '../../mocks/ports.js';
import {
  WORKCENTER_GROUPS,
  type TraceParams,
  type TraceProfile,
} from '../../src/protocol/index.js';
import {
  allContainerIds,
  detectedSeeds,
  everyRow,
  parentsOf,
  reachable,
  wholeLineage,
} from './support/syntheticFactory.js';

const CONTAINERS = 1992;
const source = createSyntheticSource({ containers: CONTAINERS });
const graph = await wholeLineage(source);
const nodes = new Map(graph.nodes.map((node) => [node.container_id, node]));
const ids = [...nodes.keys()];
const parents = parentsOf(graph);
const family = graph.nodes.slice(0, 20);
const serials = family.filter((node) => node.node_type === 'SERIAL');

async function resolve(profile: TraceProfile, params: TraceParams) {
  const { seeds, notFound } = await source.resolveSeeds({ profile, params });
  for (const seed of seeds) {
    const name = nodes.get(seed.container_id)?.container_name;
    expect(seed).toEqual({ container_id: seed.container_id, container_name: name, lot_id: name });
  }
  return { ids: seeds.map((seed) => seed.container_id), notFound };
}

async function detectionOf(containerIds: string[], station: string): Promise<DetectionRow[]> {
  const rows: DetectionRow[] = [];
  for await (const batch of source.fetchDetection({ containerIds, station })) rows.push(...batch);
  return rows;
}

describe('lineage of the synthetic factory', () => {
  it.each([1, 2, 5, 7, 12, 14, 20, 21, 112, 1992])(
    'reaches all of %i containers from their final lots',
    async (containers) => {
      const small = createSyntheticSource({ containers });
      const seeds = await detectedSeeds(small);
      const all = await wholeLineage(small);
      const seedIds = new Set(seeds.map((seed) => seed.container_id));
      const withChildren = new Set(all.edges.map((edge) => edge.from_cid));
      expect(new Set(all.nodes.map((node) => node.container_id)).size).toBe(containers);
      expect(all.nodes).toHaveLength(containers);
      for (const node of all.nodes) {
        expect(seedIds.has(node.container_id)).toBe(!withChildren.has(node.container_id));
      }
    },
  );

  it('gives each container but a wafer lot a parent, and ends at the wafer lot of its family', () => {
    for (const node of graph.nodes) {
      const ancestors = reachable(node.container_id, parents);
      expect(ancestors).not.toContain(node.container_id);
      expect(ancestors.length === 0).toBe(node.node_type === 'WAFER');
      for (const id of ancestors) expect(nodes.get(id)?.wafer_lot).toBe(node.wafer_lot);
    }
    expect(new Set(graph.nodes.map((node) => node.wafer_lot)).size).toBe(100);
  });

  it('has splits, and merges for those with several parents', () => {
    const merges = graph.edges.filter((edge) => edge.edge_type === 'merge_source');
    expect(merges.length).toBeGreaterThan(2 * 99);
    for (const { to_cid } of merges) expect(parents.get(to_cid)?.length).toBeGreaterThan(1);
    for (const edge of graph.edges) expect(edge.edge_type).toMatch(/^(split_from|merge_source)$/);
    for (const list of parents.values()) expect(new Set(list).size).toBe(list.length);
  });

  it('finds forward exactly those that have the asked one as an ancestor', async () => {
    for (const node of family) {
      const containerIds = [node.container_id];
      const found = await source.fetchLineage({ containerIds, direction: 'forward' });
      const expected = ids.filter(
        (id) => id === node.container_id || reachable(id, parents).includes(node.container_id),
      );
      const foundIds = found.nodes.map((one) => one.container_id);
      expect([...foundIds].sort()).toEqual(expected.sort());
      const between = graph.edges.filter(
        (edge) => foundIds.includes(edge.from_cid) && foundIds.includes(edge.to_cid),
      );
      expect(found.edges).toEqual(between);
    }
  });

  it('finds backward exactly the ancestors, and knows nothing of other ids', async () => {
    for (const node of family) {
      const containerIds = [node.container_id, 'unknown', node.container_id];
      const found = await source.fetchLineage({ containerIds, direction: 'backward' });
      const expected = [node.container_id, ...reachable(node.container_id, parents)];
      expect(found.nodes.map((one) => one.container_id).sort()).toEqual(expected.sort());
      expect(found.nodes).toEqual(found.nodes.map((one) => nodes.get(one.container_id)));
    }
    const nothing = await source.fetchLineage({ containerIds: ['x'], direction: 'forward' });
    expect(nothing).toEqual({ nodes: [], edges: [] });
  });

  it('lets descendants begin after their ancestors have ended', async () => {
    const spans = new Map<string, [string, string]>();
    for (const row of await everyRow(source, ids, 'history')) {
      const id = String(row.CONTAINERID);
      const first = spans.get(id)?.[0] ?? String(row.TRACKINTIMESTAMP);
      spans.set(id, [first, String(row.TRACKOUTTIMESTAMP)]);
    }
    expect(spans.size).toBe(CONTAINERS);
    for (const { from_cid, to_cid } of graph.edges) {
      const ended = spans.get(from_cid)?.[1] ?? '';
      expect(ended < (spans.get(to_cid)?.[0] ?? '')).toBe(true);
    }
  });

  it('sends every level through its workcenter groups in line order, leaves to the test', async () => {
    const groups: readonly unknown[] = WORKCENTER_GROUPS;
    const leaves = new Set((await detectedSeeds(source)).map((seed) => seed.container_id));
    const routes = new Map<unknown, number[]>(ids.map((id) => [id, []]));
    for (const row of await everyRow(source, ids, 'upstream_history')) {
      routes.get(row.CONTAINERID)?.push(groups.indexOf(row.WORKCENTER_GROUP));
    }
    for (const [id, route] of routes) {
      expect(route).toEqual([...route].sort((a, b) => a - b));
      expect(route.includes(11)).toBe(leaves.has(String(id)));
    }
    const levels = [[0], [1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]];
    for (const [position, level] of [0, 1, 5, 13].entries()) {
      const route = routes.get(family[level]?.container_id);
      expect([...new Set(route)]).toEqual(levels[position]);
    }
  });

  it('throws the reason of an abort', async () => {
    const reason = new Error('left');
    const query = { containerIds: ids, direction: 'forward' } as const;
    const signal = AbortSignal.abort(reason);
    await expect(source.fetchLineage({ ...query, signal })).rejects.toBe(reason);
  });
});

describe('seeds of the synthetic factory', () => {
  const root = family[0];
  const order = root?.mfgorder_name ?? '';
  const finished = order.replace('GA', 'GD');
  const last = family[19]?.container_id ?? '';

  it.each([
    ['query_tool', 'wafer_lot', root?.wafer_lot, [root]],
    ['query_tool', 'lot_id', family[6]?.container_name, [family[6]]],
    ['query_tool', 'work_order', order, family],
    ['query_tool_reverse', 'serial_number', 'SN000000020', [family[19]]],
    ['query_tool_reverse', 'gd_work_order', finished, serials],
    ['query_tool_reverse', 'gd_lot_id', `${finished}-D20`, [family[19]]],
    ['mid_section_defect', 'lot_id', family[19]?.container_name, [family[19]]],
    ['mid_section_defect', 'work_order', order, serials],
    ['mid_section_defect', 'wafer_lot', root?.wafer_lot, serials],
  ] as const)('%s finds lots by %s', async (profile, resolve_type, value, expected) => {
    const values = [` ${value} `, 'nonsense', `${value}`, `${value}0`, ''];
    const found = await resolve(profile, { mode: 'container', resolve_type, values });
    expect(found.ids).toEqual(expected.map((node) => node?.container_id));
    expect(found.notFound).toEqual(['nonsense', `${value}0`]);
  });

  it('names the lots by level: work orders GA, finished goods GD, serials SN', () => {
    expect(order).toMatch(/^GA2[56]000001$/);
    expect(root?.wafer_lot).toBe('WF000001');
    expect(family[6]?.container_name).toBe(`${order}-C07`);
    expect(new Set(graph.nodes.map((node) => node.container_name)).size).toBe(CONTAINERS);
  });

  it.each([
    ['query_tool', 'lot_id', (name: string) => name.replace('-D', '-A')],
    ['query_tool', 'lot_id', (name: string) => name.replace('GA', 'GD')],
    ['query_tool', 'lot_id', (name: string) => name.replace(/^GA2./, 'GA99')],
    ['query_tool', 'lot_id', (name: string) => name.replace(/\d\d$/, '21')],
    ['query_tool', 'work_order', (name: string) => name],
    ['query_tool', 'work_order', () => 'GA25000000'],
    ['query_tool', 'wafer_lot', () => 'WF000101'],
    ['query_tool', 'serial_number', () => 'SN000000020'],
    ['query_tool_reverse', 'serial_number', () => 'SN000000001'],
    ['query_tool_reverse', 'serial_number', () => `SN00000${CONTAINERS + 1}`],
    ['query_tool_reverse', 'gd_lot_id', () => `${finished}-A01`],
    ['query_tool_reverse', 'gd_work_order', () => order],
    ['query_tool', undefined, () => order],
  ] as const)(
    '%s finds nothing by %s for a name that is not quite one',
    async (profile, type, of) => {
      const value = of(nodes.get(last)?.container_name ?? '');
      const found = await resolve(profile, { resolve_type: type, values: [value] });
      expect(found).toEqual({ ids: [], notFound: [value] });
    },
  );

  it('finds the lots that came to the station on the days that are asked for', async () => {
    for (const station of ['測試', '成型', '切割']) {
      const first = new Map<unknown, string>();
      for (const row of await everyRow(source, ids, 'upstream_history')) {
        const day = String(row.TRACKINTIMESTAMP).slice(0, 10);
        if (row.WORKCENTER_GROUP !== station || first.has(row.CONTAINERID)) continue;
        first.set(row.CONTAINERID, day);
      }
      // Days on which lots came, so that both ends are put to the test.
      const days = [...first.values()].sort();
      const start_date = days[Math.floor(days.length * 0.3)] ?? '';
      const end_date = days[Math.floor(days.length * 0.5)] ?? '';
      const inside = ids.filter((id) => {
        const day = first.get(id) ?? '';
        return day >= start_date && day <= end_date;
      });
      const found = await detectedSeeds(source, { station, start_date, end_date });
      expect(found.map((seed) => seed.container_id)).toEqual(inside);
      expect(inside.length).toBeGreaterThan(0);
      const asked = (Date.parse(end_date) - Date.parse(start_date)) / 86_400_000 + 1;
      expect(inside.length / first.size / (asked / 180)).toBeCloseTo(1, 0);
    }
  });

  it('detects everything from 2025-09-01 to 2026-02-27', async () => {
    const days = { start_date: '2025-09-01', end_date: '2026-02-27' };
    expect(await detectedSeeds(source, days)).toEqual(await detectedSeeds(source));
    expect(await detectedSeeds(source, { end_date: '2025-08-31' })).toEqual([]);
    expect(await detectedSeeds(source, { start_date: '2026-02-28' })).toEqual([]);
  });

  it('keeps to the first families where params.containers says so', async () => {
    const reach = async (containers: unknown) => {
      const seeds = await detectedSeeds(source, { containers });
      const containerIds = seeds.map((seed) => seed.container_id);
      const { nodes: found } = await source.fetchLineage({ containerIds, direction: 'backward' });
      return found.map((node) => node.container_id);
    };
    expect(await reach(1)).toEqual(ids.slice(0, 20));
    expect(await reach(21)).toEqual(ids.slice(0, 40));
    expect(await reach(CONTAINERS * 2)).toEqual(ids);
    for (const odd of [0, -5, 1.5, '40', null]) expect(await reach(odd)).toEqual(ids);
    const params = { resolve_type: 'wafer_lot', values: ['WF000002'] };
    expect((await resolve('query_tool', { ...params, containers: 20 })).ids).toEqual([]);
    expect((await resolve('query_tool', { ...params, containers: 40 })).ids).toHaveLength(1);
  });

  it('survives parameters of odd types', async () => {
    const odd = [null, 7, {}, ['a', 5, null], 'text'] as never[];
    for (const value of odd) {
      for (const profile of ['query_tool', 'query_tool_reverse', 'mid_section_defect'] as const) {
        const params = { mode: value, resolve_type: value, values: value, station: value };
        const found = await resolve(profile, { ...params, start_date: value, containers: value });
        expect(Array.isArray(found.ids)).toBe(true);
      }
    }
    expect(await detectedSeeds(source, { station: 'nowhere' })).toEqual([]);
  });
});

describe('detection rows of the synthetic factory', () => {
  it('agree with upstream_history on station, machine, time and quantity', async () => {
    const rows = await detectionOf(ids, '電鍍');
    const first = new Map<unknown, unknown[]>();
    for (const row of await everyRow(source, ids, 'upstream_history')) {
      if (row.WORKCENTER_GROUP !== '電鍍' || first.has(row.CONTAINERID)) continue;
      first.set(row.CONTAINERID, [row.EQUIPMENTNAME, row.TRACKINTIMESTAMP, row.TRACKINQTY]);
    }
    expect(new Set(rows.map((row) => row.CONTAINERID))).toEqual(new Set(first.keys()));
    for (const row of rows) {
      const { DETECTION_EQUIPMENTNAME, TRACKINTIMESTAMP, TRACKINQTY } = row;
      const facts = [DETECTION_EQUIPMENTNAME, TRACKINTIMESTAMP, TRACKINQTY];
      expect(facts).toEqual(first.get(row.CONTAINERID));
      expect(Object.keys(row).join(', ')).toBe(
        'CONTAINERID, CONTAINERNAME, TRACKINQTY, REJECTQTY, LOSSREASONNAME, WORKFLOW, PRODUCTLINENAME, PJ_TYPE, DETECTION_EQUIPMENTNAME, TRACKINTIMESTAMP',
      );
    }
  });

  it('are one a loss reason, or one without reason and quantity', async () => {
    const rows = await detectionOf(ids, '測試');
    const lots = new Map(ids.map((id) => [id, rows.filter((row) => row.CONTAINERID === id)]));
    const sizes = new Set<number>();
    for (const group of lots.values()) {
      sizes.add(group.length);
      const reasons = group.map((row) => row.LOSSREASONNAME);
      expect(new Set(reasons).size).toBe(group.length);
      for (const row of group) {
        expect(row.REJECTQTY === null).toBe(row.LOSSREASONNAME === null);
        expect(row.REJECTQTY ?? 1).toBeGreaterThan(0);
        expect(row.REJECTQTY ?? 0).toBeLessThan((row.TRACKINQTY ?? 0) / 10);
      }
      if (group.length > 1) expect(reasons).not.toContain(null);
    }
    expect(sizes).toContain(3);
    expect(new Set(rows.map((row) => row.LOSSREASONNAME)).size).toBe(27);
  });

  it('are none for unknown lots and stations, and stop at an abort', async () => {
    expect(await detectionOf(['x', '__proto__'], '測試')).toEqual([]);
    expect(await detectionOf(ids, 'nowhere')).toEqual([]);
    const reason = new Error('left');
    const signal = AbortSignal.abort(reason);
    const batches = source.fetchDetection({ containerIds: ids, station: '測試', signal });
    await expect(batches[Symbol.asyncIterator]().next()).rejects.toBe(reason);
  });
});

it('ids are 16 hex digits that look shuffled', async () => {
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{16}$/);
  const rising = ids.filter((id, at) => at > 0 && id > (ids[at - 1] as string));
  expect(rising.length / ids.length).toBeCloseTo(0.5, 1);
  expect(await allContainerIds(createSyntheticSource({ containers: CONTAINERS }))).toEqual(ids);
});
