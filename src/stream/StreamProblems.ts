import type { CompletenessProblem } from './CompletenessProblem.js';
import { KeptList } from './KeptList.js';

/** What was found amiss of a stream as it came, as far as nothing has made up for it. */
export class StreamProblems {
  readonly #kept = new KeptList<CompletenessProblem>();
  /** Apart, for how a stream ended is worth more than what was odd in it. */
  readonly #errorLines = new KeptList<CompletenessProblem>();

  get list(): readonly CompletenessProblem[] {
    return [...this.#errorLines, ...this.#kept];
  }

  /** Problems that are counted and not kept. */
  get left(): number {
    return this.#errorLines.left + this.#kept.left;
  }

  has(kind: CompletenessProblem['kind']): boolean {
    for (const problem of this.#kept) if (problem.kind === kind) return true;
    return false;
  }

  add(problem: CompletenessProblem): void {
    if (problem.kind === 'error-line') this.#errorLines.push(problem);
    else this.#kept.push(problem);
  }

  /** The batch came as it should, after all. */
  settleBatch(domain: string, batch: number): void {
    if (this.#kept.length === 0) return;
    this.#kept.settle(
      (it) => it.kind === 'batch-count' && it.domain === domain && it.batch === batch,
    );
  }

  /** All rows of the domain are there. */
  settleDomain(domain: string): void {
    this.#kept.settle(
      (it) => (it.kind === 'batch-unexpected' || it.kind === 'batch-count') && it.domain === domain,
    );
  }

  /** The result went on behind its error. */
  settleError(): void {
    this.#errorLines.clear();
  }
}
