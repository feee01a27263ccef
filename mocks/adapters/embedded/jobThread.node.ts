import { parentPort } from 'node:worker_threads';
import { nodeCompression } from '../../results/nodeCompression.js';
import { openNodeSource } from '../../nodeSource.js';
import { serveJobThread } from './jobThread.js';

/** The entry of a job's thread in Node. */
const parent = parentPort;
if (!parent) throw new Error('jobThread runs as a worker thread of the backend only.');
serveJobThread(
  {
    post: (message, transfer) => parent.postMessage(message, transfer),
    onMessage: (listener) => parent.on('message', listener),
  },
  { openSource: openNodeSource, compression: nodeCompression },
);
