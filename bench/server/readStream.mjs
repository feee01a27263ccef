import { get } from 'node:http';

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Reads a stream with Node's own client, which does not inflate it, and drops its bytes.
 * @param {string} url
 * @param {{ gzip?: boolean, bytesPerSecond?: number, seconds?: number, localAddress?: string }} [options]
 *   at most so fast, no longer than so, and from that address
 */
export async function readStream(
  url,
  { gzip = false, bytesPerSecond, seconds, localAddress } = {},
) {
  const headers = gzip ? { 'Accept-Encoding': 'gzip' } : {};
  const response = await new Promise((resolve, reject) => {
    get(url, { agent: false, headers, localAddress }, resolve).on('error', reject);
  });
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  let bytes = 0;
  for await (const piece of response) {
    bytes += piece.byteLength;
    if (seconds !== undefined && elapsed() > seconds * 1_000) break;
    const early = bytesPerSecond === undefined ? 0 : (bytes / bytesPerSecond) * 1_000 - elapsed();
    if (early > 0) await wait(early);
  }
  return { status: response.statusCode, bytes, seconds: elapsed() / 1_000 };
}
