import { asciiPlaces } from './collation.js';
import { inSteps, type Steps } from './Steps.js';
import { isNumberAt, startOf, type TextRun } from './TextRun.js';

/** Texts looked through between two stops. */
const STEP_TEXTS = 2048;

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
    const count = runs[run]!.ends.length;
    yield* inSteps(count, (from, to) => sortOutRun(plain, odd, run, from, to, number), STEP_TEXTS);
    number += count;
  }
  return { plain, odd };
}

/** Sorts out some texts of a run, whose first one has the number `number`. */
function sortOutRun(
  plain: TextList,
  odd: TextList,
  run: number,
  from: number,
  to: number,
  number: number,
): void {
  const texts = plain.runs[run]!;
  const { ends, flags, isToken } = texts;
  for (let i = from; i < to; i++) {
    if (flags?.[i] || (isToken && isNumberAt(texts, i))) continue;
    const length = ends[i]! - startOf(texts, i);
    (isPlain(texts, i) ? plain : odd).add(run, i, number + i, length);
  }
}

function isPlain(run: TextRun, i: number): boolean {
  if (run.isToken?.[i]) return false;
  const { bytes } = run;
  const end = run.ends[i]!;
  for (let at = startOf(run, i); at < end; at++) if (asciiPlaces[bytes[at]!] === 0) return false;
  return true;
}
