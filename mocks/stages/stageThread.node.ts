import { parentPort, workerData } from 'node:worker_threads';
import type { SourceOptions } from '../adapters/createSource.js';
import { openCachedSource } from '../nodeCachedSource.js';
import type { TraceSettings } from '../settings.js';
import { boundValues } from './boundValues.js';
import { createStages } from './createStages.js';
import { createRemoteLog, serveStages, type StagePort } from './stageThread.js';

/** What the thread is started with. */
export interface StageThreadData {
  source: SourceOptions;
  settings: TraceSettings;
}

/** The entry of the stages' thread in Node. */
const parent = parentPort;
if (!parent) throw new Error('stageThread runs as a worker thread of the backend only.');
const port: StagePort = {
  post: (reply, transfer) => parent.postMessage(reply, transfer),
  onMessage: (listener) => parent.on('message', listener),
};
const { source, settings } = workerData as StageThreadData;
const log = createRemoteLog(port);
const opened = openCachedSource(source, settings, log);
const stages = createStages({
  source: opened.source,
  settings,
  log,
  randomUUID: () => crypto.randomUUID(),
});
serveStages(port, boundValues(stages, settings), () => opened.close());
