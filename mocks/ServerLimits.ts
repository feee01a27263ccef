import type { Log } from './log.js';
import type { TraceMetrics } from './metrics.js';
import type { TraceSettings } from './settings.js';

/** What a listening server lets its clients do. */
export interface ServerLimits extends Pick<
  TraceSettings,
  | 'headerSeconds'
  | 'maxHeaderBytes'
  | 'requestSeconds'
  | 'slowReaderSeconds'
  | 'leastBytesPerSecond'
  | 'keepAliveSeconds'
  | 'maxConnections'
  | 'connectionsPerAddress'
> {
  /** All connections come from a proxy then. */
  isBehindProxy: boolean;
  log: Log;
  metrics?: Pick<TraceMetrics, 'refused'>;
}
