import type { AttributionEntry, TraceRow } from '../../src/protocol/index.js';
import type { ChartItem } from './charts.js';
import { type Pairs, pairsOf } from './Aggregator.js';
import type { Detection, DetectionLot } from './detection.js';
import { compareTexts, percent, textOf } from './figures.js';
import type { KeyedMap } from './KeyedMap.js';
import { LotSet } from './LotSet.js';
import { LotsBehind } from './LotsBehind.js';

export interface MachineCharge {
  group: string | null;
  name: string | null;
  id: string | null;
  resourceFamily: string | null;
  lots: LotSet;
}
export interface MaterialCharge {
  name: string | null;
  lots: LotSet;
}

/** For each container the numbers of the lots that it is, or is an ancestor of. */
export function invertAncestors(
  { lots, numberOf }: Detection,
  ancestors: Pairs<readonly string[]>,
): LotsBehind {
  const behind = new LotsBehind();
  for (const [number, { id }] of lots.entries()) behind.add(id, number);
  for (const [id, ids] of pairsOf(ancestors)) {
    const number = numberOf(id);
    if (number < 0) continue;
    for (const ancestor of ids) behind.add(ancestor, number);
  }
  return behind;
}

export function machineCharge(
  machines: KeyedMap<MachineCharge>,
  row: TraceRow,
): MachineCharge | undefined {
  const group = textOf(row.WORKCENTER_GROUP);
  const name = textOf(row.EQUIPMENTNAME);
  const id = textOf(row.EQUIPMENTID);
  if (name === null && id === null) return undefined;
  const make = () => ({ group, name, id, resourceFamily: null, lots: new LotSet() });
  const charge = machines.get(group, name, id, make);
  // Not a column of the contract, but servers may add it. The first by name: whatever the order.
  const family = textOf(row.RESOURCEFAMILYNAME);
  if (compareTexts(family, charge.resourceFamily) < 0) charge.resourceFamily = family;
  return charge;
}

export function materialCharge(
  materials: KeyedMap<MaterialCharge>,
  row: TraceRow,
): MaterialCharge | undefined {
  const part = textOf(row.MATERIALPARTNAME);
  const lot = textOf(row.MATERIALLOTNAME);
  if (part === null && lot === null) return undefined;
  return materials.get(part, lot, null, () => ({
    name: part === null || lot === null ? (part ?? lot) : `${part} (${lot})`,
    lots: new LotSet(),
  }));
}

/** Sums over the lots of a set, each once. */
export function chargesOf(
  numbers: LotSet,
  lots: readonly DetectionLot[],
): Pick<ChartItem, 'input' | 'defects' | 'lots'> {
  const sums = { input: 0, defects: 0, lots: numbers.size };
  numbers.forEach((number) => {
    const lot = lots[number] as DetectionLot;
    sums.input += lot.input;
    sums.defects += lot.defects;
  });
  return sums;
}

/** Sorted by falling rate, then falling defects, then group, name and id. */
export function attributionOf(
  machines: KeyedMap<MachineCharge>,
  lots: readonly DetectionLot[],
): AttributionEntry[] {
  const entries = Array.from(machines.values(), (machine): AttributionEntry => {
    const sums = chargesOf(machine.lots, lots);
    return {
      WORKCENTER_GROUP: machine.group,
      EQUIPMENT_NAME: machine.name,
      EQUIPMENT_ID: machine.id,
      RESOURCEFAMILYNAME: machine.resourceFamily,
      DETECTION_LOT_COUNT: sums.lots,
      INPUT_QTY: sums.input,
      DEFECT_QTY: sums.defects,
      DEFECT_RATE: percent(sums.defects, sums.input),
    };
  });
  return entries.sort(
    (a, b) =>
      b.DEFECT_RATE - a.DEFECT_RATE ||
      b.DEFECT_QTY - a.DEFECT_QTY ||
      compareTexts(a.WORKCENTER_GROUP, b.WORKCENTER_GROUP) ||
      compareTexts(a.EQUIPMENT_NAME, b.EQUIPMENT_NAME) ||
      compareTexts(a.EQUIPMENT_ID, b.EQUIPMENT_ID),
  );
}
