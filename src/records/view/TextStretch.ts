import { startOf, type TextRun, valueAt } from './TextRun.js';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Texts of a run from `from` to `to`, decoded at once: a decoder costs far more to call than to run. */
export class TextStretch {
  readonly run: TextRun;
  readonly from: number;
  readonly to: number;
  /** All of them, one behind the other. */
  readonly text: string;
  /** Where each of them ends in `text`. */
  readonly ends: Uint32Array;

  constructor(run: TextRun, from: number, to: number) {
    this.run = run;
    this.from = from;
    this.to = to;
    const start = startOf(run, from);
    const bytes = run.bytes.subarray(start, run.ends[to - 1]);
    this.text = decoder.decode(bytes);
    this.ends = run.ends.slice(from, to);
    const { ends } = this;
    for (let i = 0; i < ends.length; i++) ends[i]! -= start;
    // as many UTF-16 units as bytes: all ASCII
    if (this.text.length < bytes.length) toUnits(ends, bytes);
  }

  /** The value of a text or a token of the run. */
  value(i: number): unknown {
    if (this.run.isToken?.[i]) return valueAt(this.run, i);
    const at = i - this.from;
    return this.text.slice(at === 0 ? 0 : this.ends[at - 1], this.ends[at]);
  }
}

/** Turns places in UTF-8 into places in UTF-16, where four bytes are two units and fewer are one. */
function toUnits(ends: Uint32Array, bytes: Uint8Array): void {
  let units = 0;
  let at = 0;
  for (let i = 0; i < ends.length; i++) {
    for (const end = ends[i]!; at < end; at++) {
      const byte = bytes[at]!;
      if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
    }
    ends[i] = units;
  }
}
