import type { TraceParams } from '../../src/protocol/index.js';
import type { DetectionRow } from '../ports.js';
import { compareTexts, quantityOf, textOf } from './figures.js';
import { TextNumbers } from './TextNumbers.js';

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
  /** The number of the lot with an id; −1 where there is none. */
  numberOf(id: unknown): number;
  /** Defects by loss reason; null for those without one. */
  reasons: ReadonlyMap<string | null, number>;
  /** Every loss reason before the filter, sorted. */
  availableReasons: readonly string[];
  /** Rows that the filter kept. */
  rowCount: number;
}

interface DetectionInput {
  params: TraceParams;
  /** Rows of other containers are ignored. */
  seedContainerIds: Iterable<string>;
}

/** Takes the detection rows in, and keeps none of them. */
export interface DetectionReader {
  add(rows: readonly DetectionRow[]): void;
  finish(): Detection;
}

/**
 * Reads the detection rows once: lots, their quantities, and what was wrong with them. Where rows of
 * a lot contradict each other (they should not), the largest TRACKINQTY, the first machine by name
 * and the earliest time count.
 */
export function createDetectionReader(input: DetectionInput): DetectionReader {
  const seeds = new TextNumbers();
  for (const id of input.seedContainerIds) seeds.add(id);
  const wanted = wantedReasons(input.params.loss_reasons);
  const numbers = new TextNumbers();
  const lots: DetectionLot[] = [];
  const reasons = new Map<string | null, number>();
  const available = new Set<string>();
  const shared = new Map<string, string>();
  let rowCount = 0;
  function addRow(row: DetectionRow): void {
    if (seeds.find(row.CONTAINERID) < 0) return;
    const reason = textOf(row.LOSSREASONNAME);
    const defects = quantityOf(row.REJECTQTY);
    if (reason !== null) available.add(reason);
    if (wanted && defects !== 0 && reason !== null && !wanted.has(reason.trim())) return;
    rowCount++;
    if (defects !== 0) reasons.set(reason, (reasons.get(reason) ?? 0) + defects);
    const number = numbers.add(row.CONTAINERID);
    lots[number] = merge(lots[number], row, defects, shared);
  }
  return {
    add: (rows) => rows.forEach(addRow),
    finish: () => ({
      lots,
      numberOf: (id) => numbers.find(id),
      reasons,
      availableReasons: [...available].sort(compareTexts),
      rowCount,
    }),
  };
}

function merge(
  lot: DetectionLot | undefined,
  row: DetectionRow,
  defects: number,
  shared: Map<string, string>,
): DetectionLot {
  const machine = share(shared, textOf(row.DETECTION_EQUIPMENTNAME));
  const date = share(shared, textOf(row.TRACKINTIMESTAMP)?.slice(0, 10) ?? null);
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

/** One and the same text for all lots: there are few machines and days. */
function share(shared: Map<string, string>, text: string | null): string | null {
  if (text === null) return null;
  const known = shared.get(text);
  if (known === undefined) shared.set(text, text);
  return known ?? text;
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
