import type { ChunkStore } from '../../../mocks/ports.js';

/** A store's calls as a plain object, from which a test can make a store that differs in one. */
export const storeCalls = (store: ChunkStore): ChunkStore => ({
  get: (...args) => store.get(...args),
  readJob: (...args) => store.readJob(...args),
  createJob: (...args) => store.createJob(...args),
  beginAttempt: (...args) => store.beginAttempt(...args),
  endJob: (...args) => store.endJob(...args),
  subscribe: (...args) => store.subscribe(...args),
});
