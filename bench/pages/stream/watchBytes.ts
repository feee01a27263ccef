/**
 * Resolves with the moment when the first `bytes` bytes were read from a body by whoever reads in
 * this page, through a reader of the default kind.
 */
export function watchBytes(bytes: number): Promise<number> {
  const { prototype } = ReadableStreamDefaultReader;
  const read = prototype.read;
  let seen = 0;
  return new Promise((resolve) => {
    prototype.read = async function (this: ReadableStreamDefaultReader) {
      const result = await read.call(this);
      if (result.value instanceof Uint8Array) seen += result.value.byteLength;
      if (seen >= bytes && prototype.read !== read) {
        prototype.read = read;
        resolve(performance.now());
      }
      return result;
    };
  });
}
