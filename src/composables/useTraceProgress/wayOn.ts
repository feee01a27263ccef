import { addParameters } from '../../jobs/index.js';
import type { MessageHeader } from '../../stream/index.js';

/** How what is left of a result can be had, once its stream broke off. */
export type WayOn =
  /** From the beginning: no row has come. */
  | { kind: 'start' }
  /** What comes after the line that had this cursor. */
  | { kind: 'cursor'; cursor: string };

/** The way on behind a line of rows; null where the server offers none. */
export function wayOnBehind({ cursor }: MessageHeader): WayOn | null {
  return typeof cursor === 'string' ? { kind: 'cursor', cursor } : null;
}

/** The address at which the result goes on. */
export function urlOnWay(streamUrl: string, way: WayOn | null): string {
  return way?.kind === 'cursor' ? addParameters(streamUrl, { cursor: way.cursor }) : streamUrl;
}
