import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkAnswer, checkPage } from '../../src/stream/checkAnswer.js';

const rows = (count: number) => Array.from({ length: count }, () => ({ CONTAINERID: 'c' }));
const part = (count: number, total?: number) => ({ data: rows(count), count, total });

describe('checkAnswer', () => {
  it('finds nothing wrong with an answer that has what was asked for', () => {
    const answer = { results: { history: part(2), holds: part(0) } };
    expect(checkAnswer(answer, { domains: ['history', 'holds'] })).toEqual({
      problems: [],
      notices: [],
    });
  });

  it.each([
    ['a domain', { results: {} }, [{ kind: 'domain-missing', domain: 'history' }]],
    ['results', {}, [{ kind: 'domain-missing', domain: 'history' }]],
    [
      'rows that count tells',
      { results: { history: { data: rows(1), count: 3 } } },
      [{ kind: 'count-mismatch', domain: 'history', received: 1, expected: 3 }],
    ],
    [
      'rows that total tells',
      { results: { history: part(2, 5) } },
      [{ kind: 'count-mismatch', domain: 'history', received: 2, expected: 5 }],
    ],
    [
      'a list',
      { results: { history: { data: 'rows', count: 0 } } },
      [{ kind: 'count-mismatch', domain: 'history', received: 0, expected: null }],
    ],
    [
      'a failed domain',
      { results: {}, code: 'EVENTS_PARTIAL_FAILURE', failed_domains: ['history'] },
      [{ kind: 'domain-failed', domain: 'history' }],
    ],
    [
      'a failed domain without its name',
      { results: { history: part(1) }, code: 'EVENTS_PARTIAL_FAILURE' },
      [{ kind: 'domain-failed', domain: null }],
    ],
  ])('tells of an answer that lacks %s', (_, answer, problems) => {
    expect(checkAnswer(answer, { domains: ['history'] }).problems).toEqual(problems);
  });

  it('tells of rows that stay in a spool as not offered, not as lost', () => {
    const answer = { spool_hit: true, trace_query_id: 'q', results: {} };
    expect(checkAnswer(answer, { domains: ['materials'] })).toEqual({
      problems: [],
      notices: [{ kind: 'rows-not-offered', domain: 'materials', total: null }],
    });
  });

  it('does not take what every object inherits for a domain', () => {
    expect(checkAnswer({ results: {} }, { domains: ['__proto__'] }).problems).toEqual([
      { kind: 'domain-missing', domain: '__proto__' },
    ]);
  });

  it('never throws, whatever the answer holds', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (results) => {
        checkAnswer(results, { domains: ['__proto__'] });
        expect(checkAnswer({ results }, { domains: ['missing!'] }).problems).not.toEqual([]);
      }),
    );
  });
});

describe('checkPage', () => {
  const request = { domain: 'history', offset: 10, limit: 5, total: 13 };

  it.each([
    ['a full page', part(5, 20), { offset: 10, limit: 5, total: null }],
    ['the last page', part(3, 13), { offset: 10, limit: 5, total: 13 }],
    ['the rest, from a server that knows no limit', part(7, 17), { offset: 10, limit: 5 }],
    ['a whole legacy result', part(8), { offset: 0, limit: 5 }],
    ['an empty domain', part(0, 0), { offset: 0, limit: 5 }],
  ])('accepts %s', (_, history, place) => {
    expect(checkPage({ results: { history } }, { domain: 'history', ...place })).toEqual({
      problems: [],
      notices: [],
    });
  });

  it.each([
    ['a short page', part(2, 13), { received: 2, expected: 3 }],
    ['a count that differs', { ...part(3, 13), count: 4 }, { received: 3, expected: 4 }],
    ['a page too long', part(4, 13), { received: 4, expected: 3 }],
    ['a whole result in place of a page', part(13), { received: 13, expected: null }],
  ])('tells of %s', (_, history, counts) => {
    expect(checkPage({ results: { history } }, request).problems).toEqual([
      { kind: 'page-count', domain: 'history', offset: 10, ...counts },
    ]);
  });

  it('tells of a total that changed between pages', () => {
    const { problems } = checkPage({ results: { history: part(5, 15) } }, request);
    expect(problems).toEqual([
      { kind: 'count-mismatch', domain: 'history', received: 13, expected: 15 },
    ]);
  });

  it('tells of a failed domain, and of others only where they were asked for', () => {
    const answer = { results: {}, failed_domains: ['history', 'holds'] };
    expect(checkPage(answer, request).problems).toEqual([
      { kind: 'domain-failed', domain: 'history' },
    ]);
  });

  it('tells of a domain that is not there', () => {
    expect(checkPage({ results: { holds: part(9) } }, request).problems).toEqual([
      { kind: 'domain-missing', domain: 'history' },
    ]);
  });

  it('tells of MSD rows that are kept back as not offered', () => {
    const answer = { results: { materials: part(0, 40) } };
    const place = { domain: 'materials', offset: 0, limit: 5 };
    expect(checkPage(answer, { ...place, profile: 'mid_section_defect' })).toEqual({
      problems: [],
      notices: [{ kind: 'rows-not-offered', domain: 'materials', total: 40 }],
    });
    expect(checkPage(answer, { ...place, profile: 'query_tool' }).problems).toHaveLength(1);
  });
});
