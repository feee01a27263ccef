import type { CutEnd, Fault } from '../../mocks/faults.js';
import type { ChaosTrace } from './ChaosTrace.js';
import { judgeRun, type RunVerdict } from './judgeRun.js';
import { runTraceOnce } from './runTraceOnce.js';
import { installVirtualTimers } from './VirtualClock.js';

export interface CutOptions {
  trace: ChaosTrace;
  /** Cuts at each position that this divides. @default 1 */
  every?: number;
  /** This position alone. */
  only?: number;
  lanes?: number;
  onCut?: (position: number) => void;
}

/** A position that did not end right. */
export interface WrongCut {
  position: number;
  fault: Fault;
  verdict: RunVerdict;
  problems: string;
}

const ENDS: readonly CutEnd[] = ['clean', 'close', 'reset'];

/** The ways of cutting take turns; each fourth cut counts the bytes of the wire, head and framing. */
function faultAt(position: number): Fault {
  const turn = position % 4;
  if (turn === 3) return { kind: 'cut-wire', afterBytes: position, end: 'close' };
  return { kind: 'cut', afterBytes: position, end: ENDS[turn]! };
}

async function cutAt(trace: ChaosTrace, position: number): Promise<WrongCut | null> {
  const fault = faultAt(position);
  const end = await runTraceOnce(trace, [{ on: 'stream', fault }], () => 0.5);
  const verdict = judgeRun(trace, end);
  const isRight =
    verdict.outcome === 'complete' && verdict.isWhole && verdict.violations.length === 0;
  return isRight ? null : { position, fault, verdict, problems: JSON.stringify(end.state) };
}

/** Reads a trace once for each byte of its stream, cut behind that byte; all must end complete and whole. */
export async function cutEverywhere(options: CutOptions) {
  const { trace, every = 1, only, lanes = 2, onCut } = options;
  const restoreTimers = installVirtualTimers();
  const wrong: WrongCut[] = [];
  let positions = 0;
  let next = only ?? 0;
  const last = only ?? trace.streamBytes;
  async function lane(): Promise<void> {
    while (next <= last) {
      const position = next;
      next += every;
      const found = await cutAt(trace, position);
      if (found) wrong.push(found);
      positions += 1;
      onCut?.(position);
    }
  }
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    restoreTimers();
  }
  return { positions, wrong };
}
