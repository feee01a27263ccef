import { expect, it, vi } from 'vitest';
import type { SourceOptions } from '../../mocks/adapters/createSource.js';
import { createEmbeddedBackend } from '../../mocks/createEmbeddedBackend.js';
import type { TraceBackendOptions } from '../../mocks/createTraceBackend.js';

const DUCKDB = {
  kind: 'duckdb',
  path: 'a',
  memoryLimitMb: 1,
  maxWorkers: 2,
  fetchRows: 3,
} as const;

it.each<[TraceBackendOptions['source'], SourceOptions]>([
  [undefined, { kind: 'synthetic', containers: 114_892, seed: 1 }],
  [{ containers: 5 }, { kind: 'synthetic', containers: 5, seed: 1 }],
  [DUCKDB, DUCKDB],
])('a backend asked for the source %j opens %j, and closes it', async (source, expected) => {
  const close = vi.fn();
  const openStages = vi.fn((opened: SourceOptions) => ({
    stages: { answer: vi.fn() },
    close,
    opened,
  }));
  const startThread = vi.fn<() => never>();
  const backend = createEmbeddedBackend({ source }, { openStages, startThread });
  expect(openStages.mock.calls.map(([opened]) => opened)).toEqual([expected]);
  await backend.close();
  expect(close).toHaveBeenCalledOnce();
  expect((await backend.app.request('/healthz')).status).toBe(503);
});
