import type { StagesContext } from './StagesContext.js';
import { resolveSeeds } from './resolveSeeds.js';
import { takeEvents } from './takeEvents.js';
import { traceLineage } from './traceLineage.js';
import type { StageAnswer, StageName, StageRequest, TraceStages } from './TraceStages.js';

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
