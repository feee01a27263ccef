import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

interface VirtualTimer {
  work: () => void;
  /** Null for a timer that fires once. */
  everyMs: number | null;
  dueMs: number;
}

/** Shorter timeouts are no waits of a trace, and stay real. */
const LEAST_TIMEOUT_MS = 10_000;
/** As long as a tick of the client's idle timer: each step fires it. */
const STEP_MS = 4_500;

const current = new AsyncLocalStorage<VirtualClock>();
const real = { setTimeout, clearTimeout, setInterval, clearInterval };

/** The time of one run: it passes where the run waits, and at once. */
export class VirtualClock {
  #nowMs = 0;
  readonly #timers = new Set<VirtualTimer>();

  /** Runs `work` on this clock. */
  run<T>(work: () => T): T {
    return current.run(this, work);
  }

  readonly now = (): number => this.#nowMs + performance.now();

  readonly sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    this.#pass(ms);
    await nextTurn();
    signal?.throwIfAborted();
  };

  /** Lets time pass, step by step, while the signal is not aborted. */
  async passUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#pass(STEP_MS);
      // what came before the silence is read first
      await new Promise((resolve) => real.setTimeout(resolve, 1));
    }
  }

  addTimer(work: () => void, ms: number, repeats: boolean): VirtualTimer {
    const timer = { work, everyMs: repeats ? ms : null, dueMs: this.#nowMs + ms };
    this.#timers.add(timer);
    return timer;
  }

  removeTimer(timer: VirtualTimer): void {
    this.#timers.delete(timer);
  }

  #pass(ms: number): void {
    this.#nowMs += ms;
    for (const timer of [...this.#timers]) {
      if (timer.dueMs > this.#nowMs) continue;
      // one that is late fires once, as everywhere
      if (timer.everyMs === null) this.#timers.delete(timer);
      else timer.dueMs = this.#nowMs + timer.everyMs;
      timer.work();
    }
  }
}

type Work = (...args: never[]) => void;

function isVirtual(timer: unknown): timer is VirtualTimer {
  return typeof timer === 'object' && timer !== null && 'dueMs' in timer;
}

function clear(timer: unknown, clearReal: (timer: never) => void): void {
  if (isVirtual(timer)) current.getStore()?.removeTimer(timer);
  else clearReal(timer as never);
}

/** Intervals and long timeouts that a run starts are its clock's from now on; returns what ends that. */
export function installVirtualTimers(): () => void {
  const timers = {
    setTimeout: (work: Work, ms = 0, ...args: never[]) => {
      const clock = ms >= LEAST_TIMEOUT_MS && Number.isFinite(ms) ? current.getStore() : undefined;
      return clock?.addTimer(work, ms, false) ?? real.setTimeout(work, ms, ...args);
    },
    setInterval: (work: Work, ms = 0, ...args: never[]) =>
      current.getStore()?.addTimer(work, ms, true) ?? real.setInterval(work, ms, ...args),
    clearTimeout: (timer: unknown) => clear(timer, real.clearTimeout),
    clearInterval: (timer: unknown) => clear(timer, real.clearInterval),
  };
  Object.assign(globalThis, timers);
  return () => void Object.assign(globalThis, real);
}
