/** The name of what has none, in charts. */
export const UNKNOWN_NAME = '(未知)';

/** Percent to 4 places; 0 where the whole is 0. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Number(((100 * part) / whole).toFixed(4));
}

/** A quantity of a row; what is no finite number counts as 0. */
export function quantityOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

/** A text of a row, or null where it has none: no text, or a blank one. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

/** The order of texts by UTF-16 units, the same on every machine; null comes last. */
export function compareTexts(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}
