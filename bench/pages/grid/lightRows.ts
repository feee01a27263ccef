const encoder = new TextEncoder();
const NAMES = 8;

/** Rows of two columns, from the row `from` on, as the bytes of a JSON array. */
export function lightRows(from: number, count: number): Uint8Array<ArrayBuffer> {
  const rows = Array.from({ length: count }, (_, index) => {
    const id = from + index;
    return `{"ID":${id},"NAME":"M${id % NAMES}"}`;
  });
  return encoder.encode(`[${rows.join(',')}]`);
}
