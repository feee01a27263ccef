/**
 * A checksum over all cells of a table, in their order: FNV-1a (32 bit) over the JSON text of each
 * value, the columns of a row in the order of their names. Self-contained, so that it can be handed
 * to a page as text; `hash` goes on where an earlier part ended.
 * @param {number} rowCount
 * @param {readonly string[]} columns
 * @param {(row: number, column: string) => unknown} value
 * @param {number} [hash]
 * @returns {number}
 */
export function tableChecksum(rowCount, columns, value, hash = 0x811c9dc5) {
  const names = [...columns].sort();
  for (let row = 0; row < rowCount; row++) {
    for (const name of names) {
      const text = JSON.stringify(value(row, name)) ?? 'absent';
      for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
      hash = Math.imul(hash ^ 0x1f, 0x01000193);
    }
  }
  return hash;
}
