import type { Log } from '../log.js';
import type { TraceSource } from '../ports.js';
import type { TraceSettings } from '../settings.js';

/** What the stages share. */
export interface StagesContext {
  source: TraceSource;
  settings: TraceSettings;
  log: Log;
  randomUUID: () => string;
}
