import type { TraceParams } from '../../src/protocol/index.js';
import type { DetectionRow } from '../ports.js';
import { compareTexts, quantityOf, textOf } from './figures.js';

/** A lot that reached the detection station. */
export interface DetectionLot {
  id: string;
  input: number;
  defects: number;
  machine: string | null;
  /** YYYY-MM-DD, or null where the row has no time. */
  date: string | null;
}

export interface Detection {
  /** The lots that the filter kept; a lot's number is its place here. */
  lots: readonly DetectionLot[];
  /** Defects by loss reason; null for those without one. */
  reasons: ReadonlyMap<string | null, number>;
  /** Every loss reason before the filter, sorted. */
  availableReasons: readonly string[];
  /** Rows that the filter kept. */
  rowCount: number;
}

interface DetectionInput {
  params: TraceParams;
  seedContainerIds: readonly string[];
  detection: readonly DetectionRow[];
}

/**
 * Reads the detection rows once: lots, their quantities, and what was wrong with them. Where rows of
 * a lot contradict each other (they should not), the largest TRACKINQTY, the first machine by name
 * and the earliest time count.
 */
export function readDetection({ params, seedContainerIds, detection }: DetectionInput): Detection {
  const seeds = new Set(seedContainerIds);
  const wanted = wantedReasons(params.loss_reasons);
  const lots = new Map<string, DetectionLot>();
  const reasons = new Map<string | null, number>();
  const available = new Set<string>();
  let rowCount = 0;
  for (const row of detection) {
    if (!seeds.has(row.CONTAINERID)) continue;
    const reason = textOf(row.LOSSREASONNAME);
    const defects = quantityOf(row.REJECTQTY);
    if (reason !== null) available.add(reason);
    if (wanted && defects !== 0 && reason !== null && !wanted.has(reason.trim())) continue;
    rowCount++;
    if (defects !== 0) reasons.set(reason, (reasons.get(reason) ?? 0) + defects);
    lots.set(row.CONTAINERID, merge(lots.get(row.CONTAINERID), row, defects));
  }
  return {
    lots: [...lots.values()],
    reasons,
    availableReasons: [...available].sort(compareTexts),
    rowCount,
  };
}

function merge(lot: DetectionLot | undefined, row: DetectionRow, defects: number): DetectionLot {
  const machine = textOf(row.DETECTION_EQUIPMENTNAME);
  const date = textOf(row.TRACKINTIMESTAMP)?.slice(0, 10) ?? null;
  const input = quantityOf(row.TRACKINQTY);
  if (!lot) return { id: row.CONTAINERID, input, defects, machine, date };
  return {
    id: lot.id,
    input: Math.max(lot.input, input),
    defects: lot.defects + defects,
    machine: compareTexts(machine, lot.machine) < 0 ? machine : lot.machine,
    date: compareTexts(date, lot.date) < 0 ? date : lot.date,
  };
}

/** A list or comma text; null, which keeps every row, where it names no reason. */
function wantedReasons(value: unknown): ReadonlySet<string> | null {
  const list: unknown[] = Array.isArray(value)
    ? value
    : typeof value === 'string'
      ? value.split(',')
      : [];
  const names = list.filter((name) => typeof name === 'string').map((name) => name.trim());
  const named = names.filter((name) => name !== '');
  return named.length > 0 ? new Set(named) : null;
}
