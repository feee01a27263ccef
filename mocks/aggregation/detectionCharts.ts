import type { ChartEntry, DailyTrendEntry } from '../../src/protocol/index.js';
import { barsOf, topBarsOf, without } from './charts.js';
import type { Detection, DetectionLot } from './detection.js';
import { compareTexts, percent } from './figures.js';

/** Sums over lots, each once. */
export function sumOf(lots: readonly DetectionLot[], figure: 'input' | 'defects'): number {
  return lots.reduce((sum, lot) => sum + lot[figure], 0);
}

export function detectionMachineChart({ lots }: Detection): ChartEntry[] {
  return topBarsOf(
    lots.map(({ machine, input, defects }) => ({ name: machine, input, defects, lots: 1 })),
  );
}

/** Every reason with a quantity; its rate is of the input of all lots. */
export function lossReasonChart({ lots, reasons }: Detection): ChartEntry[] {
  const input = sumOf(lots, 'input');
  const items = Array.from(reasons, ([name, defects]) => ({ name, defects, input, lots: 0 }));
  return without(barsOf(items), 'input_qty', 'lot_count');
}

/** Lots by the day of their detection, in the order of days; lots without a time are left out. */
export function dailyTrend({ lots }: Detection): DailyTrendEntry[] {
  const days = new Map<string, { input: number; defects: number }>();
  for (const { date, input, defects } of lots) {
    if (date === null) continue;
    const day = days.get(date) ?? { input: 0, defects: 0 };
    day.input += input;
    day.defects += defects;
    days.set(date, day);
  }
  return [...days]
    .sort(([a], [b]) => compareTexts(a, b))
    .map(([date, { input, defects }]) => ({
      date,
      input_qty: input,
      defect_qty: defects,
      defect_rate: percent(defects, input),
    }));
}
