import { mount } from '@vue/test-utils';
import { describe, expect, test, vi } from 'vitest';
import { ref, shallowRef } from 'vue';
import TraceProgress from '../../src/components/TraceProgress/TraceProgress.vue';
import type {
  TraceMetrics,
  TraceNotice,
  TraceState,
} from '../../src/composables/useTraceProgress/traceState.js';
import { en } from '../../src/locales/en.js';
import { traceMessagesKey, type TraceLocale } from '../../src/locales/useTraceMessages.js';
import { zhTW } from '../../src/locales/zh-TW.js';
import { TraceError, type JobStatus } from '../../src/protocol/index.js';
import type { CompletenessProblem } from '../../src/stream/CompletenessProblem.js';

const counts = { seedCount: 4_212, containerCount: 114_892 };
const job: JobStatus = { job_id: 'trace-evt-0123456789ab', status: 'started', progress: '' };
const error = new TraceError('HTTP_ERROR', 'POST /api/trace/lineage answered 504.', {
  serverCode: 'LINEAGE_TIMEOUT',
});
const problems: CompletenessProblem[] = [
  { kind: 'no-end-mark' },
  { kind: 'error-line', code: 'CHUNK_EXPIRED', message: 'chunk 3 is gone' },
  { kind: 'domains-unknown' },
  { kind: 'domain-missing', domain: 'materials' },
  { kind: 'domain-unfinished', domain: 'upstream_history', received: 5_000, expected: 1_148_920 },
  { kind: 'domain-unfinished', domain: 'holds', received: 5_000, expected: null },
  { kind: 'domain-failed', domain: null },
  { kind: 'batches-missing', domain: 'history', from: 3, to: 5 },
  { kind: 'batches-missing', domain: 'history', from: 3, to: 3 },
  { kind: 'batch-unexpected', domain: 'a_domain_of_later', batch: null },
  { kind: 'batch-count', domain: 'jobs', batch: 2, received: 4_999, expected: 5_000 },
  { kind: 'page-count', domain: 'rejects', offset: 5_000, received: 10, expected: 20 },
  { kind: 'count-mismatch', domain: 'downstream_rejects', received: 9, expected: null },
  { kind: 'total-mismatch', received: 9, expected: 10 },
];
const incomplete: TraceState = {
  status: 'incomplete',
  ...counts,
  jobId: job.job_id,
  problems,
  error: null,
};

function show(
  state: TraceState,
  given: Partial<TraceMetrics> = {},
  locale: TraceLocale = 'en',
  notices: readonly TraceNotice[] = [],
) {
  const metrics: TraceMetrics = {
    rows: 0,
    totalRows: null,
    bytes: 0,
    rowsPerSecond: 0,
    elapsedMs: 0,
    remainingMs: null,
    percent: null,
    resumeCount: 0,
    ...given,
  };
  const trace = {
    state: shallowRef(state),
    metrics: ref(metrics),
    notices: ref(notices),
    canResume: ref(['incomplete', 'failed', 'detached'].includes(state.status)),
    canDetach: ref(state.status === 'streaming'),
    cancel: vi.fn<() => void>(),
    resume: vi.fn<() => void>(),
    detach: vi.fn<() => void>(),
  };
  const wrapper = mount(TraceProgress, { props: { trace, locale } });
  const steps = () =>
    wrapper.findAll('li.vts-progress__step').map((step) => ({
      state: step.get('.vts-visually-hidden').text(),
      current: step.attributes('aria-current'),
    }));
  const bar = () => wrapper.find('[role=progressbar]');
  return { wrapper, trace, steps, bar, status: () => wrapper.get('[role=status]').text() };
}

const cases: { state: TraceState; steps: string; cancel: boolean; en: string; zh: string }[] = [
  {
    state: { status: 'idle' },
    steps: 'to do, to do, to do',
    cancel: false,
    en: 'Ready to trace',
    zh: '尚未開始追溯',
  },
  {
    state: { status: 'resolving', job: null },
    steps: 'under way, to do, to do',
    cancel: true,
    en: 'Resolving lots',
    zh: '正在解析批號',
  },
  {
    state: { status: 'tracing-lineage', job: null, seedCount: 4_212 },
    steps: 'done, under way, to do',
    cancel: true,
    en: 'Tracing the lineage of 4,212 lots',
    zh: '正在追溯 4,212 個批號的血緣',
  },
  {
    state: { status: 'queued', ...counts, job: { ...job, status: 'queued' } },
    steps: 'done, done, under way',
    cancel: true,
    en: 'Waiting in the queue',
    zh: '排隊等候中',
  },
  {
    state: { status: 'running', ...counts, job },
    steps: 'done, done, under way',
    cancel: true,
    en: 'Fetching events on the server',
    zh: '伺服器正在擷取事件',
  },
  {
    state: { status: 'streaming', ...counts, jobId: job.job_id },
    steps: 'done, done, under way',
    cancel: true,
    en: 'Receiving rows',
    zh: '正在接收資料',
  },
  {
    state: { status: 'complete', ...counts, jobId: job.job_id },
    steps: 'done, done, done',
    cancel: false,
    en: 'Complete: every row has arrived',
    zh: '追溯完成，資料已全數到齊',
  },
  {
    state: incomplete,
    steps: 'done, done, incomplete',
    cancel: false,
    en: 'Incomplete: some rows are missing',
    zh: '結果不完整，部分資料缺漏',
  },
  {
    state: { status: 'detached', ...counts, jobId: job.job_id },
    steps: 'done, done, left running',
    cancel: false,
    en: 'Left running: the server goes on with it',
    zh: '已轉為背景執行，伺服器仍在處理',
  },
  {
    state: { status: 'failed', stage: 'lineage', error },
    steps: 'done, failed, to do',
    cancel: false,
    en: 'Failed: Trace lineage',
    zh: '「追溯血緣」失敗',
  },
  {
    state: { status: 'cancelled', stage: 'seed-resolve' },
    steps: 'cancelled, to do, to do',
    cancel: false,
    en: 'Cancelled: Resolve lots',
    zh: '已在「解析批號」階段取消',
  },
];

describe.each(cases)('$state.status', ({ state, steps, cancel, en: english, zh }) => {
  test('shows the stages, and marks the current one', () => {
    const shown = show(state);
    expect(
      shown
        .steps()
        .map((step) => step.state)
        .join(', '),
    ).toBe(steps);
    const current = shown.steps().filter((step) => step.current === 'step');
    expect(current.map((step) => step.state)).toEqual(cancel ? ['under way'] : []);
  });

  test('says where it stands in both languages', () => {
    expect(show(state).status()).toBe(english);
    expect(show(state, {}, 'zh-TW').status()).toBe(zh);
    expect(show(state, {}, 'zh-TW').wrapper.attributes('lang')).toBe('zh-TW');
  });

  test('can be cancelled only while it is under way', async () => {
    const { wrapper, trace } = show(state);
    const button = wrapper.findAll('button').find((it) => it.text() === 'Cancel');
    expect(button !== undefined).toBe(cancel);
    await button?.trigger('click');
    expect(trace.cancel).toHaveBeenCalledTimes(cancel ? 1 : 0);
  });
});

describe('the buttons', () => {
  const streaming: TraceState = { status: 'streaming', ...counts, jobId: job.job_id };
  const detached: TraceState = { status: 'detached', ...counts, jobId: job.job_id };
  const failed: TraceState = { status: 'failed', stage: 'events', error };
  const texts = (state: TraceState, locale: TraceLocale) =>
    show(state, {}, locale)
      .wrapper.findAll('button')
      .map((button) => button.text());

  test.each([
    [streaming, ['Leave it running', 'Cancel'], ['背景執行', '取消']],
    [incomplete, ['Go on'], ['繼續接收']],
    [detached, ['Go on'], ['繼續接收']],
    [failed, ['Try again'], ['重試']],
    [{ status: 'cancelled', stage: 'events' } as const, [], []],
  ])('of $status', (state, english, chinese) => {
    expect(texts(state, 'en')).toEqual(english);
    expect(texts(state, 'zh-TW')).toEqual(chinese);
  });

  test('go on with a trace, and leave its job running', async () => {
    const ended = show(incomplete);
    await ended.wrapper.get('button').trigger('click');
    expect(ended.trace.resume).toHaveBeenCalledOnce();
    const active = show(streaming);
    await active.wrapper.get('button').trigger('click');
    expect(active.trace.detach).toHaveBeenCalledOnce();
    expect(active.trace.cancel).not.toHaveBeenCalled();
  });

  test('say nothing of lots that nobody told of', () => {
    const taken = { ...streaming, seedCount: null };
    expect(show(taken).wrapper.text()).toContain('114,892 containers');
    expect(show(taken).wrapper.text()).not.toContain(' from ');
    const unknown = { ...taken, containerCount: null };
    expect(show(unknown).wrapper.text()).not.toContain(' containers');
  });
});

describe('the progress bar', () => {
  const streaming: TraceState = { status: 'streaming', ...counts, jobId: null };

  test('tells its value', () => {
    const { bar } = show(streaming, { percent: 45.8, rows: 520_000, totalRows: 1_148_920 });
    expect(bar().attributes()).toMatchObject({
      'aria-valuemin': '0',
      'aria-valuemax': '100',
      'aria-valuenow': '45',
      'aria-valuetext': '45%, 520,000 of 1,148,920 rows',
    });
    expect(bar().get('div').attributes('style')).toContain('45.8%');
  });

  test('has no value while nothing is known', () => {
    const { bar } = show({ status: 'running', ...counts, job: null });
    expect(bar().attributes('aria-valuenow')).toBeUndefined();
    expect(bar().attributes('aria-valuetext')).toBe('Fetching events on the server');
    expect(bar().classes()).toContain('vts-progress__bar--indeterminate');
  });

  test('is full when the result is complete, whatever was known before', () => {
    const { bar } = show({ status: 'complete', ...counts, jobId: null });
    expect(bar().attributes('aria-valuenow')).toBe('100');
  });

  test('does not run on after a failure', () => {
    const { bar } = show({ status: 'failed', stage: 'events', error });
    expect(bar().classes()).not.toContain('vts-progress__bar--indeterminate');
    expect(bar().attributes('aria-valuenow')).toBe('0');
  });

  test('is not there before a trace', () => {
    expect(show({ status: 'idle' }).bar().exists()).toBe(false);
  });
});

test('figures change without a word to screen readers', async () => {
  const { wrapper, trace, status } = show({ status: 'streaming', ...counts, jobId: null });
  const before = status();
  trace.metrics.value = {
    rows: 520_000,
    totalRows: 1_148_920,
    bytes: 126_400_000,
    rowsPerSecond: 214_500,
    elapsedMs: 75_300,
    remainingMs: 3_100,
    percent: 45,
    resumeCount: 0,
  };
  await wrapper.vm.$nextTick();
  const figures = wrapper.findAll('dd').map((figure) => figure.text());
  expect(figures).toEqual([
    '520,000 of 1,148,920 rows',
    '214,500 rows/s',
    '126.4 MB',
    '1 min 15 s',
    '3 s',
  ]);
  expect(status()).toBe(before);
  expect(wrapper.findAll('[aria-live]')).toHaveLength(1);
});

test.each([
  ['en', 1, 'The connection was lost; the stream was resumed 1 time where it had broken off.'],
  ['en', 2, 'The connection was lost; the stream was resumed 2 times where it had broken off.'],
  ['zh-TW', 2, '連線曾中斷，已從中斷處自動續傳 2 次。'],
] as const)('says in %s that a stream was resumed, %i', (locale, resumeCount, text) => {
  const state = { status: 'streaming', ...counts, jobId: null } as const;
  const items = show(state, { resumeCount }, locale).wrapper.findAll('.vts-note--notice li');
  expect(items.map((item) => item.text())).toEqual([text]);
  expect(show(state).wrapper.find('.vts-note').exists()).toBe(false);
});

test.each([
  ['en', 'queued · place 3 in the queue'],
  ['zh-TW', '排隊中 · 目前排在第 3 位'],
] as const)('shows in %s the place of a job that waits', (locale, text) => {
  const queued = { job_id: 'j', status: 'queued', position: 3 };
  const { wrapper } = show({ status: 'queued', job: queued, ...counts }, {}, locale);
  expect(wrapper.get('.vts-progress__job').text()).toContain(text);
  const { wrapper: running } = show({ status: 'running', job: queued, ...counts }, {}, locale);
  expect(running.get('.vts-progress__job').text()).not.toContain('3');
});

test('the state of the job and its own words are shown', () => {
  const queued = show({ status: 'queued', ...counts, job });
  expect(queued.wrapper.text()).toContain('Job: queued');
  const running = { ...job, progress: 'fetching events' };
  const { wrapper } = show({ status: 'running', ...counts, job: running }, {}, 'zh-TW');
  expect(wrapper.text()).toContain('工作狀態： 執行中 · fetching events');
  expect(wrapper.text()).toContain('4,212 個批號，共 114,892 個容器');
  expect(wrapper.text()).toContain('trace-evt-0123456789ab');
});

test('an incomplete result says what is missing, each in a sentence of its own', () => {
  const texts = (locale: TraceLocale) =>
    show(incomplete, {}, locale)
      .wrapper.findAll('.vts-note--warning li')
      .map((item) => item.text());
  expect(texts('en')).toEqual([
    'The result broke off before its end; later rows may be missing.',
    'The server ended the result with an error: chunk 3 is gone (CHUNK_EXPIRED)',
    'The server did not say which data belong to the result.',
    'Materials: nothing was sent.',
    'Upstream history: broke off at 5,000 of 1,148,920 rows.',
    'Holds: broke off after 5,000 rows.',
    'Part of the result: the server could not fetch it.',
    'History: batches 4 to 6 are missing.',
    'History: batch 4 is missing.',
    'a_domain_of_later: a batch came out of place and was left out.',
    'Maintenance jobs: batch 3: 4,999 rows received, 5,000 announced.',
    'Rejects: the page from row 5,001: 10 rows received, 20 announced.',
    'Downstream rejects: 9 rows received, no number was announced.',
    'In all: 9 rows received, 10 announced.',
  ]);
  const chinese = texts('zh-TW');
  expect(chinese).toHaveLength(problems.length);
  expect(chinese[4]).toBe('上游履歷：應有 1,148,920 筆，收到 5,000 筆後中斷。');
  expect(chinese.every((text) => text.endsWith('。') || text.includes('CHUNK_EXPIRED'))).toBe(true);
});

test('an incomplete result says that the rows shown are not all', () => {
  expect(show(incomplete).wrapper.text()).toContain(en.incomplete.notAll);
  expect(show(incomplete, {}, 'zh-TW').wrapper.text()).toContain(zhTW.incomplete.notAll);
});

describe('a failure', () => {
  const failed: TraceState = { status: 'failed', stage: 'lineage', error };

  test('is told with its message, its code and what to do', () => {
    const text = show(failed).wrapper.get('.vts-note--error').text();
    expect(text).toContain('POST /api/trace/lineage answered 504.');
    expect(text).toContain('LINEAGE_TIMEOUT');
    expect(text).toContain(en.errors.serverAdvice.LINEAGE_TIMEOUT!);
    expect(show(failed, {}, 'zh-TW').wrapper.text()).toContain('血緣範圍過大');
  });

  test('with an unknown server code falls back on the advice of its own code', () => {
    const other = new TraceError('STREAM_INTERRUPTED', 'It broke.', { serverCode: 'toString' });
    const text = show({ status: 'failed', stage: 'events', error: other }).wrapper.text();
    expect(text).toContain(en.errors.advice.STREAM_INTERRUPTED);
  });

  test('with rows received says that they stay', () => {
    expect(show(failed).wrapper.text()).not.toContain(en.errors.keptRows);
    expect(show(failed, { rows: 5 }).wrapper.text()).toContain(en.errors.keptRows);
  });
});

test('notices are told in sentences', () => {
  const notices: TraceNotice[] = [
    { kind: 'rows-not-offered', domain: 'upstream_history', total: 1_148_920 },
    { kind: 'rows-not-offered', domain: 'materials', total: null },
    { kind: 'meta-missing' },
    { kind: 'domain-unannounced', domain: 'holds' },
    { kind: 'batch-repeated', domain: 'jobs', batch: 0 },
    { kind: 'line-unexpected', type: 'meta', domain: null },
    { kind: 'values-not-found', values: Array.from({ length: 12 }, (_, i) => `L${i}`) },
    { kind: 'non-finite-numbers', count: 1 },
    { kind: 'server-warning', code: 'EVENTS_PARTIAL_FAILURE', message: null },
    { kind: 'quality-meta', text: '{"late":3}' },
    { kind: 'kept-job-unusable' },
    { kind: 'cancel-failed', error },
  ];
  const texts = (locale: TraceLocale) =>
    show({ status: 'complete', ...counts, jobId: null }, {}, locale, notices)
      .wrapper.findAll('.vts-note--notice li')
      .map((item) => item.text());
  expect(texts('en')).toEqual([
    'Upstream history: the server keeps 1,148,920 rows to itself; they cannot be shown.',
    'Materials: the server keeps its rows to itself; they cannot be shown.',
    'The server did not announce the data; they were checked against the query.',
    'Holds: came without being announced.',
    'Maintenance jobs: batch 1 came again and was taken once.',
    'A line of type “meta” came out of place and was ignored.',
    '12 values of the query not found: L0, L1, L2, L3, L4, L5, L6, L7, L8, L9 …',
    '1 value that is no number (NaN or Infinity) shown as empty.',
    'The server sent a warning. EVENTS_PARTIAL_FAILURE',
    'Quality of the data: {"late":3}',
    'The trace that this tab had kept cannot be taken up; it was forgotten. Run it again.',
    'Cancelled here, but the server could not be told: the job may still run. HTTP_ERROR',
  ]);
  expect(texts('zh-TW')[0]).toBe('上游履歷：伺服器未提供 1,148,920 筆明細資料，無法顯示。');
  expect(texts('zh-TW').every((text) => /[\u4e00-\u9fff]/.test(text))).toBe(true);
});

test('what the server says is shown as text, never as markup', () => {
  const message = '<img src=x onerror=alert(1)>';
  const notices: TraceNotice[] = [{ kind: 'server-warning', code: null, message }];
  const { wrapper } = show({ status: 'complete', ...counts, jobId: null }, {}, 'en', notices);
  expect(wrapper.get('.vts-note--notice').text()).toContain('<img src=x');
  expect(wrapper.find('img').exists()).toBe(false);
});

test('texts of the page’s own are taken where they are provided', () => {
  const trace = show({ status: 'idle' }).trace;
  const own = { ...en, status: { ...en.status, idle: 'Press the button' } };
  const wrapper = mount(TraceProgress, {
    props: { trace },
    global: { provide: { [traceMessagesKey as symbol]: own } },
  });
  expect(wrapper.get('[role=status]').text()).toBe('Press the button');
});

test('without a locale the language of the page is taken', () => {
  const { trace } = show({ status: 'idle' });
  document.documentElement.lang = 'zh-Hant-TW';
  expect(mount(TraceProgress, { props: { trace } }).get('[role=status]').text()).toBe(
    '尚未開始追溯',
  );
  document.documentElement.lang = 'de';
  expect(mount(TraceProgress, { props: { trace } }).get('[role=status]').text()).toBe(
    'Ready to trace',
  );
  document.documentElement.lang = '';
});
