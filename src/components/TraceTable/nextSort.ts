import type { RecordSort } from '../../records/index.js';

/**
 * The sort keys after a click on a heading: ascending, descending, none. The column takes the place
 * of all others, or with `add` is one more key beside them.
 */
export function nextSort(
  sort: readonly RecordSort[],
  column: string,
  add: boolean,
): readonly RecordSort[] {
  const known = sort.find((key) => key.column === column);
  const next = stepOf(known, column);
  if (!add) return next ? [next] : [];
  if (!known) return [...sort, { column }];
  return sort.flatMap((key) => (key !== known ? [key] : next ? [next] : []));
}

function stepOf(known: RecordSort | undefined, column: string): RecordSort | null {
  if (!known) return { column };
  return known.descending ? null : { column, descending: true };
}
