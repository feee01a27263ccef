import { expect, test } from 'vitest';
import { SERVER_ERROR_CODES, TRACE_ERROR_CODES } from '../../src/protocol/index.js';
import { en } from '../../src/locales/en.js';
import { zhTW } from '../../src/locales/zh-TW.js';

function keysOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [`${path}: ${typeof value}`];
  return Object.entries(value).flatMap(([key, inner]) => keysOf(inner, `${path}.${key}`));
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

test('both languages have the same texts', () => {
  expect(keysOf(zhTW).sort()).toEqual(keysOf(en).sort());
});

test('no text is empty', () => {
  expect([...textsOf(en), ...textsOf(zhTW)].filter((text) => text.trim() === '')).toEqual([]);
});

test('every error code of the client has its advice', () => {
  for (const { errors } of [en, zhTW]) {
    expect(Object.keys(errors.advice).sort()).toEqual([...TRACE_ERROR_CODES].sort());
  }
});

test('the advice on server codes names codes that servers send', () => {
  const known: string[] = Object.values(SERVER_ERROR_CODES);
  expect(Object.keys(en.errors.serverAdvice).filter((code) => !known.includes(code))).toEqual([]);
});

test('numbers are grouped and durations split', () => {
  expect(en.figures.rowsOf(520_000, 1_148_920)).toBe('520,000 of 1,148,920 rows');
  expect(en.figures.rowsOf(1, null)).toBe('1 row');
  expect(zhTW.figures.rowsOf(520_000, 1_148_920)).toBe('520,000 / 1,148,920 筆');
  expect(en.figures.duration(75_400)).toBe('1 min 15 s');
  expect(zhTW.figures.duration(3_660_000)).toBe('1 小時 1 分');
  expect(en.figures.duration(59_600)).toBe('1 min 0 s');
  expect(zhTW.figures.megabytes(126_400_000)).toBe('126.4 MB');
});
