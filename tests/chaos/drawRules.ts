import type { CutEnd, Fault, FaultRule } from '../../mocks/faults.js';
import type { ChaosTrace } from './ChaosTrace.js';
import type { Random } from './createRandom.js';

const CUT_ENDS: readonly CutEnd[] = ['clean', 'half-character', 'close', 'reset'];
const WIRE_ENDS = ['close', 'reset'] as const;
const STATUSES = [429, 500, 502, 503, 504] as const;
/** Longest line that the client takes, and more; few runs send so much. */
const ENDLESS_BYTES = 200_000;

type Draw = (random: Random, trace: ChaosTrace) => Fault;

const place = (random: Random, { streamBytes }: ChaosTrace) => random.whole(0, streamBytes);
const batchOf = (random: Random, { batches }: ChaosTrace) => random.whole(0, batches - 1);

function drawRefusal(random: Random): Fault {
  const status = random.pick(STATUSES);
  const isAsked = status === 429 || status === 503;
  const retryAfterSeconds = isAsked && random.next() < 0.5 ? random.whole(1, 90) : undefined;
  return { kind: 'status', status, retryAfterSeconds };
}

/** What can happen to a stream, and how often it is drawn beside the others. */
const STREAM_FAULTS: readonly (readonly [weight: number, draw: Draw])[] = [
  [8, (r, t) => ({ kind: 'cut', afterBytes: place(r, t), end: r.pick(CUT_ENDS) })],
  [6, (r, t) => ({ kind: 'cut-wire', afterBytes: place(r, t), end: r.pick(WIRE_ENDS) })],
  [3, (r, t) => ({ kind: 'stall', afterBytes: place(r, t) })],
  [2, (r, t) => ({ kind: 'trickle', afterBytes: place(r, t), bytes: r.whole(1, 20), pauseMs: 0 })],
  [5, drawRefusal],
  [1, () => ({ kind: 'html' })],
  [2, (r, t) => ({ kind: 'malformed-line', batch: batchOf(r, t) })],
  [1, (r, t) => ({ kind: 'endless-line', batch: batchOf(r, t), bytes: ENDLESS_BYTES })],
  [1, (r, t) => ({ kind: 'wrong-count', batch: batchOf(r, t), by: r.pick([-1, 1, 7]) })],
  [
    1,
    (r) => ({
      kind: 'wrong-total',
      of: r.pick(['domain_start', 'domain_end', 'complete'] as const),
      by: r.pick([-1, 1, 50]),
    }),
  ],
  [4, (r, t) => ({ kind: 'hole', batch: batchOf(r, t), batches: r.whole(1, 4) })],
  [2, (r, t) => ({ kind: 'short-batch', batch: batchOf(r, t), rows: r.whole(1, t.batchSize) })],
  [2, (r, t) => ({ kind: 'repeat', batch: batchOf(r, t) })],
  [2, (r, t) => ({ kind: 'reorder', batch: batchOf(r, t) })],
  [
    2,
    (r, t) => ({
      kind: 'error-line',
      batch: batchOf(r, t),
      code: r.pick(['SERVER_STOPPING', 'STORE_UNAVAILABLE', 'INTERNAL_ERROR', 'CHUNK_EXPIRED']),
    }),
  ],
  [1, (r) => ({ kind: 'many-domains', domains: r.pick([1, 50, 500]) })],
  [1, (r, t) => ({ kind: 'expire', afterBytes: place(r, t) })],
];
const ALL_WEIGHTS = STREAM_FAULTS.reduce((sum, [weight]) => sum + weight, 0);

function drawStreamFault(random: Random, trace: ChaosTrace): Fault {
  let at = random.next() * ALL_WEIGHTS;
  const found = STREAM_FAULTS.find(([weight]) => (at -= weight) < 0);
  return found![1](random, trace);
}

/** The stages are posted once, and end the run where they fail: drawn seldom. */
const SIDES = [
  'status',
  'status',
  'status',
  'result',
  'result',
  'result',
  'result',
  'events',
] as const;

/** Faults of the requests around the stream. */
function drawSideRule(random: Random, trace: ChaosTrace): FaultRule {
  const on = random.pick(SIDES);
  const nth = on === 'result' ? random.whole(0, 3) : 0;
  if (on === 'events') return { on, fault: drawRefusal(random) };
  const bytes = random.whole(0, 20_000);
  const fault = random.pick<() => Fault>([
    () => drawRefusal(random),
    () => drawRefusal(random),
    () => ({ kind: 'html' }),
    () => ({ kind: 'cut', afterBytes: bytes, end: random.pick(CUT_ENDS) }),
    () => ({ kind: 'cut-wire', afterBytes: bytes, end: random.pick(WIRE_ENDS) }),
    () => ({ kind: 'stall', afterBytes: bytes }),
    () =>
      on === 'result'
        ? { kind: 'short-page', rows: random.whole(1, trace.batchSize) }
        : { kind: 'expire' },
  ])();
  return { on, nth, times: random.pick([1, 1, 2, 3]), fault };
}

/** Few requests meet more than one of them: a storm. */
const storms = (random: Random, fault: Fault) =>
  fault.kind === 'status' ? random.pick([1, 2, 3, 4, 7, 30]) : random.pick([1, 1, 1, 1, 2]);

/** Draws what happens in one run: one to five faults, each at another request or behind the one before. */
export function drawRules(random: Random, trace: ChaosTrace): FaultRule[] {
  const rules: FaultRule[] = [];
  let nth = 0;
  for (let left = random.pick([1, 1, 2, 2, 3, 4, 5]); left > 0; left--) {
    if (random.next() < 0.15) {
      rules.push(drawSideRule(random, trace));
      continue;
    }
    const fault = drawStreamFault(random, trace);
    const times = storms(random, fault);
    rules.push({ on: 'stream', nth, times, fault });
    nth += times;
  }
  return rules;
}
