/** Batches of a domain as they lie in its table, one chunk of it each. */
export interface Piece {
  /** Number of the batch; of several that came as one page, that of the first. */
  batch: number;
  /** Batches that it stands for; 0 for a further chunk of the piece before it. */
  span: number;
  rows: number;
  /** It has not the rows that it announces. */
  isDoubtful: boolean;
}

/** Batches of a domain that are not there, and the rows of the result that they hold. */
export interface Hole {
  /** Batches `from` … `to`, both included. */
  from: number;
  to: number;
  /** Rows before it in the result. */
  offset: number;
  rows: number;
}

/** Where a batch belongs among the chunks of its table. */
export interface BatchPlace {
  /** Chunks before it. */
  at: number;
  /** Chunks that it takes the place of. */
  removed: number;
}

/** A batch's own chunk, and its place among all. */
export interface FoundPiece {
  at: number;
  piece: Piece;
}

/** Knows in which order the batches of a domain lie in its table, whatever the order in which they came. */
export class BatchPieces {
  readonly #pieces: Piece[] = [];

  get list(): readonly Piece[] {
    return this.#pieces;
  }

  /** Puts a batch in its place; null where that is behind all others. */
  add(batch: number, rows: number, isDoubtful: boolean): BatchPlace | null {
    const at = this.behind(batch);
    this.#pieces.splice(at, 0, { batch, span: 1, rows, isDoubtful });
    return at === this.#pieces.length - 1 ? null : { at, removed: 0 };
  }

  /** Puts the chunks of pages in the place of the batches `from` … `to`, both included. */
  fill(from: number, to: number, chunks: readonly number[]): BatchPlace {
    const at = this.behind(from - 1);
    const removed = this.behind(to) - at;
    const pieces = chunks.map((rows, i) => {
      return { batch: from, span: i === 0 ? to - from + 1 : 0, rows, isDoubtful: false };
    });
    this.#pieces.splice(at, removed, ...pieces);
    return { at, removed };
  }

  remove(at: number): void {
    this.#pieces.splice(at, 1);
  }

  /** Null where a batch has no chunk of its own. */
  find(batch: number): FoundPiece | null {
    const at = this.behind(batch) - 1;
    const piece = this.#pieces[at];
    return piece?.batch === batch && piece.span === 1 ? { at, piece } : null;
  }

  /** How many pieces begin with this batch or one before it. */
  behind(batch: number): number {
    const pieces = this.#pieces;
    if (pieces.length === 0 || pieces.at(-1)!.batch <= batch) return pieces.length;
    let low = 0;
    let high = pieces.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (pieces[middle]!.batch <= batch) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
