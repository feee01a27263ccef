import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createCompletenessCheck,
  type CompletenessOptions,
} from '../../src/stream/completeness.js';
import { headerOf } from '../../src/stream/messageHeader.js';

const rows = (count: number) => Array.from({ length: count }, (_, i) => ({ CONTAINERID: `c${i}` }));
const meta = (...domains: string[]) => ({ type: 'meta', profile: 'query_tool', domains });
const msdMeta = (...domains: string[]) => ({ ...meta(...domains), profile: 'mid_section_defect' });
const start = (domain: string, total: number | null) => ({ type: 'domain_start', domain, total });
const batch = (domain: string, number: number, count: number) => ({
  type: 'records',
  domain,
  batch: number,
  count,
  data: rows(count),
});
const end = (domain: string, count: number) => ({ type: 'domain_end', domain, count });
const complete = (total: number) => ({ type: 'complete', total_records: total });

function check(messages: object[], options?: CompletenessOptions) {
  const checked = createCompletenessCheck(options);
  const verdicts = messages.map((message) => checked.accept(headerOf(message)));
  const taken = messages.filter((_, i) => verdicts[i] === 'take') as { batch?: number }[];
  return {
    problems: checked.problems(),
    notices: checked.notices(),
    batches: taken.map((message) => message.batch).filter((number) => number !== undefined),
  };
}

const whole: object[] = [
  meta('history', 'holds'),
  start('history', 5),
  batch('history', 0, 3),
  batch('history', 1, 2),
  end('history', 5),
  start('holds', 0),
  end('holds', 0),
  complete(5),
];

const without = (index: number) => whole.filter((_, i) => i !== index);
const replaced = (index: number, ...messages: object[]) => whole.toSpliced(index, 1, ...messages);

describe('a stream that is complete', () => {
  it('has neither problems nor notices', () => {
    expect(check(whole)).toEqual({ problems: [], notices: [], batches: [0, 1] });
  });

  it('may have no total, interleaved domains and progress lines', () => {
    const interleaved = [
      meta('history', 'holds'),
      start('history', null),
      start('holds', null),
      batch('holds', 0, 1),
      { type: 'progress', pct: 3 },
      batch('history', 0, 2),
      end('holds', 1),
      end('history', 2),
      { type: 'aggregation', data: {} },
      { type: 'from-the-future' },
      { type: 'quality_meta' },
      { type: 'warning', code: 'SLOW' },
      complete(3),
    ];
    expect(check(interleaved)).toEqual({ problems: [], notices: [], batches: [0, 0] });
  });

  it('may send its batches in any order', () => {
    const { problems, batches } = check(
      replaced(2, batch('history', 1, 2), batch('history', 0, 3)).toSpliced(4, 1),
    );
    expect({ problems, batches }).toEqual({ problems: [], batches: [1, 0] });
  });

  it('may be one full_result', () => {
    expect(check([{ type: 'full_result', data: {} }], { domains: ['history'] }).problems).toEqual(
      [],
    );
  });

  it('may call a domain __proto__', () => {
    const messages = [meta('__proto__'), start('__proto__', 1), batch('__proto__', 0, 1)];
    const ended = [...messages, end('__proto__', 1), complete(1)];
    expect(check(ended)).toEqual({ problems: [], notices: [], batches: [0] });
    expect(check(messages).problems).toContainEqual({
      kind: 'domain-unfinished',
      domain: '__proto__',
      received: 1,
      expected: 1,
    });
  });
});

describe('a stream that lacks something', () => {
  it.each([
    ['nothing at all', [], [{ kind: 'no-end-mark' }, { kind: 'domains-unknown' }]],
    ['no complete', without(7), [{ kind: 'no-end-mark' }]],
    [
      'a batch in the middle, as the given server skips it',
      [
        meta('history'),
        start('history', 9),
        batch('history', 0, 3),
        batch('history', 2, 3),
        end('history', 6),
        complete(6),
      ],
      [
        { kind: 'batches-missing', domain: 'history', from: 1, to: 1 },
        { kind: 'count-mismatch', domain: 'history', received: 6, expected: 9 },
      ],
    ],
    [
      'its first batches',
      replaced(2).toSpliced(2, 1, batch('history', 3, 5)),
      [{ kind: 'batches-missing', domain: 'history', from: 0, to: 2 }],
    ],
    [
      'its last batch',
      replaced(3).toSpliced(3, 1, end('history', 3)).toSpliced(6, 1, complete(3)),
      [{ kind: 'count-mismatch', domain: 'history', received: 3, expected: 5 }],
    ],
    [
      'rows that only domain_end counts',
      replaced(1, start('history', null)).toSpliced(3, 1),
      [
        { kind: 'count-mismatch', domain: 'history', received: 3, expected: 5 },
        { kind: 'total-mismatch', received: 3, expected: 5 },
      ],
    ],
    [
      'a domain that meta names',
      [meta('history', 'holds', 'jobs'), ...whole.slice(1)],
      [{ kind: 'domain-missing', domain: 'jobs' }],
    ],
    ['a domain_start', without(5), [{ kind: 'domain-missing', domain: 'holds' }]],
    [
      'a domain_end',
      without(4),
      [{ kind: 'domain-unfinished', domain: 'history', received: 5, expected: 5 }],
    ],
    [
      'a count in domain_end',
      replaced(4, { type: 'domain_end', domain: 'history' }),
      [{ kind: 'count-mismatch', domain: 'history', received: 5, expected: null }],
    ],
    [
      'rows of a batch',
      replaced(3, { ...batch('history', 1, 2), data: rows(1) }),
      [
        { kind: 'batch-count', domain: 'history', batch: 1, received: 1, expected: 2 },
        { kind: 'count-mismatch', domain: 'history', received: 4, expected: 5 },
        { kind: 'total-mismatch', received: 4, expected: 5 },
      ],
    ],
    [
      'the right total',
      replaced(7, complete(6)),
      [{ kind: 'total-mismatch', received: 5, expected: 6 }],
    ],
    [
      'a total',
      replaced(7, { type: 'complete' }),
      [{ kind: 'total-mismatch', received: 5, expected: null }],
    ],
    [
      'a failed domain',
      [
        meta('history', 'jobs'),
        ...whole.slice(1, 5),
        { type: 'warning', code: 'EVENTS_PARTIAL_FAILURE', failed_domains: ['jobs', 'jobs'] },
        complete(5),
      ],
      [{ kind: 'domain-failed', domain: 'jobs' }],
    ],
    [
      'a failed domain without its name',
      whole.toSpliced(7, 0, { type: 'warning', code: 'EVENTS_PARTIAL_FAILURE' }),
      [{ kind: 'domain-failed', domain: null }],
    ],
    [
      'its end, by an error line',
      [...whole.slice(0, 3), { type: 'error', code: 'CHUNK_EXPIRED', message: 'gone' }],
      [
        { kind: 'error-line', code: 'CHUNK_EXPIRED', message: 'gone' },
        { kind: 'domain-unfinished', domain: 'history', received: 3, expected: 5 },
        { kind: 'domain-missing', domain: 'holds' },
      ],
    ],
    [
      'everything but an error line',
      [{ type: 'error', message: 'no such job' }],
      [{ kind: 'error-line', code: null, message: 'no such job' }],
    ],
  ])('%s', (_, messages, problems) => {
    expect(check(messages).problems).toEqual(problems);
  });

  it('misses a domain that was asked for and never announced', () => {
    expect(check(whole, { domains: ['jobs', 'history'] }).problems).toEqual([
      { kind: 'domain-missing', domain: 'jobs' },
    ]);
  });

  it('is told of an error behind complete', () => {
    expect(check([...whole, { type: 'error', message: 'late' }]).problems).toEqual([
      { kind: 'error-line', code: null, message: 'late' },
    ]);
  });
});

describe('a stream whose lines stand where they may not', () => {
  it('drops a batch that repeats, and tells', () => {
    expect(check(whole.toSpliced(3, 0, batch('history', 0, 3)))).toEqual({
      problems: [],
      notices: [{ kind: 'batch-repeated', domain: 'history', batch: 0 }],
      batches: [0, 1],
    });
  });

  it.each([
    ['behind its domain_end', whole.toSpliced(5, 0, batch('history', 2, 1)), 'history', 2],
    ['behind complete', [...whole, batch('holds', 0, 1)], 'holds', 0],
    ['without a domain', whole.toSpliced(3, 0, { type: 'records', batch: 0 }), null, 0],
    [
      'without a number',
      whole.toSpliced(3, 0, { ...batch('history', 7, 1), batch: 1.5 }),
      'history',
      null,
    ],
  ])('drops a batch %s, and counts it as lost', (_, messages, domain, number) => {
    expect(check(messages).problems).toEqual([{ kind: 'batch-unexpected', domain, batch: number }]);
  });

  it('drops a batch without a list, and misses it', () => {
    const { problems, batches } = check(replaced(2, { ...batch('history', 0, 3), data: null }));
    expect(batches).toEqual([1]);
    expect(problems).toContainEqual({ kind: 'batches-missing', domain: 'history', from: 0, to: 0 });
  });

  it('takes rows before their domain_start, but misses a start that never comes', () => {
    const early = [whole[0], whole[2], whole[1], ...whole.slice(3)] as object[];
    expect(check(early)).toEqual({ problems: [], notices: [], batches: [0, 1] });
    expect(check(without(1))).toMatchObject({
      problems: [{ kind: 'domain-missing', domain: 'history' }],
      batches: [0, 1],
    });
  });

  it.each([
    ['a second meta', 1, meta('jobs'), null],
    ['a second domain_start', 2, start('history', 99), 'history'],
    ['a second domain_end', 5, end('history', 99), 'history'],
    ['a mark without a domain', 5, { type: 'domain_start' }, null],
    ['a second complete', 8, complete(99), null],
    ['a full_result behind rows', 5, { type: 'full_result' }, null],
    ['a warning behind complete', 8, { type: 'warning', failed_domains: ['jobs'] }, null],
  ])('ignores %s, and tells', (_, place, message, domain) => {
    expect(check(whole.toSpliced(place, 0, message))).toEqual({
      problems: [],
      notices: [{ kind: 'line-unexpected', type: message.type, domain }],
      batches: [0, 1],
    });
  });

  it('takes and checks a domain that meta does not name, and tells', () => {
    const messages = whole.toSpliced(7, 1, start('jobs', 1), batch('jobs', 0, 1), end('jobs', 1));
    expect(check([...messages, complete(6)])).toEqual({
      problems: [],
      notices: [{ kind: 'domain-unannounced', domain: 'jobs' }],
      batches: [0, 1, 0],
    });
  });

  it('can be complete without meta only where the asked domains are known', () => {
    expect(check(without(0)).problems).toEqual([{ kind: 'domains-unknown' }]);
    expect(check(without(0), { domains: ['history', 'holds'] })).toMatchObject({
      problems: [],
      notices: [{ kind: 'meta-missing' }],
    });
  });

  it('never throws, whatever the lines hold', () => {
    const text = fc.constantFrom('history', '__proto__', 'constructor', '');
    const value = fc.oneof(text, fc.integer(), fc.jsonValue({ maxDepth: 2 }));
    const types = ['meta', 'domain_start', 'records', 'domain_end', 'warning', 'error', 'complete'];
    const line = fc.record({
      type: fc.oneof(fc.constantFrom(...types, 'full_result'), value),
      domain: value,
      domains: fc.oneof(fc.array(value), value),
      failed_domains: fc.oneof(fc.array(value), value),
      batch: value,
      count: value,
      total: value,
      data: fc.oneof(fc.array(fc.constant({})), value),
    });
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { problems } = check(lines);
        const accepted = lines.some(({ type }) => type === 'full_result' || type === 'complete');
        expect(problems.length === 0 && !accepted).toBe(false);
      }),
    );
  });
});

describe('a batch behind the end of the stream', () => {
  it('is not taken, though its domain has not ended', () => {
    const { problems, batches } = check([
      meta('jobs'),
      start('jobs', 1),
      complete(0),
      batch('jobs', 0, 1),
    ]);
    expect(batches).toEqual([]);
    expect(problems).toEqual([
      { kind: 'batch-unexpected', domain: 'jobs', batch: 0 },
      { kind: 'domain-unfinished', domain: 'jobs', received: 0, expected: 1 },
    ]);
  });
});

describe('rows that a server keeps back', () => {
  const kept = (total: number) => [
    msdMeta('upstream_history'),
    start('upstream_history', 40),
    end('upstream_history', 0),
    complete(total),
  ];

  it.each([0, 40])('are a notice for MSD, with a total_records of %i', (total) => {
    expect(check(kept(total))).toMatchObject({
      problems: [],
      notices: [{ kind: 'rows-not-offered', domain: 'upstream_history', total: 40 }],
    });
  });

  it('are a loss for other profiles', () => {
    const messages = [meta('upstream_history'), ...kept(0).slice(1)];
    expect(check(messages)).toMatchObject({
      problems: [{ kind: 'count-mismatch', received: 0, expected: 40 }],
      notices: [],
    });
  });

  it('are a loss where some of them came', () => {
    const messages = kept(1).toSpliced(
      2,
      1,
      batch('upstream_history', 0, 1),
      end('upstream_history', 1),
    );
    expect(check(messages)).toMatchObject({ problems: [{ kind: 'count-mismatch' }], notices: [] });
  });
});

describe('a stream that is gone on with', () => {
  /** The check of a stream that broke off, and of what came then. */
  function resumed(first: object[], rest: object[]) {
    const checked = createCompletenessCheck();
    for (const message of first) checked.accept(headerOf(message));
    checked.resume();
    const verdicts = rest.map((message) => checked.accept(headerOf(message)));
    return { verdicts, problems: checked.problems(), notices: checked.notices() };
  }

  it('is held to the counts of both parts, and may say its marks once more', () => {
    const rest = [meta('history', 'holds'), start('history', 5), ...whole.slice(3)];
    const { verdicts, ...found } = resumed(whole.slice(0, 3), rest);
    expect(found).toEqual({ problems: [], notices: [] });
    expect(verdicts.slice(0, 3)).toEqual(['drop', 'drop', 'take']);
    const ended = [meta('history', 'holds'), start('history', 5), end('history', 5)];
    expect(resumed(whole.slice(0, 5), [...ended, ...whole.slice(5)])).toMatchObject(found);
  });

  it('may lack, repeat and miscount what any stream may', () => {
    const first = whole.slice(0, 3);
    const rest = [meta('history', 'holds'), start('history', 5)];
    const twice = resumed(first, [...rest, ...rest, ...whole.slice(3)]);
    expect(twice.notices.map(({ kind }) => kind)).toEqual(['line-unexpected', 'line-unexpected']);
    const lost = resumed(first, [...rest, ...whole.slice(4)]);
    expect(lost.problems.map(({ kind }) => kind)).toEqual(['count-mismatch', 'total-mismatch']);
    expect(resumed(first, rest).problems).toContainEqual({ kind: 'no-end-mark' });
  });

  it('tells a total that nobody knew while its job was followed, and forgets why it broke off', () => {
    const stopping = { type: 'error', code: 'SERVER_STOPPING' };
    const first = [meta('history'), start('history', null), batch('history', 0, 3), stopping];
    const rest = [meta('history'), start('history', 5), end('history', 3), complete(3)];
    expect(resumed(first, rest).problems).toEqual([
      { kind: 'count-mismatch', domain: 'history', received: 3, expected: 5 },
    ]);
  });
});
