import { createGivenApp } from '../../mocks/given/createGivenApp.js';
import type { TraceDomain, TraceRow } from '../../src/protocol/index.js';
import {
  type ChaosTrace,
  type ChaosTraceSetup,
  expectedTexts,
  readUndisturbed,
} from './ChaosTrace.js';
import { createRandom, type Random } from './createRandom.js';

const DOMAINS: readonly TraceDomain[] = ['history', 'materials', 'rejects'];
const GROUPS = ['切割', '焊接_DB', '成型', '測試', 'plain "quoted" \\ text', '🙂 two units'];
const NAMES = ['plain', 'plain, without pages', 'with holes', 'with holes, without pages'] as const;

/** A row like those of the contract: its number makes each one unlike all others. */
function makeRow(random: Random, domain: string, index: number): TraceRow {
  const minute = String(index % 60).padStart(2, '0');
  return {
    CONTAINERID: `${domain.slice(0, 2)}${String(index >> 2).padStart(14, '0')}`,
    ROW: index,
    WORKCENTERNAME: random.pick(GROUPS),
    TRACKINTIMESTAMP: random.next() < 0.1 ? null : `2026-02-25 08:${minute}:00`,
    QTY: random.next() < 0.5 ? random.whole(0, 5_000) : random.whole(0, 50_000) / 8,
    ...(random.next() < 0.2 && { COMMENT: `text ${random.whole(0, 99)}` }),
  };
}

/** Numbers of batches that have expired; the last one of a domain among them at times. */
function drawExpired(random: Random, batches: number): number[] {
  const numbers = [0, 1, 2].map(() => random.whole(0, batches - 1));
  return [...new Set(numbers)].sort((a, b) => a - b);
}

async function makeTrace(
  name: (typeof NAMES)[number],
  { batchSize, batches }: GivenTracesOptions,
  random: Random,
): Promise<ChaosTrace> {
  const offersPages = !name.includes('without');
  const counts = DOMAINS.map(() => batchSize * (batches - 1) + random.whole(1, batchSize));
  const rows = DOMAINS.map((domain, i) =>
    Array.from({ length: counts[i]! }, (_, index) => makeRow(random, domain, index)),
  );
  const domains = Object.fromEntries(DOMAINS.map((domain, i) => [domain, rows[i]!]));
  const expired = name.startsWith('with holes')
    ? DOMAINS.slice(1).map((domain) => [domain, drawExpired(random, batches)] as const)
    : [];
  const expiredChunks = Object.fromEntries(expired);
  const app = createGivenApp({ domains, batchSize, offersPages, expiredChunks });
  const accepted = await app.fetch(
    new Request('http://chaos.test/api/trace/events', {
      method: 'POST',
      body: JSON.stringify({ profile: 'query_tool_reverse', domains: DOMAINS }),
    }),
  );
  const { stream_url: streamUrl } = (await accepted.json()) as { stream_url: string };
  const setup: ChaosTraceSetup = {
    name: `given, ${name}`,
    profile: 'query_tool_reverse',
    domains: DOMAINS,
    app,
    batchSize,
    offersCursors: false,
    offersPages,
  };
  const read = await readUndisturbed(setup, streamUrl);
  // what has expired was there once: it is what a result without notice would lack
  const expected = new Map(Object.entries(domains));
  const lost = new Map(
    expired.map(([domain, numbers]) => [
      domain,
      numbers.map((number) => [number * batchSize, (number + 1) * batchSize] as const),
    ]),
  );
  return { ...setup, ...read, expected, expectedText: expectedTexts(expected), lost };
}

export interface GivenTracesOptions {
  batchSize: number;
  /** Of each domain. */
  batches: number;
}

/** Traces of a server that has only the given contract, in its four kinds. */
export function makeGivenTraces(options: GivenTracesOptions): Promise<ChaosTrace[]> {
  const random = createRandom(20_260_225);
  return Promise.all(NAMES.map((name) => makeTrace(name, options, random)));
}
