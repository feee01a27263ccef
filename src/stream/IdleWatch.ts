/** In which a timeout is counted: few enough to cost nothing, enough to be near the time asked for. */
const TICKS = 10;
/** Longer intervals overflow the timers of browsers and Node, which then fire without a pause. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export const DEFAULT_IDLE_TIMEOUT_MS = 45_000;

export interface IdleWatchOptions {
  /** Milliseconds; Infinity for none. */
  timeoutMs: number;
  /** What is waited for ends with it, too. */
  signal?: AbortSignal;
  /** Makes the error that the watch's signal aborts with. */
  onIdle: () => Error;
}

/**
 * Aborts its signal when nothing came for so long while something was waited for. Counted in ticks of
 * time awake: a machine that slept and a tab whose timers are held back come late to a tick, which
 * then counts as one, and what lies ready in the network gets another to be delivered.
 */
export class IdleWatch {
  readonly #controller = new AbortController();
  readonly #options: IdleWatchOptions;
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  readonly #tickMs: number;
  #tickedAt = Date.now();
  #ticks = 0;
  #isWaiting = true;
  #wasLate = false;

  constructor(options: IdleWatchOptions) {
    const { timeoutMs, signal } = options;
    this.#options = options;
    this.#tickMs = Math.min(timeoutMs / TICKS, MAX_TIMER_MS);
    if (timeoutMs !== Infinity) this.#timer = setInterval(() => this.#tick(), this.#tickMs);
    if (signal?.aborted) this.#follow();
    else signal?.addEventListener('abort', this.#follow, { once: true });
  }

  /** Aborts when the given one does, and after the timeout. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now on something should come. */
  wait(): void {
    this.#ticks = 0;
    this.#isWaiting = true;
  }

  /** What came was nothing: the time that was waited before counts on. */
  waitOn(): void {
    this.#isWaiting = true;
  }

  /** Something came, and nothing more is wanted for a while. */
  pause(): void {
    this.#isWaiting = false;
  }

  /** Leaves neither timer nor listener behind. */
  stop(): void {
    clearInterval(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#follow);
  }

  readonly #follow = (): void => this.#controller.abort(this.#options.signal?.reason);

  #tick(): void {
    // the clock of the day: others stand still while a machine sleeps
    const time = Date.now();
    const isLate = time - this.#tickedAt > 2 * this.#tickMs;
    const isFirstLate = isLate && !this.#wasLate;
    this.#tickedAt = time;
    this.#wasLate = isLate;
    if (!this.#isWaiting) return;
    // the first of them may have begun before the waiting did
    if (++this.#ticks <= TICKS || isFirstLate) return;
    this.stop();
    this.#controller.abort(this.#options.onIdle());
  }
}
