import type { TraceStage, TraceState } from '../../composables/useTraceProgress/traceState.js';
import type { TraceMessages } from '../../locales/TraceMessages.js';

export type StepState = 'done' | 'current' | 'todo' | 'failed' | 'incomplete' | 'cancelled';

export interface ProgressStep {
  readonly stage: TraceStage;
  readonly state: StepState;
}

const STAGES: readonly TraceStage[] = ['seed-resolve', 'lineage', 'events'];

/** The three stages of a trace, each with how far it is. */
export function progressSteps(state: TraceState): ProgressStep[] {
  const { index, here } = placeOf(state);
  return STAGES.map((stage, i) => ({
    stage,
    state: i < index ? 'done' : i > index ? 'todo' : here,
  }));
}

/** The stage that the state belongs to, by its index, and how that stage stands. */
function placeOf(state: TraceState): { index: number; here: StepState } {
  switch (state.status) {
    case 'idle':
      return { index: 0, here: 'todo' };
    case 'resolving':
      return { index: 0, here: 'current' };
    case 'tracing-lineage':
      return { index: 1, here: 'current' };
    case 'queued':
    case 'running':
    case 'streaming':
      return { index: 2, here: 'current' };
    case 'complete':
      return { index: 2, here: 'done' };
    case 'incomplete':
      return { index: 2, here: 'incomplete' };
    case 'failed':
    case 'cancelled':
      return { index: STAGES.indexOf(state.stage), here: state.status };
  }
}

/** True while a trace can be cancelled. */
export function isUnderWay(state: TraceState): boolean {
  return progressSteps(state).some((step) => step.state === 'current');
}

export function stageName(stage: TraceStage, { stages }: TraceMessages): string {
  if (stage === 'seed-resolve') return stages.resolve;
  return stage === 'lineage' ? stages.lineage : stages.events;
}
