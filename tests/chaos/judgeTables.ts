import type { ChaosTrace } from './ChaosTrace.js';

/** What a domain's table has of its undisturbed rows. */
export interface TableVerdict {
  rowCount: number;
  /** Numbers of the rows that are not there, rising. */
  missing: readonly number[];
  /** Rows that are there more than once. */
  repeated: number;
  /** Rows that stand behind a later one. */
  misplaced: number;
  /** Rows that the result does not have. */
  foreign: number;
}

/** A row as text, whatever the order of its columns: pages of the given server sort them. */
function textOf(row: object): string {
  return JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const places = new WeakMap<ChaosTrace, Map<string, Map<string, number>>>();

/** The place of each row by its JSON. @throws where two rows are alike: nothing could tell them apart */
function placesOf(trace: ChaosTrace, domain: string): Map<string, number> {
  const byDomain = places.get(trace) ?? new Map<string, Map<string, number>>();
  places.set(trace, byDomain);
  const known = byDomain.get(domain);
  if (known) return known;
  const rows = trace.expected.get(domain)!;
  const made = new Map(rows.map((row, index) => [textOf(row), index]));
  if (made.size !== rows.length)
    throw new Error(`${trace.name}: ${domain} has rows that are alike.`);
  byDomain.set(domain, made);
  return made;
}

/** Holds a table, as JSON, to the undisturbed rows, cell by cell. */
export function judgeTable(trace: ChaosTrace, domain: string, text: string): TableVerdict {
  const { length } = trace.expected.get(domain)!;
  const verdict = { rowCount: length, missing: [], repeated: 0, misplaced: 0, foreign: 0 };
  if (text === trace.expectedText.get(domain)) return verdict;
  const rows = JSON.parse(text) as object[];
  const known = placesOf(trace, domain);
  const found = new Set<number>();
  let last = -1;
  for (const row of rows) {
    const place = known.get(textOf(row));
    if (place === undefined) verdict.foreign += 1;
    else if (found.has(place)) verdict.repeated += 1;
    else {
      if (place < last) verdict.misplaced += 1;
      last = Math.max(last, place);
      found.add(place);
    }
  }
  const missing = Array.from({ length }, (_, index) => index).filter((index) => !found.has(index));
  return { ...verdict, rowCount: rows.length, missing };
}
