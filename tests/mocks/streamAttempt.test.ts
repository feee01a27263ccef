import { expect, it } from 'vitest';
import { createMemoryChunkStore } from '../../mocks/adapters/memory/memoryChunkStore.js';
import { plainPieces } from '../../mocks/http/gzipBody.js';
import { createChunkReader } from '../../mocks/results/chunkReader.js';
import { encodeJson, type ResultMeta } from '../../mocks/results/resultMeta.js';
import { StreamPosition } from '../../mocks/results/StreamPosition.js';
import { endedHonestly, streamResult } from '../../mocks/results/streamResult.js';

const META: ResultMeta = {
  profile: 'query_tool',
  domains: { history: { chunks: 3, total: 3, batch_size: 1 } },
  failed_domains: [],
};

it('a job that is run anew while its result is sent is no complete result', async () => {
  const store = createMemoryChunkStore({ ttlSeconds: 60, maxBytes: 2 ** 20 });
  const run = async (who: string) => {
    const attempt = await store.beginAttempt('j', { status: 'started' });
    for (const i of [0, 1, 2]) await attempt.put(`result:history:${i}`, encodeJson([{ who, i }]));
    await attempt.put('result:meta', encodeJson(META));
    await attempt.end({ status: 'finished', completed_at: '1' });
  };
  await run('one');
  const never = new AbortController().signal;
  const position = new StreamPosition('j', '1');
  const stream = { store, chunks: createChunkReader(store, 'j'), jobId: 'j', position };
  const pieces = endedHonestly((end) => streamResult(META, { ...stream, end }), {
    left: never,
    stopping: never,
    onError: () => undefined,
  });
  let text = '';
  for await (const piece of plainPieces(pieces)) {
    const bytes = typeof piece === 'object' && 'read' in piece ? await piece.read() : piece;
    text += typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes);
    if (text.endsWith('"i":0}]')) await run('two');
  }
  expect(text).toContain('"two"');
  expect(text).not.toContain('"complete"');
  expect(text).toContain('"code":"RESULT_RESTARTED"');
});
