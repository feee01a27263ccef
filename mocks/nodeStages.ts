import { Worker } from 'node:worker_threads';
import type { SourceOptions } from './adapters/createSource.js';
import type { Log } from './log.js';
import type { TraceSettings } from './settings.js';
import type { StageThreadData } from './stages/stageThread.node.js';
import { createThreadStages, type StageThread } from './stages/threadStages.js';
import type { OpenStages } from './stages/TraceStages.js';

/** Built beside whatever entry holds this. */
const STAGE_THREAD = new URL('./stageThread.js', import.meta.url);

/** Opens the stages in a worker thread: no query holds up the thread that answers requests. */
export function openNodeStages(
  source: SourceOptions,
  settings: TraceSettings,
  log: Log,
  url: URL = STAGE_THREAD,
): OpenStages {
  return createThreadStages(() => startStageThread(url, { source, settings }), log);
}

function startStageThread(url: URL, data: StageThreadData): StageThread {
  const { stagesHeapMb } = data.settings;
  const worker = new Worker(url, {
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: stagesHeapMb },
  });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    onMessage: (listener) => void worker.on('message', listener),
    onDeath(listener) {
      worker.on('error', (error) => {
        const outOfMemory = (error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY';
        listener(
          outOfMemory
            ? `The requests under way needed more than ${stagesHeapMb} MB together (TRACE_STAGES_HEAP_MB).`
            : `The thread of the stages failed: ${error instanceof Error ? error.message : String(error)}`,
        );
      });
      worker.on('exit', (code) => listener(`The thread of the stages ended with code ${code}.`));
    },
    setBusy: (isBusy) => (isBusy ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
}
