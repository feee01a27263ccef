import type { DetectionRow } from '../../../mocks/ports.js';
import {
  WORKCENTER_GROUPS,
  type TraceDomain,
  type TraceParams,
  type TraceRow,
} from '../../../src/protocol/index.js';

/** What the figures of a trace are made of beside its rows. */
export interface WholeTrace {
  params: TraceParams;
  seedContainerIds: readonly string[];
  ancestors: Readonly<Record<string, readonly string[]>>;
  seedRoots: Readonly<Record<string, string>>;
  detection: readonly DetectionRow[];
}

/** All rows of a trace, as one array a domain. */
export type WholeDomains = Partial<Record<TraceDomain, readonly TraceRow[]>>;

interface Bar {
  name: string;
  input: number;
  defects: number;
  lots: number;
}

/** The aggregation in the contract's words: plain loops over whole arrays, nothing incremental. */
export function naiveAggregation(options: WholeTrace, rows: WholeDomains): unknown {
  return options.params.direction === 'forward' ? forward(options, rows) : backward(options, rows);
}

const text = (value: unknown) => (typeof value === 'string' && value.trim() ? value : null);
const number = (value: unknown) => (typeof value === 'number' ? value : 0);
const rate = (part: number, all: number) => (all ? Number(((100 * part) / all).toFixed(4)) : 0);
const total = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
const unique = <T>(values: T[]) => [...new Set(values)];
const before = (a: unknown, b: unknown) => {
  if (a === b) return 0;
  if (a === null) return 1;
  return b === null || String(a) < String(b) ? -1 : 1;
};

function keptDetection({ params, seedContainerIds, detection }: WholeTrace) {
  const all = detection.filter((row) => seedContainerIds.includes(row.CONTAINERID));
  const asked = Array.isArray(params.loss_reasons)
    ? params.loss_reasons
    : (params.loss_reasons ?? '').split(',');
  const reasons = asked.map((name) => name.trim()).filter((name) => name !== '');
  const kept = all.filter(
    (row) =>
      reasons.length === 0 ||
      !row.REJECTQTY ||
      !row.LOSSREASONNAME?.trim() ||
      reasons.includes(row.LOSSREASONNAME.trim()),
  );
  const ids = unique(kept.map((row) => row.CONTAINERID));
  const inputOf = (id: string) =>
    Math.max(...kept.filter((row) => row.CONTAINERID === id).map((row) => number(row.TRACKINQTY)));
  const defectsOf = (id: string) =>
    total(kept.filter((row) => row.CONTAINERID === id).map((row) => number(row.REJECTQTY)));
  const firstOf = (id: string, column: 'DETECTION_EQUIPMENTNAME' | 'TRACKINTIMESTAMP') =>
    kept
      .filter((row) => row.CONTAINERID === id)
      .map((row) => text(row[column]))
      .sort(before)[0] ?? null;
  return { all, kept, ids, inputOf, defectsOf, firstOf };
}
type Kept = ReturnType<typeof keptDetection>;

function bar(name: string | null, ids: string[], { inputOf, defectsOf }: Kept): Bar {
  const input = total(ids.map(inputOf));
  return { name: name ?? '', input, defects: total(ids.map(defectsOf)), lots: ids.length };
}

/** Bars summed by name, largest first; the figures of each that the chart has. */
function chart(bars: Bar[], isCut: boolean, figures: string) {
  const split = bars.flatMap((one) => {
    const names = unique(one.name.split(',').map((name) => name.trim()));
    const known = names.filter((name) => name !== '');
    return (known.length ? known : ['(未知)']).map((name) => ({ ...one, name }));
  });
  const sumUp = (name: string, some: Bar[]): Bar => ({
    name,
    input: total(some.map((one) => one.input)),
    defects: total(some.map((one) => one.defects)),
    lots: total(some.map((one) => one.lots)),
  });
  let sums = unique(split.map(({ name }) => name))
    .map((name) =>
      sumUp(
        name,
        split.filter((one) => one.name === name),
      ),
    )
    .sort((a, b) => b.defects - a.defects || before(a.name, b.name));
  if (isCut && sums.length > 10) sums = [...sums.slice(0, 10), sumUp('其他', sums.slice(10))];
  const all = total(sums.map((one) => one.defects));
  return sums.map((one, at) => ({
    name: one.name,
    ...(figures.includes('input') && { input_qty: one.input }),
    defect_qty: one.defects,
    ...(figures.includes('rate') && { defect_rate: rate(one.defects, one.input) }),
    ...(figures.includes('lots') && { lot_count: one.lots }),
    cumulative_pct: rate(total(sums.slice(0, at + 1).map(({ defects }) => defects)), all),
  }));
}

function detectionMachines(kept: Kept) {
  const bars = kept.ids.map((id) => bar(kept.firstOf(id, 'DETECTION_EQUIPMENTNAME'), [id], kept));
  return chart(bars, true, 'input rate lots');
}

function lossReasons(kept: Kept) {
  const input = total(kept.ids.map(kept.inputOf));
  const bars = kept.kept
    .filter((row) => number(row.REJECTQTY) !== 0)
    .map((row) => ({
      name: row.LOSSREASONNAME ?? '',
      input: 0,
      defects: number(row.REJECTQTY),
      lots: 0,
    }));
  return chart(bars, false, '').map(({ name, defect_qty, cumulative_pct }) => {
    return { name, defect_qty, defect_rate: rate(defect_qty, input), cumulative_pct };
  });
}

function charged(options: WholeTrace, kept: Kept, passed: unknown[]): string[] {
  return kept.ids.filter((id) => {
    const ancestors = Object.entries(options.ancestors).find(([key]) => key === id)?.[1] ?? [];
    return passed.some((container) => container === id || ancestors.includes(String(container)));
  });
}

function attributionOf(options: WholeTrace, kept: Kept, history: readonly TraceRow[]) {
  const keyOf = (row: TraceRow) => {
    const { WORKCENTER_GROUP, EQUIPMENTNAME, EQUIPMENTID } = row;
    return JSON.stringify([WORKCENTER_GROUP, EQUIPMENTNAME, EQUIPMENTID].map(text));
  };
  return unique(
    history.filter((row) => text(row.EQUIPMENTNAME) ?? text(row.EQUIPMENTID)).map(keyOf),
  )
    .map((key) => {
      const rows = history.filter((row) => keyOf(row) === key);
      const [WORKCENTER_GROUP, EQUIPMENT_NAME, EQUIPMENT_ID] = JSON.parse(key) as string[];
      const ids = charged(
        options,
        kept,
        rows.map((row) => row.CONTAINERID),
      );
      const { input, defects } = bar('', ids, kept);
      return {
        ...{ WORKCENTER_GROUP, EQUIPMENT_NAME, EQUIPMENT_ID, RESOURCEFAMILYNAME: null },
        ...{ DETECTION_LOT_COUNT: ids.length, INPUT_QTY: input, DEFECT_QTY: defects },
        DEFECT_RATE: rate(defects, input),
      };
    })
    .filter((entry) => entry.DETECTION_LOT_COUNT > 0)
    .sort(
      (a, b) =>
        b.DEFECT_RATE - a.DEFECT_RATE ||
        b.DEFECT_QTY - a.DEFECT_QTY ||
        (['WORKCENTER_GROUP', 'EQUIPMENT_NAME', 'EQUIPMENT_ID'] as const)
          .map((column) => before(a[column], b[column]))
          .find((order) => order !== 0) ||
        0,
    );
}

function materialBars(options: WholeTrace, kept: Kept, materials: readonly TraceRow[]) {
  const keyOf = (row: TraceRow) =>
    JSON.stringify([text(row.MATERIALPARTNAME), text(row.MATERIALLOTNAME)]);
  return unique(materials.map(keyOf))
    .filter((key) => key !== '[null,null]')
    .map((key) => {
      const [part, lot] = JSON.parse(key) as (string | null)[];
      const rows = materials.filter((row) => keyOf(row) === key);
      const ids = charged(
        options,
        kept,
        rows.map((row) => row.CONTAINERID),
      );
      return bar(part && lot ? `${part} (${lot})` : (part ?? lot ?? null), ids, kept);
    })
    .filter((one) => one.lots > 0);
}

function backward(options: WholeTrace, rows: WholeDomains) {
  const kept = keptDetection(options);
  const { all, ids, inputOf, defectsOf, firstOf } = kept;
  const attribution = attributionOf(options, kept, rows.upstream_history ?? []);
  const roots = Object.entries(options.seedRoots).filter(([id]) => ids.includes(id));
  const machineBars = attribution.map((entry) => ({
    name: entry.EQUIPMENT_NAME ?? '',
    input: entry.INPUT_QTY,
    defects: entry.DEFECT_QTY,
    lots: entry.DETECTION_LOT_COUNT,
  }));
  const dayOf = (id: string) => firstOf(id, 'TRACKINTIMESTAMP')?.slice(0, 10) ?? null;
  const input = total(ids.map(inputOf));
  const defects = total(ids.map(defectsOf));
  return {
    kpi: {
      ...{ total_input: input, lot_count: ids.length, total_defect_qty: defects },
      defective_lot_count: ids.filter((id) => defectsOf(id) > 0).length,
      total_defect_rate: rate(defects, input),
      top_loss_reason: lossReasons(kept)[0]?.name ?? null,
      affected_machine_count: attribution.filter((entry) => entry.DEFECT_QTY > 0).length,
    },
    charts: {
      by_machine: chart(machineBars, true, 'input rate lots'),
      by_detection_machine: detectionMachines(kept),
      by_material: chart(
        materialBars(options, kept, rows.materials ?? []),
        true,
        'input rate lots',
      ),
      by_wafer_root: chart(
        roots.filter(([, name]) => text(name)).map(([id, name]) => bar(name, [id], kept)),
        true,
        'input rate lots',
      ),
      by_loss_reason: lossReasons(kept),
    },
    daily_trend: unique(ids.map(dayOf))
      .filter((day) => day !== null)
      .sort()
      .map((date) => {
        const day = bar(
          '',
          ids.filter((id) => dayOf(id) === date),
          kept,
        );
        const defect_rate = rate(day.defects, day.input);
        return { date, input_qty: day.input, defect_qty: day.defects, defect_rate };
      }),
    available_loss_reasons: unique(all.map((row) => text(row.LOSSREASONNAME)))
      .filter((name) => name !== null)
      .sort(),
    genealogy_status: 'ready',
    detail_total_count: kept.kept.length,
    attribution,
  };
}

function forward(options: WholeTrace, rows: WholeDomains) {
  const kept = keptDetection(options);
  const groups: readonly unknown[] = WORKCENTER_GROUPS;
  const place = groups.indexOf(options.params.station ?? '測試');
  const isAfter = (row: TraceRow) => place >= 0 && groups.indexOf(row.WORKCENTER_GROUP) > place;
  const history = (rows.upstream_history ?? []).filter(isAfter);
  const rejects = (rows.downstream_rejects ?? []).filter(isAfter);
  const rejected = (some: TraceRow[]) => total(some.map((row) => number(row.REJECT_TOTAL_QTY)));
  const quantity = (id: unknown, group: unknown) =>
    Math.max(
      ...history
        .filter((row) => row.CONTAINERID === id && row.WORKCENTER_GROUP === group)
        .map((row) => number(row.TRACKINQTY)),
    );
  const barsBy = (keyOf: (row: TraceRow) => unknown[], nameAt: number) =>
    unique([...history, ...rejects].map((row) => JSON.stringify(keyOf(row)))).map((key) => {
      const here = (row: TraceRow) => JSON.stringify(keyOf(row)) === key;
      const [group, ...rest] = JSON.parse(key) as (string | null)[];
      const lots = unique(history.filter(here).map((row) => row.CONTAINERID));
      return {
        name: [group, ...rest][nameAt] ?? '',
        input: total(lots.map((id) => quantity(id, group))),
        defects: rejected(rejects.filter(here)),
        lots: lots.length,
      };
    });
  const machineOf = (row: TraceRow) => [row.WORKCENTER_GROUP, text(row.EQUIPMENTNAME)];
  const input = total(kept.ids.map(kept.inputOf));
  const reasonBars = rejects
    .filter((row) => number(row.REJECT_TOTAL_QTY) !== 0)
    .map((row) => ({
      name: text(row.LOSSREASONNAME) ?? '',
      ...{ input: 0, defects: number(row.REJECT_TOTAL_QTY), lots: 0 },
    }));
  return {
    kpi: {
      detection_lot_count: kept.ids.length,
      detection_defect_qty: total(kept.ids.map(kept.defectsOf)),
      tracked_lot_count: unique(history.map((row) => row.CONTAINERID)).length,
      downstream_stations_reached: unique(history.map((row) => row.WORKCENTER_GROUP)).length,
      downstream_total_reject: rejected(rejects),
      downstream_reject_rate: rate(rejected(rejects), input),
    },
    charts: {
      by_downstream_station: chart(
        barsBy((row) => [row.WORKCENTER_GROUP], 0),
        false,
        'input rate lots',
      ),
      by_downstream_machine: chart(barsBy(machineOf, 1), true, 'input rate'),
      by_downstream_loss_reason: chart(reasonBars, true, ''),
      by_detection_machine: detectionMachines(kept),
    },
  };
}
