import type { Log } from '../log.js';
import type { TraceSource } from '../ports.js';
import type { TraceSettings } from '../settings.js';
import { resolveSeeds } from './resolveSeeds.js';
import { takeEvents } from './takeEvents.js';
import { traceLineage } from './traceLineage.js';
import type { StageAnswer, StageName, StageRequest, TraceStages } from './TraceStages.js';

/** What the stages share. */
export interface StagesContext {
  source: TraceSource;
  settings: TraceSettings;
  log: Log;
  randomUUID: () => string;
}

type Stage = (
  request: StageRequest,
  context: StagesContext,
  signal: AbortSignal,
) => Promise<StageAnswer>;

const STAGES: Record<StageName, Stage> = {
  'seed-resolve': resolveSeeds,
  lineage: traceLineage,
  events: takeEvents,
};

/** The stages in the thread that calls them, which their longest steps hold up. */
export function createStages(context: StagesContext): TraceStages {
  return { answer: (request, signal) => STAGES[request.stage](request, context, signal) };
}
