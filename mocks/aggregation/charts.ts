import type { ChartEntry } from '../../src/protocol/index.js';
import { compareTexts, percent, textOf, UNKNOWN_NAME } from './figures.js';

/** What a chart sums up for each name. */
export interface ChartItem {
  /** Null is shown as unknown; a name that lists several, split at commas, counts for each. */
  name: string | null;
  input: number;
  defects: number;
  lots: number;
}

const BARS = 10;
const OTHERS = '其他';

/** Bars by name, sorted by falling defects, then by name. */
export function barsOf(items: Iterable<ChartItem>): ChartEntry[] {
  return withPercents(sortedSums(items));
}

/** The ten largest bars, the rest summed up as 其他. */
export function topBarsOf(items: Iterable<ChartItem>): ChartEntry[] {
  const sums = sortedSums(items);
  if (sums.length <= BARS) return withPercents(sums);
  const others: Sum = { name: OTHERS, input: 0, defects: 0, lots: 0 };
  for (const sum of sums.slice(BARS)) addTo(others, sum);
  return withPercents([...sums.slice(0, BARS), others]);
}

interface Sum extends ChartItem {
  name: string;
}

function sortedSums(items: Iterable<ChartItem>): Sum[] {
  const sums = new Map<string, Sum>();
  for (const item of items) {
    for (const name of namesIn(item.name)) {
      const sum = sums.get(name) ?? { name, input: 0, defects: 0, lots: 0 };
      addTo(sum, item);
      sums.set(name, sum);
    }
  }
  return [...sums.values()].sort((a, b) => b.defects - a.defects || compareTexts(a.name, b.name));
}

function namesIn(text: string | null): Set<string> {
  const names = new Set((text ?? '').split(',').map((name) => textOf(name.trim()) ?? UNKNOWN_NAME));
  if (names.size > 1) names.delete(UNKNOWN_NAME);
  return names;
}

function addTo(sum: Sum, { input, defects, lots }: ChartItem): void {
  sum.input += input;
  sum.defects += defects;
  sum.lots += lots;
}

function withPercents(sums: readonly Sum[]): ChartEntry[] {
  const total = sums.reduce((all, sum) => all + sum.defects, 0);
  let soFar = 0;
  return sums.map(({ name, input, defects, lots }) => {
    soFar += defects;
    return {
      name,
      input_qty: input,
      defect_qty: defects,
      defect_rate: percent(defects, input),
      lot_count: lots,
      cumulative_pct: percent(soFar, total),
    };
  });
}

/** Bars without some of their figures. */
export function without(
  bars: readonly ChartEntry[],
  ...figures: ('input_qty' | 'defect_rate' | 'lot_count')[]
): ChartEntry[] {
  return bars.map((bar) => {
    const rest = { ...bar };
    for (const figure of figures) delete rest[figure];
    return rest;
  });
}
