import { plainText } from '../../records/plainText.js';

/** Longer texts are cut: no cell shows more, and one of megabytes would stall the layout. */
const MAX_CELL_CHARACTERS = 500;

/** The text of a cell; null where there is no value, as opposed to an empty text. */
export function cellText(
  value: unknown,
  row: number,
  format?: (value: unknown, row: number) => string,
): string | null {
  if (value === null || value === undefined) return null;
  const text = format ? format(value, row) : plainText(value);
  return text.length > MAX_CELL_CHARACTERS ? `${text.slice(0, MAX_CELL_CHARACTERS)}…` : text;
}
