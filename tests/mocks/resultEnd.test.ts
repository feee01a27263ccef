import { expect, it } from 'vitest';
import type { JobFields } from '../../mocks/ports.js';
import { encodeJson } from '../../mocks/results/resultMeta.js';
import { createTestBackend } from './api/backend.js';
import { storeResult, type StoredValues } from './support/storeResult.js';

const RESULT = '/api/trace/job/j/result';
const META = {
  profile: 'query_tool',
  domains: { history: { chunks: 3, total: 3, batch_size: 1 } },
  failed_domains: [],
};

function start() {
  const { app, store } = createTestBackend({ withQueue: false });
  const run = (values: StoredValues, fields: Partial<JobFields> = {}) =>
    storeResult(store, 'j', values, { profile: 'query_tool', domains: 'history', ...fields });
  return { app, store, run };
}

/** The rows and the meta that an attempt of this name stores. */
function resultOf(who: string): StoredValues {
  const chunks = [0, 1, 2].map((i) => [`result:history:${i}`, encodeJson([{ who, i }])] as const);
  return { ...Object.fromEntries(chunks), 'result:meta': encodeJson(META) };
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

/** A result whose meta tells of figures that are not stored any more. */
const WITHOUT_FIGURES: StoredValues = {
  ...resultOf('one'),
  'result:meta': encodeJson({ ...META, has_aggregation: true }),
};

it('breaks a page off whose figures are gone', async () => {
  const { app, run } = start();
  await run(WITHOUT_FIGURES);
  const { body } = await app.request(RESULT);
  const { text, isWhole } = await readSlowly(body!, async () => undefined);
  expect(text).toContain('"i":2');
  expect(isWhole).toBe(false);
});

it('ends a stream whose figures are gone with CHUNK_EXPIRED', async () => {
  const { app, run } = start();
  await run(WITHOUT_FIGURES);
  const lines = (await (await app.request('/api/trace/job/j/stream')).text()).trimEnd().split('\n');
  expect(lines.at(-2)).toContain('"domain_end"');
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ type: 'error', code: 'CHUNK_EXPIRED' });
});

it('tells that the job was begun anew where that is why its figures are gone', async () => {
  const { app, store, run } = start();
  await run({ ...WITHOUT_FIGURES, 'result:aggregation': '{}' });
  const { body } = await app.request('/api/trace/job/j/stream');
  const { text } = await readSlowly(body!, () => run(resultOf('two')));
  expect(await store.get('j', 'result:aggregation')).toBeNull();
  expect(text).toContain('"code":"RESULT_RESTARTED"');
});
