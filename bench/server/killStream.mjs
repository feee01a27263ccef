import { createHash } from 'node:crypto';
import { wait } from './killTools.mjs';

/** No stream takes longer, ms. */
const STREAM_MS = 120_000;
const DATA = ',"data":';

/** Sums of what a stream brought, by domain: rows, and a digest of all cells as they came. */
class StreamSums {
  #domains = new Map();
  #aggregation = '';
  /** The line that ends a stream; null before it. */
  end = null;
  /** What no stream may do. */
  fault = '';

  #domain(name) {
    const known = this.#domains.get(name);
    if (known) return known;
    const made = { rows: 0, batches: 0, hash: createHash('sha1') };
    this.#domains.set(name, made);
    return made;
  }

  /** @param {Buffer} line */
  add(line) {
    if (line.length === 0) return;
    if (this.end) this.fault = `lines behind ${this.end.type}`;
    const data = line.subarray(0, 400).indexOf(DATA);
    const head = data === -1 ? line : Buffer.concat([line.subarray(0, data), Buffer.from('}')]);
    const message = JSON.parse(head);
    if (message.type === 'records') this.#addRecords(message, line.subarray(data));
    else if (message.type === 'aggregation') {
      this.#aggregation = createHash('sha1').update(line).digest('hex');
    } else if (message.type === 'domain_end') {
      const { rows } = this.#domain(message.domain);
      if (rows !== message.count) this.fault = `${message.domain}: ${rows} of ${message.count}`;
    } else if (message.type === 'complete' || message.type === 'error') this.end = message;
  }

  #addRecords({ domain, batch, count }, data) {
    const sums = this.#domain(domain);
    if (batch !== sums.batches++) this.fault = `${domain}: batch ${batch} out of order`;
    sums.rows += count;
    sums.hash.update(data);
  }

  get rows() {
    return [...this.#domains.values()].reduce((sum, { rows }) => sum + rows, 0);
  }

  digest() {
    const names = [...this.#domains.keys()].sort();
    const parts = names.map((name) => {
      const { rows, hash } = this.#domains.get(name);
      return `${name} ${rows} ${hash.copy().digest('hex')}`;
    });
    return [...parts, this.#aggregation].join(', ');
  }
}

async function addLines(sums, body, pauseMs) {
  let rest = Buffer.alloc(0);
  for await (const bytes of body) {
    const text = Buffer.concat([rest, bytes]);
    let from = 0;
    for (let at = text.indexOf(10); at !== -1; at = text.indexOf(10, from)) {
      sums.add(text.subarray(from, at));
      from = at + 1;
    }
    rest = text.subarray(from);
    if (pauseMs > 0) await wait(pauseMs);
  }
  if (rest.length > 0) sums.fault = 'a line without its end';
}

function outcome(sums, failure) {
  const { end, rows, fault } = sums;
  if (fault) return { end: 'false', code: fault, rows };
  if (!end) return { end: 'cut', code: failure, rows };
  if (end.type === 'error') return { end: 'error', code: end.code, rows };
  if (end.total_records !== rows) return { end: 'false', code: `${end.total_records} rows`, rows };
  return { end: 'complete', rows, digest: sums.digest() };
}

/**
 * Reads a stream to its end. `end` is complete, error, refused (an HTTP status), cut (no last line),
 * or false (its lines contradict each other).
 * @param {string} url
 * @param {{ gzip?: boolean, pauseMs?: number }} [how]
 */
export async function readToEnd(url, { gzip = false, pauseMs = 0 } = {}) {
  const sums = new StreamSums();
  try {
    const response = await fetch(url, {
      headers: { 'Accept-Encoding': gzip ? 'gzip' : 'identity' },
      signal: AbortSignal.timeout(STREAM_MS),
    });
    if (!response.ok) {
      const { error } = await response.json();
      return { end: 'refused', code: `${response.status} ${error.code}`, rows: 0 };
    }
    await addLines(sums, response.body, pauseMs);
  } catch (error) {
    return outcome(sums, String(error.cause ?? error));
  }
  return outcome(sums, 'the body ended');
}
