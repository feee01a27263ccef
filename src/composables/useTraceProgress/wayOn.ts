import { addParameters } from '../../jobs/index.js';
import type { MessageHeader } from '../../stream/index.js';

/** How what is left of a result can be had, once its stream broke off. */
export type WayOn =
  /** What comes after the line that had this cursor. */
  | { kind: 'cursor'; cursor: string }
  /** Pages of `/result`, from the first row that is missing. */
  | { kind: 'pages' }
  /** The stream once more, from its beginning; what is there already is dropped. */
  | { kind: 'again' };

/** The ways on that a result offers, the best one first. */
export class WaysOn {
  #cursor: string | null = null;
  /** A batch came. */
  hasBatches = false;
  readonly #refused = new Set<WayOn['kind']>();

  /** A line came. */
  pass({ type, cursor }: MessageHeader): void {
    if (type !== 'records') return;
    this.hasBatches = true;
    this.#cursor = typeof cursor === 'string' ? cursor : null;
  }

  /** A way led nowhere. */
  refuse(kind: WayOn['kind']): void {
    this.#refused.add(kind);
  }

  /** Each way may be tried once more. */
  allowAll(): void {
    this.#refused.clear();
  }

  /** Null where there is none; a job that is at work has no pages, and batches only once. */
  next(isFollowed: boolean): WayOn | null {
    const ways: WayOn[] = [];
    if (this.#cursor !== null) ways.push({ kind: 'cursor', cursor: this.#cursor });
    if (!this.hasBatches) ways.push({ kind: 'again' });
    if (!isFollowed) ways.push({ kind: 'pages' }, { kind: 'again' });
    return ways.find(({ kind }) => !this.#refused.has(kind)) ?? null;
  }
}

/** The address at which the stream goes on. */
export function urlOnWay(streamUrl: string, way: WayOn | null): string {
  return way?.kind === 'cursor' ? addParameters(streamUrl, { cursor: way.cursor }) : streamUrl;
}
