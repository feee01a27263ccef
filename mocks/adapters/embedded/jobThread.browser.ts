import { createSource } from '../createSource.js';
import { serveJobThread } from './jobThread.js';

/** The entry of a job's thread in a page: a dedicated Web Worker. */
serveJobThread(
  {
    post: (message, transfer = []) => self.postMessage(message, { transfer }),
    onMessage: (listener) => self.addEventListener('message', ({ data }) => listener(data)),
  },
  createSource,
);
