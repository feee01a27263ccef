import {
  stageOf,
  type TraceStage,
  type TraceState,
} from '../../composables/useTraceProgress/traceState.js';
import type { TraceMessages } from '../../locales/TraceMessages.js';

export type StepState =
  'done' | 'current' | 'todo' | 'failed' | 'incomplete' | 'detached' | 'cancelled';

export interface ProgressStep {
  readonly stage: TraceStage;
  readonly state: StepState;
}

const STAGES: readonly TraceStage[] = ['seed-resolve', 'lineage', 'events'];

/** The three stages of a trace, each with how far it is. */
export function progressSteps(state: TraceState): ProgressStep[] {
  // a trace without lots ends where it looked for them
  const stage = 'seedCount' in state && state.seedCount === 0 ? 'seed-resolve' : stageOf(state);
  const index = stage === null ? -1 : STAGES.indexOf(stage);
  return STAGES.map((step, i) => {
    if (i > index) return { stage: step, state: 'todo' };
    return { stage: step, state: i < index ? 'done' : stateOfStep(state) };
  });
}

const ENDS = ['failed', 'incomplete', 'detached', 'cancelled'] as const;

function stateOfStep({ status }: TraceState): StepState {
  if (status === 'complete') return 'done';
  return ENDS.find((end) => end === status) ?? 'current';
}

export function stageName(stage: TraceStage, { stages }: TraceMessages): string {
  if (stage === 'seed-resolve') return stages.resolve;
  return stage === 'lineage' ? stages.lineage : stages.events;
}
