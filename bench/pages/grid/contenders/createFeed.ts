const encoder = new TextEncoder();

/** A stream of one domain that is written by hand. */
export interface Feed {
  /** The answer whose body is the stream. */
  open(): Promise<Response>;
  /** Sends a line of rows; they are a JSON array. */
  sendRows(rows: Uint8Array, rowCount: number): void;
}

/** An NDJSON stream that begins when it is opened and stays open. */
export function createFeed(domain: string): Feed {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let batch = 0;
  const body = new ReadableStream<Uint8Array>({ start: (own) => void (controller = own) });
  const sendLine = (message: object) =>
    controller.enqueue(encoder.encode(`${JSON.stringify(message)}\n`));
  return {
    open() {
      sendLine({ type: 'meta', job_id: 'bench', domains: [domain] });
      sendLine({ type: 'domain_start', domain, total: null });
      const headers = { 'Content-Type': 'application/x-ndjson' };
      return Promise.resolve(new Response(body, { headers }));
    },
    sendRows(rows, rowCount) {
      const place = `"domain":"${domain}","batch":${batch++},"count":${rowCount}`;
      controller.enqueue(encoder.encode(`{"type":"records",${place},"data":`));
      controller.enqueue(rows);
      controller.enqueue(encoder.encode('}\n'));
    },
  };
}
