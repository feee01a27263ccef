import { TextNumbers } from './TextNumbers.js';

/**
 * Which lots a container concerns: itself, or those that descend from it. The lots of all
 * containers stand in one list, container by container: a million arrays would take far more.
 */
export class LotsBehind {
  readonly #containers = new TextNumbers();
  /** By container: where its lots begin; those of the next one are behind them. */
  readonly #starts: Int32Array;
  readonly #lots: Int32Array;

  /** `entries` is walked several times, and must be the same each time. */
  constructor(entries: Iterable<readonly [containerId: string, lot: number]>) {
    const containers = this.#containers;
    for (const [id] of entries) containers.add(id);
    const starts = new Int32Array(containers.size + 1);
    let size = 0;
    for (const [id] of entries) {
      starts[containers.find(id)]!++;
      size++;
    }
    // from counts to ends, which become starts while the lots are filled in from behind
    for (let at = 1; at < starts.length; at++) starts[at]! += starts[at - 1]!;
    this.#starts = starts;
    this.#lots = new Int32Array(size);
    for (const [id, lot] of entries) this.#lots[--starts[containers.find(id)]!] = lot;
  }

  has(containerId: unknown): boolean {
    return this.#containers.find(containerId) >= 0;
  }

  /** Visits the lots of a container, none where it concerns none. */
  forEach(containerId: unknown, visit: (lot: number) => void): void {
    const container = this.#containers.find(containerId);
    if (container < 0) return;
    const end = this.#starts[container + 1]!;
    for (let at = this.#starts[container]!; at < end; at++) visit(this.#lots[at]!);
  }
}
