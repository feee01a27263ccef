import type { AttributionEntry, MsdAggregation, TraceDomain } from '../../src/protocol/index.js';
import type { RowBatch } from '../ports.js';
import {
  attributionOf,
  chargesOf,
  invertAncestors,
  machineCharge,
  materialCharge,
  type MachineCharge,
  type MaterialCharge,
} from './charges.js';
import { topBarsOf, type ChartItem } from './charts.js';
import { type Aggregator, type AggregatorOptions, type Pairs, pairsOf } from './Aggregator.js';
import type { Detection, DetectionLot } from './detection.js';
import { dailyTrend, detectionMachineChart, lossReasonChart, sumOf } from './detectionCharts.js';
import { percent, textOf } from './figures.js';
import { KeyedMap } from './KeyedMap.js';

type Lineage = Pick<AggregatorOptions, 'ancestors' | 'seedRoots'>;

/**
 * Backward: machines, materials and wafer roots are charged with the detection lots that they
 * concern, each lot once. A machine is its group, name and id; a material its part and lot, named
 * 「part (lot)」; rows that name no machine at all, or no part and no lot, charge nobody.
 * `affected_machine_count` counts the machines with defects, `detail_total_count` the detection rows
 * that the filter kept. Rows of containers outside the lineage are ignored.
 */
export function createBackwardAggregator(
  { ancestors, seedRoots }: Lineage,
  detection: Detection,
): Aggregator {
  const { lots } = detection;
  const lotsBehind = invertAncestors(detection, ancestors);
  const machines = new KeyedMap<MachineCharge>();
  const materials = new KeyedMap<MaterialCharge>();
  return {
    add(domain: TraceDomain, batch: RowBatch): void {
      if (domain !== 'upstream_history' && domain !== 'materials') return;
      for (const row of batch.rows()) {
        if (!lotsBehind.has(row.CONTAINERID)) continue;
        const charge =
          domain === 'materials' ? materialCharge(materials, row) : machineCharge(machines, row);
        if (charge) lotsBehind.forEach(row.CONTAINERID, (number) => charge.lots.add(number));
      }
    },
    finish(): MsdAggregation {
      const attribution = attributionOf(machines, lots);
      return {
        kpi: kpiOf(detection, attribution),
        charts: {
          by_machine: topBarsOf(attribution.map(machineItem)),
          by_detection_machine: detectionMachineChart(detection),
          by_material: topBarsOf(materials.values().map((item) => materialItem(item, lots))),
          by_wafer_root: topBarsOf(rootItems(detection, seedRoots)),
          by_loss_reason: lossReasonChart(detection),
        },
        daily_trend: dailyTrend(detection),
        available_loss_reasons: [...detection.availableReasons],
        genealogy_status: 'ready',
        detail_total_count: detection.rowCount,
        attribution,
      };
    },
  };
}

function machineItem(entry: AttributionEntry): ChartItem {
  return {
    name: entry.EQUIPMENT_NAME,
    input: entry.INPUT_QTY,
    defects: entry.DEFECT_QTY,
    lots: entry.DETECTION_LOT_COUNT,
  };
}

function materialItem({ name, lots: numbers }: MaterialCharge, lots: readonly DetectionLot[]) {
  return { name, ...chargesOf(numbers, lots) };
}

/** A lot has one wafer root at most; lots without one are left out. */
function* rootItems({ lots, numberOf }: Detection, seedRoots: Pairs<string>): Iterable<ChartItem> {
  for (const [id, root] of pairsOf(seedRoots)) {
    const lot = lots[numberOf(id)];
    const name = textOf(root);
    if (lot && name !== null) yield { name, input: lot.input, defects: lot.defects, lots: 1 };
  }
}

function kpiOf(detection: Detection, attribution: readonly AttributionEntry[]) {
  const { lots } = detection;
  const input = sumOf(lots, 'input');
  const defects = sumOf(lots, 'defects');
  return {
    total_input: input,
    lot_count: lots.length,
    defective_lot_count: lots.filter((lot) => lot.defects > 0).length,
    total_defect_qty: defects,
    total_defect_rate: percent(defects, input),
    top_loss_reason: lossReasonChart(detection)[0]?.name ?? null,
    affected_machine_count: attribution.filter((entry) => entry.DEFECT_QTY > 0).length,
  };
}
