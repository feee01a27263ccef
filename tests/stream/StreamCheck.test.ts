import { describe, expect, it } from 'vitest';
import { headerOf } from '../../src/stream/messageHeader.js';
import { StreamCheck } from '../../src/stream/StreamCheck.js';

const meta = (...domains: string[]) => ({ type: 'meta', job_id: 'job-1', domains });
const start = (total: number | null) => ({ type: 'domain_start', domain: 'history', total });
const batch = (number: number, rows: number, count = rows) => {
  const data = Array.from({ length: rows }, () => ({}));
  return { type: 'records', domain: 'history', batch: number, count, data };
};
const end = (count: number) => ({ type: 'domain_end', domain: 'history', count });
const failure = { type: 'error', code: 'INTERNAL_ERROR', message: 'no' };

/** The check of a stream that began with these lines. */
function begun(...lines: object[]) {
  const check = new StreamCheck({ domains: ['history'] });
  const accept = (line: object) => check.accept(headerOf(line));
  for (const line of [meta('history'), ...lines]) accept(line);
  const kinds = () => check.verdict().problems.map(({ kind }) => kind);
  return { check, accept, kinds };
}

describe('a stream read once more from its beginning', () => {
  it('has the batches that came, and only once more', () => {
    const { check, accept } = begun(start(6), batch(0, 3));
    check.again();
    expect(accept(batch(0, 3))).toBe('drop');
    expect(check.repeatedAt).toBe(0);
    expect(check.verdict().notices).toEqual([]);
    expect(accept(batch(0, 3))).toBe('drop');
    expect(check.verdict().notices).toHaveLength(1);
  });

  it('is another result where a batch has other rows in number', () => {
    const { check, accept } = begun(start(6), batch(0, 3));
    check.again();
    expect(accept(batch(0, 2))).toBe('drop');
    expect(check.isChanged).toBe(true);
  });

  it('is another result where a domain has another total', () => {
    const { check, accept } = begun(start(6), batch(0, 3));
    check.again();
    accept(start(6));
    expect(check.isChanged).toBe(false);
    check.again();
    accept(start(7));
    expect(check.isChanged).toBe(true);
  });

  it('is the same where a batch has not the rows that it announces', () => {
    const { check, accept } = begun(start(6), batch(0, 3));
    check.again();
    expect(accept(batch(0, 2, 3))).toBe('drop');
    expect(check.isChanged).toBe(false);
  });

  it('has what a domain that had ended left out, up to its end', () => {
    const { check, accept, kinds } = begun(start(6), batch(1, 3), end(3));
    check.again();
    expect([start(6), batch(0, 3), batch(1, 3), end(6)].map(accept)).toEqual([
      'drop',
      'take',
      'drop',
      'drop',
    ]);
    expect(kinds()).toEqual(['no-end-mark']);
    expect(accept(batch(2, 3))).toBe('drop');
  });

  it('has nothing behind the first end of a domain', () => {
    const { check, accept } = begun(start(6), batch(0, 3));
    check.again();
    const lines = [start(6), batch(0, 3), batch(1, 3), end(6), batch(2, 3)];
    expect(lines.map(accept)).toEqual(['drop', 'drop', 'take', 'take', 'drop']);
  });

  it('that is gone on with behind a cursor repeats no batch', () => {
    const { check, accept } = begun(start(6), batch(0, 3));
    check.again();
    check.resume();
    expect(accept(batch(0, 3))).toBe('drop');
    expect(check.verdict().notices).toEqual([
      { kind: 'batch-repeated', domain: 'history', batch: 0 },
    ]);
  });
});

describe('rows in doubt', () => {
  it('make way for those that were announced, and for no others', () => {
    const { check, accept, kinds } = begun(start(6), batch(0, 2, 3), batch(1, 3));
    expect(kinds()).toContain('batch-count');
    expect(accept(batch(0, 1, 3))).toBe('drop');
    expect(kinds()).toContain('batch-count');
    expect(accept(batch(0, 3))).toBe('take');
    expect(check.place).toEqual({ at: 0, removed: 1 });
    expect([end(6), { type: 'complete', total_records: 6 }].map(accept)).toEqual(['take', 'take']);
    expect(kinds()).toEqual([]);
    expect(check.missing()).toEqual([]);
  });

  it('are as good as missing where there are none', () => {
    const { check, accept } = begun(start(6), batch(0, 0, 3), batch(1, 3));
    expect(accept(batch(0, 3))).toBe('take');
    expect(check.place).toEqual({ at: 0, removed: 0 });
    expect(check.verdict().notices).toEqual([]);
  });

  it('are beyond doubt once pages brought them, or all of their domain', () => {
    const filled = begun(start(6), batch(0, 2, 3), batch(1, 3), end(6));
    filled.check.fill('history', { from: 0, to: 0, offset: 0, rows: 3 }, [3]);
    expect(filled.kinds()).toEqual(['no-end-mark']);
    const ended = begun(start(6), batch(0, 2, 3));
    ended.check.endDomain('history', 2);
    expect(ended.kinds()).not.toContain('batch-count');
  });
});

describe('a result that is another one', () => {
  it('is told once', () => {
    const { check } = begun();
    check.change('history');
    check.change(null);
    expect(check.verdict().problems.filter(({ kind }) => kind === 'result-changed')).toEqual([
      { kind: 'result-changed', domain: 'history' },
    ]);
  });

  it('is known by a total below the rows that came', () => {
    const { check } = begun(start(null), batch(0, 3));
    expect(check.tellTotal('history', 3)).toBe(true);
    const less = begun(start(null), batch(0, 3)).check;
    expect(less.tellTotal('history', 2)).toBe(false);
    expect(less.isChanged).toBe(true);
  });

  it.each(['job_id', 'query_id', 'trace_query_id'])('is known by its %s', (field) => {
    const { check, accept } = begun();
    check.resume();
    accept({ ...meta('history'), [field]: 'one' });
    check.resume();
    accept({ ...meta('history'), [field]: 'two' });
    expect(check.isChanged).toBe(true);
  });

  it('is none for a meta line that leaves an id out', () => {
    const { check, accept } = begun();
    check.resume();
    accept({ ...meta('history'), query_id: 'one' });
    check.resume();
    accept({ type: 'meta', domains: ['history'] });
    expect(check.isChanged).toBe(false);
  });
});

describe('what pages bring', () => {
  it('is not compared with batches of other bounds that come later', () => {
    const { check, accept } = begun(start(9), batch(2, 3));
    check.fill('history', { from: 0, to: 1, offset: 0, rows: 6 }, [5, 1]);
    check.again();
    expect([start(9), batch(0, 3), batch(1, 3)].map(accept)).toEqual(['drop', 'drop', 'drop']);
    expect(check.isChanged).toBe(false);
    expect(check.repeatedAt).toBeNull();
  });

  it('is asked for no domain that failed', () => {
    const { check } = begun();
    expect(check.missing()).toEqual(['history']);
    check.addFailed({ failed_domains: ['history'] });
    expect(check.missing()).toEqual([]);
  });

  it('is asked for where a batch is in doubt, though the counts agree', () => {
    const { check } = begun(start(5), batch(0, 2, 3), batch(1, 3), end(5));
    expect(check.missing()).toEqual(['history']);
  });

  it('in place of batches that are missing is what they were', () => {
    const { check, kinds } = begun(start(9), batch(2, 3), end(9));
    expect(kinds()).toContain('batches-missing');
    check.fill('history', { from: 0, to: 1, offset: 0, rows: 6 }, [5, 1]);
    expect(kinds()).toEqual(['no-end-mark']);
  });

  it('behind the batches is not taken from a later stream, which may fill a hole before them', () => {
    const { check, accept, kinds } = begun(start(9), batch(1, 3));
    check.addTail('history', 3);
    check.again();
    expect([start(9), batch(0, 3), batch(1, 3), batch(2, 3), end(9)].map(accept)).toEqual([
      'drop',
      'take',
      'drop',
      'drop',
      'take',
    ]);
    expect(check.tallyOf('history').received).toBe(9);
    expect(kinds()).toEqual(['no-end-mark']);
  });

  it('behind the batches makes the domain whole, and its error is none any more', () => {
    const { check, kinds } = begun(start(6), batch(0, 3), failure);
    expect(kinds()).toContain('error-line');
    check.addTail('history', 3);
    expect(check.tallyOf('history')).toMatchObject({ received: 6, tail: 3 });
    check.endDomain('history', 6);
    check.endByPages();
    expect(kinds()).toEqual([]);
  });
});

it('a changed result is remembered behind more problems than are kept', () => {
  const check = new StreamCheck({ domains: ['history'] });
  check.accept({ type: 'domain_start', domain: 'history', total: 5000, rows: null });
  for (let batch = 0; batch < 1000; batch++) {
    check.accept({ type: 'records', domain: 'history', batch, count: 2, rows: 1 });
  }
  expect(check.tellTotal('history', 6000)).toBe(false);
  expect(check.isChanged).toBe(true);
});

it('a stream that names another job than the one that was asked for is another result', () => {
  const check = new StreamCheck({ domains: ['history'] }, 'job-1');
  check.accept({ type: 'meta', job_id: 'job-2', rows: null });
  expect(check.isChanged).toBe(true);
});

it('a stream that names a second job is another result', () => {
  const check = new StreamCheck({ domains: ['history'] });
  for (const job_id of ['job-1', 'job-2']) check.accept({ type: 'meta', job_id, rows: null });
  expect(check.isChanged).toBe(true);
});
