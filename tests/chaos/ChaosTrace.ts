import type { RequestApp } from '../../mocks/faults.js';
import type { TraceDomain, TraceProfile, TraceRow } from '../../src/protocol/index.js';

/** A trace that chaos reads again and again, and all that is known of it. */
export interface ChaosTrace {
  name: string;
  profile: TraceProfile;
  /** In their order. */
  domains: readonly TraceDomain[];
  /** Answers the three stages, and the job that they lead to. */
  app: RequestApp;
  /** The rows of the undisturbed result, read without this library. */
  expected: ReadonlyMap<string, readonly TraceRow[]>;
  /** JSON of the rows, as `JSON.stringify` writes a table. */
  expectedText: ReadonlyMap<string, string>;
  /** Rows that no request can have any more, by domain: from … to before. */
  lost: ReadonlyMap<string, readonly (readonly [from: number, to: number])[]>;
  batchSize: number;
  /** `records` lines of the stream. */
  batches: number;
  /** Bytes of the stream's body as the client asks for it. */
  streamBytes: number;
  offersCursors: boolean;
  offersPages: boolean;
  /** The job is at work while it is read: nobody knows its totals before its domains end. */
  isFollowed?: boolean;
}

/** What a server needs to be told of a trace before it is read the first time. */
export type ChaosTraceSetup = Pick<
  ChaosTrace,
  | 'name'
  | 'profile'
  | 'domains'
  | 'app'
  | 'batchSize'
  | 'offersCursors'
  | 'offersPages'
  | 'isFollowed'
>;

type Line = { type?: string; domain: string; data: TraceRow[] };

/** Reads the undisturbed result with `JSON.parse` alone. */
export async function readUndisturbed(setup: ChaosTraceSetup, streamUrl: string) {
  const request = (encoding: string) =>
    new Request(new URL(streamUrl, 'http://chaos.test'), {
      headers: { 'Accept-Encoding': encoding },
    });
  const text = await (await setup.app.fetch(request('identity'))).text();
  const asSent = await (await setup.app.fetch(request('gzip'))).arrayBuffer();
  const lines = text.split('\n').filter(Boolean);
  const records = lines
    .map((line) => JSON.parse(line) as Line)
    .filter(({ type }) => type === 'records');
  const expected = new Map<string, TraceRow[]>(setup.domains.map((domain) => [domain, []]));
  for (const { domain, data } of records) expected.get(domain)!.push(...data);
  return { expected, batches: records.length, streamBytes: asSent.byteLength };
}

export function expectedTexts(expected: ReadonlyMap<string, readonly TraceRow[]>) {
  return new Map([...expected].map(([domain, rows]) => [domain, JSON.stringify(rows)]));
}
