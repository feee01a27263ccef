import {
  WORKCENTER_GROUPS,
  type ChartEntry,
  type MsdAggregation,
  type TraceDomain,
  type TraceParams,
  type TraceRow,
} from '../../src/protocol/index.js';
import type { RowBatch } from '../ports.js';
import { barsOf, topBarsOf, without, type ChartItem } from './charts.js';
import type { Aggregator } from './Aggregator.js';
import type { Detection } from './detection.js';
import { detectionMachineChart, sumOf } from './detectionCharts.js';
import { percent, quantityOf, textOf } from './figures.js';
import { LotSet } from './LotSet.js';

/** What is known of a station after the detection. */
interface Station {
  name: string;
  /** Largest track-in quantity here, by number of tracked lot; undefined where it did not come. */
  quantities: (number | undefined)[];
  rejects: number;
  machines: Map<string | null, Machine>;
}
interface Machine {
  lots: LotSet;
  rejects: number;
}

/**
 * Forward: where the lots that were detected, and what descends from them, went afterwards, and what
 * was rejected there. A tracked lot is a container with a row of upstream_history after the
 * station; it counts once a station, and once a machine and station, with the largest TRACKINQTY that
 * it was tracked in with there. `downstream_reject_rate` is the rejects in percent of the detection
 * lots' input; `loss_reasons` filters the detection rows alone, not what came after. A group outside
 * the line order is after nothing, and nothing is after a station outside it.
 */
export function createForwardAggregator(params: TraceParams, detection: Detection): Aggregator {
  const stations = stationsAfter(params.station ?? '測試');
  const numbers = new Map<unknown, number>();
  const reasons = new Map<string | null, number>();
  const addRow = (domain: TraceDomain, row: TraceRow): void => {
    const station = stations.get(row.WORKCENTER_GROUP);
    if (!station) return;
    if (domain === 'upstream_history') {
      addTrackIn(station, numberOf(numbers, row.CONTAINERID), row);
    } else {
      const reason = textOf(row.LOSSREASONNAME);
      const quantity = addReject(station, row);
      if (quantity !== 0) reasons.set(reason, (reasons.get(reason) ?? 0) + quantity);
    }
  };
  return {
    add(domain: TraceDomain, batch: RowBatch): void {
      if (domain !== 'upstream_history' && domain !== 'downstream_rejects') return;
      for (const row of batch.rows()) addRow(domain, row);
    },
    finish(): MsdAggregation {
      const all = [...stations.values()];
      return {
        kpi: kpiOf(detection, numbers.size, all),
        charts: {
          by_downstream_station: barsOf(all.filter(isTouched).map(stationItem)),
          by_downstream_machine: without(topBarsOf(all.flatMap(machineItemsOf)), 'lot_count'),
          by_downstream_loss_reason: reasonChart(reasons),
          by_detection_machine: detectionMachineChart(detection),
        },
      };
    },
  };
}

function stationsAfter(detectionStation: string): Map<unknown, Station> {
  const groups: readonly string[] = WORKCENTER_GROUPS;
  const place = groups.indexOf(detectionStation);
  const after = place < 0 ? [] : groups.slice(place + 1);
  return new Map(
    after.map((name) => [name, { name, quantities: [], rejects: 0, machines: new Map() }]),
  );
}

function numberOf(numbers: Map<unknown, number>, containerId: unknown): number {
  let number = numbers.get(containerId);
  if (number === undefined) numbers.set(containerId, (number = numbers.size));
  return number;
}

function machineAt(station: Station, row: TraceRow): Machine {
  const name = textOf(row.EQUIPMENTNAME);
  let machine = station.machines.get(name);
  if (!machine) station.machines.set(name, (machine = { lots: new LotSet(), rejects: 0 }));
  return machine;
}

function addTrackIn(station: Station, lot: number, row: TraceRow): void {
  // Filled without holes: an engine keeps such an array as plain numbers.
  while (station.quantities.length <= lot) station.quantities.push(undefined);
  const before = station.quantities[lot] ?? 0;
  station.quantities[lot] = Math.max(before, quantityOf(row.TRACKINQTY));
  machineAt(station, row).lots.add(lot);
}

/** The quantity that was rejected. */
function addReject(station: Station, row: TraceRow): number {
  const quantity = quantityOf(row.REJECT_TOTAL_QTY);
  station.rejects += quantity;
  machineAt(station, row).rejects += quantity;
  return quantity;
}

function isTouched({ machines }: Station): boolean {
  return machines.size > 0;
}

function isReached({ quantities }: Station): boolean {
  return quantities.length > 0;
}

function stationItem({ name, quantities, rejects }: Station): ChartItem {
  const known = quantities.filter((quantity) => quantity !== undefined);
  const input = known.reduce((sum, quantity) => sum + quantity, 0);
  return { name, input, defects: rejects, lots: known.length };
}

function machineItemsOf({ machines, quantities }: Station): ChartItem[] {
  return Array.from(machines, ([name, { lots, rejects }]) => {
    let input = 0;
    lots.forEach((lot) => {
      input += quantities[lot] ?? 0;
    });
    return { name, input, defects: rejects, lots: lots.size };
  });
}

function reasonChart(reasons: ReadonlyMap<string | null, number>): ChartEntry[] {
  const items = Array.from(reasons, ([name, defects]) => ({ name, defects, input: 0, lots: 0 }));
  return without(topBarsOf(items), 'input_qty', 'defect_rate', 'lot_count');
}

function kpiOf(detection: Detection, trackedLots: number, stations: readonly Station[]) {
  const rejects = stations.reduce((sum, station) => sum + station.rejects, 0);
  return {
    detection_lot_count: detection.lots.length,
    detection_defect_qty: sumOf(detection.lots, 'defects'),
    tracked_lot_count: trackedLots,
    downstream_stations_reached: stations.filter(isReached).length,
    downstream_total_reject: rejects,
    downstream_reject_rate: percent(rejects, sumOf(detection.lots, 'input')),
  };
}
