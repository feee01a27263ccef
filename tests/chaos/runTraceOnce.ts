import { createPinia } from 'pinia';
import { createApp, effectScope } from 'vue';
import { type FaultRule, type SeenRequest } from '../../mocks/faults.js';
import { createFaultServer } from '../../mocks/faults/createFaultServer.js';
import { useTraceProgress } from '../../src/composables/useTraceProgress/useTraceProgress.js';
import type { TraceState } from '../../src/composables/useTraceProgress/traceState.js';
import type { ChaosTrace } from './ChaosTrace.js';
import { VirtualClock } from './VirtualClock.js';

/** A run that has not settled after so long hangs, ms of real time. */
const HANG_MS = 30_000;

/** How a run ended. */
export interface RunEnd {
  /** Null for a run that did not settle. */
  state: TraceState | null;
  /** JSON of each domain's table. */
  tables: ReadonlyMap<string, string>;
  /** Domains that the store calls complete. */
  completeDomains: readonly string[];
  resumeCount: number;
  seen: readonly SeenRequest[];
}

function neverLater(ms: number): { expired: Promise<null>; stop: () => void } {
  let timer: ReturnType<typeof setTimeout>;
  const expired = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  return { expired, stop: () => clearTimeout(timer) };
}

/** Runs the library's own composable once against the trace's server with these faults. */
export async function runTraceOnce(
  { app, profile, domains }: ChaosTrace,
  rules: readonly FaultRule[],
  random: () => number,
): Promise<RunEnd> {
  const deadline = neverLater(HANG_MS);
  const clock = new VirtualClock();
  const ended = new AbortController();
  const onStall = (_request: SeenRequest, left: AbortSignal) =>
    void clock.passUntil(AbortSignal.any([left, ended.signal]));
  const server = await createFaultServer({ app, rules, onStall });
  const scope = effectScope(true);
  const page = createApp({}).use(createPinia());
  const { sleep, now } = clock;
  const options = { profile, domains: [...domains], baseUrl: server.url, sleep, now, random };
  const trace = clock.run(() =>
    scope.run(() => page.runWithContext(() => useTraceProgress(options))),
  )!;
  const ending = clock.run(() => trace.execute({ resolve_type: 'lot_id', values: ['LOT-1'] }));
  const state = await Promise.race([ending, deadline.expired]);
  deadline.stop();
  const { tables } = trace.store;
  const texts = domains.map((name) => [name, JSON.stringify(tables.get(name) ?? [])] as const);
  const { resumeCount } = trace.metrics.value;
  const completeDomains = trace.store.domains
    .filter(({ status }) => status === 'complete')
    .map(({ name }) => name);
  clock.run(() => scope.stop());
  ended.abort();
  await server.close();
  return { state, tables: new Map(texts), completeDomains, resumeCount, seen: server.seen };
}
