import { expect, it } from 'vitest';
import type { JobFields } from '../../mocks/ports.js';
import { encodeJson } from '../../mocks/results/resultMeta.js';
import { createTestBackend } from './api/backend.js';
import { storeResult, type StoredValues } from './support/storeResult.js';

const RESULT = '/api/trace/job/j/result';
const META = encodeJson({
  profile: 'query_tool',
  domains: { history: { chunks: 3, total: 3, batch_size: 1 } },
  failed_domains: [],
});

function start() {
  const { app, store } = createTestBackend({ withQueue: false });
  const run = (values: StoredValues, fields: Partial<JobFields> = {}) =>
    storeResult(store, 'j', values, { profile: 'query_tool', domains: 'history', ...fields });
  return { app, store, run };
}

/** The rows and the meta that an attempt of this name stores. */
function resultOf(who: string): StoredValues {
  const chunks = [0, 1, 2].map((i) => [`result:history:${i}`, encodeJson([{ who, i }])] as const);
  return { ...Object.fromEntries(chunks), 'result:meta': META };
}

/** Reads a body to its end, or to where it breaks off; `onFirstRow` runs before its second row. */
async function readSlowly(body: ReadableStream<Uint8Array>, onFirstRow: () => Promise<void>) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (let isFirst = true; ;) {
      const { done, value } = await reader.read();
      if (done) return { text, isWhole: true };
      text += decoder.decode(value, { stream: true });
      if (!isFirst || !text.includes('"i":0')) continue;
      isFirst = false;
      await onFirstRow();
    }
  } catch {
    return { text, isWhole: false };
  }
}

it('breaks a page off whose job is run anew while it is sent', async () => {
  const { app, run } = start();
  await run(resultOf('one'));
  const { body } = await app.request(RESULT);
  const { text, isWhole } = await readSlowly(body!, () => run(resultOf('two')));
  expect(text).toContain('"one"');
  expect(isWhole).toBe(false);
});
