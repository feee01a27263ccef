import type { CellMatcher } from './CellMatcher.js';
import { containsMatcher } from './containsMatcher.js';
import type { RecordFilter } from './RecordQuery.js';
import { emptyMatcher, rangeMatcher, setMatcher } from './valueMatchers.js';

/** What a filter asks of its column's cells. */
export function createMatcher(filter: RecordFilter): CellMatcher {
  if ('text' in filter) return containsMatcher(filter.text);
  if ('values' in filter) return setMatcher(filter.values);
  if ('empty' in filter) return emptyMatcher(filter.empty);
  if ('from' in filter || 'to' in filter) return rangeMatcher(filter);
  throw new TypeError(
    `A filter of ${filter.column} asks nothing: give it text, values, from, to or empty.`,
  );
}
