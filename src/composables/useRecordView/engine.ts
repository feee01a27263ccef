import type { RecordView } from '../../records/view/RecordView.js';

type Engine = typeof RecordView;

/** The engine of views, a file of its own: a page that only shows rows does not wait for it. */
export const engine: { loaded: Engine | null } = { loaded: null };

/** Loads the engine; rejects where its file cannot be had. */
export async function loadEngine(): Promise<Engine> {
  const { RecordView, warmUp } = await import('../../records/view/index.js');
  if (!engine.loaded) void warmUp();
  engine.loaded = RecordView;
  return RecordView;
}
