import type { TraceGuard } from './createTraceGuard.js';
import type { TraceMetrics } from './traceState.js';

/** Counts what a trace has received, and how fast. */
export interface TraceMeter {
  /** A step with a percentage of its own begins (the job, the stream). */
  startStep(): void;
  /** 0–100 of the step under way. */
  setPercent(percent: number): void;
  setBytes(bytes: number): void;
  /** Rows of all domains. */
  setTotal(rows: number): void;
  addRows(rows: number): void;
  /** A stream that broke off goes on. */
  addResume(): void;
  /** The rows so far are read anew. */
  dropRows(): void;
  /** The trace has ended: time stands still. */
  end(): void;
  /** It goes on after all; the time in between counts for nothing. */
  goOn(): void;
  read(): TraceMetrics;
}

/** Too early a guess of the time left is worse than none. */
const LEAST_PERCENT_TO_GUESS = 2;

export function createTraceMeter(now: () => number, guard?: TraceGuard): TraceMeter {
  return new Meter(now, guard);
}

class Meter implements TraceMeter {
  readonly #now: () => number;
  #startedAt: number;
  #stepStartedAt: number;
  #endedAt: number | null = null;
  #percent: number | null = null;
  #rows = 0;
  #total: number | null = null;
  #bytes = 0;
  #resumes = 0;

  readonly #guard: TraceGuard | undefined;

  constructor(now: () => number, guard?: TraceGuard) {
    this.#guard = guard;
    this.#now = now;
    this.#startedAt = this.#stepStartedAt = now();
  }

  startStep(): void {
    this.#stepStartedAt = this.#now();
    this.#percent = null;
  }

  setPercent(percent: number): void {
    this.#percent = Math.min(100, Math.max(0, percent));
  }

  setBytes(bytes: number): void {
    this.#bytes = bytes;
    this.#guard?.holdBytes(bytes);
  }

  setTotal(rows: number): void {
    this.#total = rows;
  }

  addRows(rows: number): void {
    this.#rows += rows;
    this.#guard?.holdRows(this.#rows);
  }

  addResume(): void {
    this.#resumes++;
  }

  dropRows(): void {
    this.#rows = 0;
    this.#total = null;
  }

  end(): void {
    this.#endedAt ??= this.#now();
  }

  goOn(): void {
    if (this.#endedAt === null) return;
    const pauseMs = this.#now() - this.#endedAt;
    this.#startedAt += pauseMs;
    this.#stepStartedAt += pauseMs;
    this.#endedAt = null;
  }

  read(): TraceMetrics {
    const time = this.#endedAt ?? this.#now();
    const seconds = (time - this.#stepStartedAt) / 1000;
    return {
      rows: this.#rows,
      totalRows: this.#total,
      bytes: this.#bytes,
      rowsPerSecond: seconds > 0 ? this.#rows / seconds : 0,
      elapsedMs: time - this.#startedAt,
      remainingMs: this.#remainingMs(time),
      percent: this.#percent,
      resumeCount: this.#resumes,
    };
  }

  #remainingMs(time: number): number | null {
    const percent = this.#percent;
    if (this.#endedAt !== null) return null;
    if (percent === null || percent < LEAST_PERCENT_TO_GUESS) return null;
    return ((time - this.#stepStartedAt) * (100 - percent)) / percent;
  }
}
