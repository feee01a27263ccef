import { expect, it, vi } from 'vitest';
import { createGivenServer, type Fault, makeRows, readResult, skip } from './givenServer.js';

vi.mock('../../src/composables/useTraceProgress/receivePages.js', () => {
  throw new Error('404');
});

const RESULT = { history: makeRows(20) };

it('a stream is read again where the file that reads pages is gone from the server', async () => {
  const server = createGivenServer({ result: RESULT, size: 5, faults: [(all) => all.slice(0, 4)] });
  const { problems, error, rows } = await readResult(server, ['history']);
  expect({ problems, error, rows }).toEqual({ problems: [], error: null, rows: RESULT });
  expect(server.asked).toEqual(['stream', 'stream']);
});

it('a hole that stays says that the page must be loaded again', async () => {
  const faults = Array(9).fill(skip('history', 1)) as Fault[];
  const server = createGivenServer({ result: RESULT, size: 5, faults });
  const { problems, error } = await readResult(server, ['history']);
  expect(problems.map(({ kind }) => kind)).toContain('batches-missing');
  expect(error).toMatchObject({ code: 'UNEXPECTED', message: expect.stringContaining('again') });
});

it('a result that has only pages says that the page must be loaded again', async () => {
  const server = createGivenServer({ result: RESULT, size: 5 });
  const { error } = await readResult(server, ['history'], { url: null });
  expect(error).toMatchObject({ code: 'UNEXPECTED', message: expect.stringContaining('again') });
});
