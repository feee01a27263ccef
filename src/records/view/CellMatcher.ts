import type { TextRun } from './TextRun.js';

/** What a filter asks of a cell, by the kinds in which cells are kept. */
export interface CellMatcher {
  /** The answer for null and for a cell that is absent. */
  readonly none: boolean;
  /** False where no number, or no time, can match: such cells need not be looked at. */
  readonly canBeNumber: boolean;
  readonly canBeTime: boolean;
  number(number: number): boolean;
  /** Seconds that stand for a text `YYYY-MM-DD HH:MM:SS`. */
  time(seconds: number): boolean;
  /** Any other value: a boolean, an object, an array or a text. */
  value(value: unknown): boolean;
  /** Writes 1 for each text from `from` to `to` that matches, from `hits[at]` on; tokens are not asked. */
  texts?(run: TextRun, from: number, to: number, hits: Uint8Array, at: number): void;
}
