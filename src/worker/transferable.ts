/** The bytes of a chunk alone: one that is part of a larger buffer must not take the rest of it away. */
export function transferable(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = chunk;
  const isWhole = byteOffset === 0 && byteLength === buffer.byteLength;
  return isWhole ? (chunk as Uint8Array<ArrayBuffer>) : chunk.slice();
}
