/** The text of a value that is neither null nor undefined, as a cell shows it and a filter reads it. */
export function plainText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
