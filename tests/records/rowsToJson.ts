/** JSON.stringify turns these into other numbers; JSON.parse makes them of `-0` and `1e999`. */
function isOdd(value: unknown): boolean {
  return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0));
}

function tokenOf(value: unknown): string {
  if (isOdd(value)) return Object.is(value, -0) ? '-0' : (value as number) > 0 ? '1e999' : '-1e999';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(tokenOf).join()}]`;
  const members = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}:${tokenOf(item)}`,
  );
  return `{${members.join()}}`;
}

/** Whether all of a row's values are plain, so that JSON.stringify writes them to the letter. */
function isPlain(row: Record<string, unknown>): boolean {
  for (const name in row) {
    const value = row[name];
    if (isOdd(value) || (typeof value === 'object' && value !== null)) return false;
  }
  return true;
}

/** Rows that JSON.parse made, as JSON from which it makes the same again. */
export function rowsToJson(rows: readonly Record<string, unknown>[]): string {
  return rows.every(isPlain) ? JSON.stringify(rows) : `[${rows.map(tokenOf).join()}]`;
}
