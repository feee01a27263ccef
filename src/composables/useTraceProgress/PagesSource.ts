import type { StreamCheck } from '../../stream/StreamCheck.js';
import type { StreamReceiver } from './StreamReceiver.js';
import type { TraceRun } from './TraceRun.js';

/** What pages are fetched for, and of whom. */
export interface PagesSource {
  run: TraceRun;
  statusUrl: string;
  check: StreamCheck;
  receiver: StreamReceiver;
  /** There is no stream: a result that comes whole is taken as it is. */
  isOnlyWay: boolean;
  /** The stream broke off; false where it ended, with holes. */
  isBreak: boolean;
  /** What broke it off, and is waited out first. */
  after: Error | null;
  addBytes: (bytes: number) => void;
}
