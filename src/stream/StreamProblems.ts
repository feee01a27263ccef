import type { CompletenessProblem } from './CompletenessProblem.js';

/** What was found amiss of a stream as it came, as far as nothing has made up for it. */
export class StreamProblems {
  #list: CompletenessProblem[] = [];

  get list(): readonly CompletenessProblem[] {
    return this.#list;
  }

  has(kind: CompletenessProblem['kind']): boolean {
    return this.#list.some((it) => it.kind === kind);
  }

  add(problem: CompletenessProblem): void {
    this.#list.push(problem);
  }

  /** The batch came as it should, after all. */
  settleBatch(domain: string, batch: number): void {
    if (this.#list.length === 0) return;
    this.#drop((it) => it.kind === 'batch-count' && it.domain === domain && it.batch === batch);
  }

  /** All rows of the domain are there. */
  settleDomain(domain: string): void {
    this.#drop(
      (it) => (it.kind === 'batch-unexpected' || it.kind === 'batch-count') && it.domain === domain,
    );
  }

  /** The result went on behind its error. */
  settleError(): void {
    this.#drop(({ kind }) => kind === 'error-line');
  }

  #drop(isSettled: (problem: CompletenessProblem) => boolean): void {
    this.#list = this.#list.filter((problem) => !isSettled(problem));
  }
}
