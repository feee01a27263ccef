import { expect, it } from 'vitest';
import {
  isBadLine,
  isBreak,
  isCutShort,
  isWayRefused,
  StuckError,
} from '../../src/composables/useTraceProgress/streamEnds.js';
import { RetriesExhaustedError } from '../../src/jobs/index.js';
import { HttpError } from '../../src/protocol/index.js';
import {
  LineTooLongError,
  MalformedLineError,
  StreamInterruptedError,
} from '../../src/stream/index.js';

const url = '/job/stream';
const place = { url, line: 3, byteOffset: 40, cause: null };
const malformed = (isCut: boolean) => new MalformedLineError({ ...place, reason: 'is odd', isCut });
const http = (status: number) => new HttpError(url, status);
const exhausted = (cause: unknown) => new RetriesExhaustedError(url, 5, cause);

it.each([
  ['a connection that breaks', new StreamInterruptedError(place), true, false],
  ['a line that is none', malformed(false), true, true],
  ['a line that the body ends in', malformed(true), true, false],
  ['a line that is too long', new LineTooLongError(3, 40, 100), true, true],
  ['an answer that is none', http(500), false, false],
])('%s leaves rows to be had, or not', (_what, error, breaks, isBad) => {
  expect([isBreak(error), isBadLine(error)]).toEqual([breaks, isBad]);
});

it.each([
  ['SERVER_STOPPING', true],
  ['STORE_UNAVAILABLE', true],
  ['JOB_FAILED', false],
  [null, false],
])('an error line with the code %s cuts a stream short: %s', (code, isCut) => {
  expect(isCutShort([{ kind: 'error-line', code, message: '' }])).toBe(isCut);
});

it.each([400, 405, 406, 414, 422])('a cursor is refused by status %i', (status) => {
  expect(isWayRefused({ kind: 'cursor', cursor: 'c' }, http(status), true)).toBe(true);
});

it('a cursor is not refused by a server that is busy, or has the result no more', () => {
  for (const status of [404, 412, 429, 500, 503]) {
    expect(isWayRefused({ kind: 'cursor', cursor: 'c' }, http(status), true)).toBe(false);
  }
  expect(isWayRefused({ kind: 'cursor', cursor: 'c' }, new StuckError(), true)).toBe(true);
});

it('a stream is opened again in vain only where each try broke off before its first batch', () => {
  const isRefused = (error: unknown, hasBatches: boolean) =>
    isWayRefused({ kind: 'again' }, error, hasBatches);
  const broke = new StreamInterruptedError(place);
  expect(isRefused(exhausted(broke), false)).toBe(true);
  expect(isRefused(exhausted(broke), true)).toBe(false);
  expect(isRefused(exhausted(new TypeError('refused')), false)).toBe(false);
  expect(isRefused(new StreamInterruptedError({ ...place, cause: broke }), false)).toBe(false);
});
