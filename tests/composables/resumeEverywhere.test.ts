import fc from 'fast-check';
import { createPinia, setActivePinia } from 'pinia';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StreamReading } from '../../src/composables/useTraceProgress/StreamReading.js';
import type { TraceDomain } from '../../src/protocol/index.js';
import { useTraceStore } from '../../src/stores/index.js';
import { createTestBackend, type TestBackend } from '../mocks/api/backend.js';
import { MSD_PARAMS, prepareEvents, runToEnd } from '../mocks/api/client.js';
import { createTestRun } from './testRun.js';
import { json, ndjson } from './traceServer.js';

const DOMAINS: TraceDomain[] = ['upstream_history', 'materials'];
const PROFILE = 'query_tool' as const;
/**
 * How long the streams that are cut are, and whether at each byte: streams of 20 kB and each byte of
 * them, CUT_CONTAINERS=4 CUT_EVERY_BYTE=1, take many minutes.
 */
const { CUT_CONTAINERS = '1', CUT_EVERY_BYTE } = process.env;
let backend: TestBackend;
/** What the app answers for each address: it says the same each time. */
const answers = new Map<string, Uint8Array<ArrayBuffer>>();

async function answerOf(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const known = answers.get(url);
  if (known) return known;
  const response = await backend.app.request(url);
  expect(response.status).toBe(200);
  const bytes = new Uint8Array(await response.arrayBuffer());
  answers.set(url, bytes);
  return bytes;
}

async function runJob(containers: number): Promise<string> {
  const ask = async (path: string, init?: RequestInit) => backend.app.request(path, init);
  const host = { request: ask, close: async () => undefined };
  const events = await prepareEvents(host, 'mid_section_defect', MSD_PARAMS, DOMAINS);
  const few = events.container_ids.slice(0, containers);
  const request = { ...events, profile: PROFILE, container_ids: few };
  return (await runToEnd(host, request)).accepted.stream_url!;
}

beforeAll(() => {
  setActivePinia(createPinia());
  const settings = { asyncCidThreshold: 0, streamBatchSize: 4 };
  backend = createTestBackend({ settings });
});
afterAll(() => backend.queue.close());

/** What a server offers besides its stream. */
type Offer = 'cursors' | 'pages' | 'nothing';

/** A stream of the app as a server sends it that offers so much. */
async function streamOf(url: string, offer: Offer): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await answerOf(url);
  if (offer === 'cursors') return bytes;
  const known = answers.get(`plain ${url}`);
  if (known) return known;
  const text = new TextDecoder().decode(bytes).replace(/"cursor":"[^"]*",/g, '');
  expect(text.length).toBeLessThan(bytes.length);
  const plain = new TextEncoder().encode(text);
  answers.set(`plain ${url}`, plain);
  return plain;
}

/** Cuts each stream behind so many bytes, by a connection that breaks or by an early end. */
function cuttingFetch(
  cuts: readonly number[],
  breaks: boolean,
  offer: Offer,
): typeof globalThis.fetch {
  let opened = 0;
  return async (input) => {
    const url = String(input);
    if (url.includes('/result')) {
      if (offer === 'nothing') return json({ code: 'NOT_FOUND', error: 'no' }, { status: 404 });
      const type = { 'Content-Type': 'application/json' };
      return new Response(await answerOf(url), { headers: type });
    }
    const bytes = await streamOf(url, offer);
    const cut = cuts[opened++] ?? Infinity;
    if (cut >= bytes.length) return ndjson(bytes);
    if (!breaks) return ndjson(bytes.slice(0, cut));
    let isSent = cut === 0;
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      if (isSent) return controller.error(new TypeError('reset'));
      isSent = true;
      return controller.enqueue(bytes.slice(0, cut));
    };
    return ndjson(new ReadableStream<Uint8Array>({ pull }));
  };
}

const store = () => useTraceStore('cut');

/** Reads the result over streams that are cut, and says what came of it. */
async function read(
  url: string,
  cuts: readonly number[],
  breaks: boolean,
  offer: Offer = 'cursors',
) {
  const { writer, tables } = store();
  writer.clear();
  const run = createTestRun({
    request: { profile: PROFILE, params: MSD_PARAMS, domains: DOMAINS },
    fetch: cuttingFetch(cuts, breaks, offer),
    writer,
    notify: (notices) => expect(notices).toEqual([]),
    dropRows: () => expect.unreachable(),
  });
  const reading = new StreamReading(run, { statusUrl: url.replace(/\/stream$/, '') });
  const { problems, notices } = await reading.read({ url });
  const text = JSON.stringify(DOMAINS.map((domain) => tables.get(domain)));
  return { problems, notices, text, aggregation: store().aggregation, ...run.meter.read() };
}

/** What differs from the undisturbed reading; null where nothing does. An assertion takes longer. */
function differenceOf(
  { text, rows, resumeCount, problems, notices }: Awaited<ReturnType<typeof read>>,
  undisturbed: Awaited<ReturnType<typeof read>>,
  resumes: number,
): object | null {
  const hasSameCells = text === undisturbed.text && rows === undisturbed.rows;
  const isWhole = hasSameCells && problems.length + notices.length === 0;
  if (isWhole && resumeCount === resumes) return null;
  return { hasSameCells, rows, resumeCount, problems, notices };
}

describe('a stream of the app that is cut', () => {
  it.each<[Offer, number]>([
    ['cursors', 1],
    ['pages', 2],
    ['nothing', 3],
  ])(
    'at any byte comes to the same tables, by a server that offers %s',
    async (offer, step) => {
      const url = await runJob(Number(CUT_CONTAINERS));
      const whole = await streamOf(url, offer);
      const undisturbed = await read(url, [], false, offer);
      expect(undisturbed).toMatchObject({ problems: [], notices: [], resumeCount: 0 });
      expect(undisturbed.rows).toBeGreaterThan(15);
      for (let cut = 0; cut < whole.length; cut++) {
        const isBorder = whole[cut - 1] === 10 || whole[cut] === 10;
        if (!isBorder && !CUT_EVERY_BYTE && cut % step > 0) continue;
        for (const breaks of isBorder ? [true, false] : [cut % 4 < 2]) {
          // a line that lacks nothing but its end is taken where the body ends: the last one is the end
          const isTaken = (end: number) => cut > end || (cut === end && !breaks);
          const isResumed = isTaken(whole.indexOf(10)) && !isTaken(whole.length - 1);
          const got = await read(url, [cut], breaks, offer);
          const difference = differenceOf(got, undisturbed, isResumed ? 1 : 0);
          if (difference) expect(difference, `cut at ${cut}, broken: ${breaks}`).toBeNull();
        }
      }
    },
    CUT_EVERY_BYTE ? 1_800_000 : 120_000,
  );

  it('again and again comes to the same tables', async () => {
    const url = await runJob(12);
    const { length } = await answerOf(url);
    const undisturbed = await read(url, [], false);
    expect(undisturbed.rows).toBeGreaterThan(150);
    // further than the first batch: each stream brings rows, and so never runs out of tries
    const cuts = fc.array(fc.integer({ min: 4_000, max: length }), { minLength: 2, maxLength: 9 });
    const offers = fc.constantFrom<Offer[]>('cursors', 'pages', 'nothing');
    await fc.assert(
      fc.asyncProperty(cuts, fc.boolean(), offers, async (places, breaks, offer) => {
        // a stream from its beginning may be cut before the rows that are new: that is a try in vain
        const few = offer === 'nothing' ? places.slice(0, 5) : places;
        const got = await read(url, few, breaks, offer);
        expect(differenceOf(got, undisturbed, got.resumeCount)).toBeNull();
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
