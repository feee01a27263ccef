import type { FaultRule } from '../../mocks/faults.js';
import { fitsBudget } from './budget.js';
import type { ChaosTrace } from './ChaosTrace.js';
import { ChaosTally } from './ChaosTally.js';
import { randomOfRun } from './createRandom.js';
import { drawRules } from './drawRules.js';
import { judgeRun, type RunVerdict } from './judgeRun.js';
import { type RunEnd, runTraceOnce } from './runTraceOnce.js';
import { installVirtualTimers } from './VirtualClock.js';

export interface ChaosOptions {
  /** Of one server. */
  traces: readonly ChaosTrace[];
  runs: number;
  seed: number;
  /** This run alone. @default all */
  only?: number;
  /** Runs at the same time; a page has two streams. @default 2 */
  lanes?: number;
  /** Told of each run that is over. */
  onRun?: (run: ChaosRun) => void;
}

/** One run, and what came of it. */
export interface ChaosRun {
  run: number;
  trace: ChaosTrace;
  rules: readonly FaultRule[];
  end: RunEnd;
  verdict: RunVerdict;
  /** Its faults can be made good within the budget of tries. */
  isFit: boolean;
}

/** Draws one run and holds it; traces that can end complete are drawn three times as often as others. */
async function holdRun(
  { traces, seed }: ChaosOptions,
  run: number,
  rejections: readonly unknown[],
): Promise<ChaosRun> {
  const random = randomOfRun(seed, run);
  const trace = random.pick(traces.flatMap((it) => (it.lost.size === 0 ? [it, it, it] : [it])));
  const rules = drawRules(random, trace);
  const before = rejections.length;
  const end = await runTraceOnce(trace, rules, () => random.next());
  // a rejection is told a turn later
  await new Promise((resolve) => setImmediate(resolve));
  const verdict = judgeRun(trace, end);
  for (const reason of rejections.slice(before)) {
    verdict.violations.push({ kind: 'unhandled rejection', text: String(reason) });
  }
  return { run, trace, rules, end, verdict, isFit: fitsBudget(trace, end.seen) };
}

/** Runs traces with random faults, and counts how they end. The same seed draws the same faults. */
export async function holdChaos(options: ChaosOptions): Promise<ChaosTally> {
  const { runs, only, lanes = 2, onRun } = options;
  const tally = new ChaosTally();
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown) => void rejections.push(reason);
  process.on('unhandledRejection', onRejection);
  const restoreTimers = installVirtualTimers();
  let next = only ?? 0;
  const end = only === undefined ? runs : only + 1;
  async function lane(): Promise<void> {
    while (next < end) {
      const held = await holdRun(options, next++, rejections);
      tally.add(held);
      onRun?.(held);
    }
  }
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    restoreTimers();
    process.off('unhandledRejection', onRejection);
  }
  return tally;
}
