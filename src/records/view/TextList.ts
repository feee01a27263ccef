import { asciiPlaces } from './collation.js';
import { type Steps, STEP_ROWS } from './Steps.js';
import { isNumberAt, startOf, type TextRun } from './TextRun.js';

/** Some texts of several runs. */
export class TextList {
  readonly runs: readonly TextRun[];
  /** Which run each text stands in, and where. */
  run: Uint32Array;
  place: Uint32Array;
  /** The number of each text, counted through all runs. */
  number: Uint32Array;
  count = 0;
  /** Bytes of the longest one. */
  mostLength = 0;

  constructor(runs: readonly TextRun[], capacity: number) {
    this.runs = runs;
    this.run = new Uint32Array(capacity);
    this.place = new Uint32Array(capacity);
    this.number = new Uint32Array(capacity);
  }

  add(run: number, place: number, number: number, length: number): void {
    const i = this.count++;
    this.run[i] = run;
    this.place[i] = place;
    this.number[i] = number;
    if (length > this.mostLength) this.mostLength = length;
  }
}

/** Texts whose order their bytes tell, and those that the collator must be asked for. */
export interface SortedOut {
  plain: TextList;
  odd: TextList;
}

/** Sorts out the texts of `runs` from `firstRun` on; leaves out numbers and cells without a value. */
export function* sortOut(runs: readonly TextRun[], firstRun: number): Steps<SortedOut> {
  let capacity = 0;
  for (let run = firstRun; run < runs.length; run++) capacity += runs[run]!.ends.length;
  const plain = new TextList(runs, capacity);
  const odd = new TextList(runs, capacity);
  let number = 0;
  for (let run = firstRun; run < runs.length; run++) {
    const { ends, flags, isToken } = runs[run]!;
    for (let place = 0; place < ends.length; place++, number++) {
      if (number % STEP_ROWS === STEP_ROWS - 1) yield;
      if (flags?.[place] || (isToken && isNumberAt(runs[run]!, place))) continue;
      const length = ends[place]! - startOf(runs[run]!, place);
      (isPlain(runs[run]!, place) ? plain : odd).add(run, place, number, length);
    }
  }
  return { plain, odd };
}

function isPlain(run: TextRun, i: number): boolean {
  if (run.isToken?.[i]) return false;
  const { bytes } = run;
  const end = run.ends[i]!;
  for (let at = startOf(run, i); at < end; at++) if (asciiPlaces[bytes[at]!] === 0) return false;
  return true;
}
