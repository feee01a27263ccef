import { describe, expect, it, vi } from 'vitest';
import { StreamReading } from '../../src/composables/useTraceProgress/StreamReading.js';
import type { TraceDomain } from '../../src/protocol/index.js';
import { createGivenServer, makeRows, readResult, type Result } from './givenServer.js';
import { json } from './traceServer.js';

const DOMAINS: TraceDomain[] = ['history', 'holds'];
const RESULT: Result = { history: makeRows(23, 1), holds: makeRows(12, 2) };

describe('a reading that ended early', () => {
  it.each(['pages', 'streams'])('is gone on with by a later run, by %s', async (by) => {
    let isAway = true;
    const away = () => (isAway ? json({}, { status: 503 }) : undefined);
    const hasPages = by === 'pages';
    const cut = (lines: string[]) => lines.slice(0, 4);
    const faults = hasPages ? [cut] : Array<typeof cut>(6).fill(cut);
    const server = createGivenServer({ result: RESULT, size: 5, faults, hasPages, onPage: away });
    const { reading, run, rows, problems, tables } = await readResult(server, DOMAINS);
    expect(problems).toContainEqual({ kind: 'no-end-mark' });
    expect(rows.history).toEqual(RESULT.history!.slice(0, 10));
    isAway = false;
    reading.takeUp({ ...run, signal: new AbortController().signal });
    const received = await reading.read({ url: '/job/stream' });
    expect(received).toMatchObject({ problems: [], notices: [], error: null });
    expect(DOMAINS.map((name) => tables.get(name)!.toJSON())).toEqual(Object.values(RESULT));
    expect(run.meter.read()).toMatchObject({ rows: 35, totalRows: 35 });
  });

  it('is gone on with by a way that had led nowhere', async () => {
    let isAway = true;
    const onPage = () => (isAway ? json({}, { status: 501 }) : undefined);
    const faults = Array.from({ length: 20 }, () => (lines: string[]) => lines.slice(0, 4));
    const server = createGivenServer({ result: RESULT, size: 5, faults, onPage });
    const { reading, run, problems } = await readResult(server, DOMAINS);
    expect(problems).toContainEqual({ kind: 'no-end-mark' });
    isAway = false;
    reading.takeUp({ ...run, signal: new AbortController().signal });
    expect(await reading.read({ url: '/job/stream' })).toMatchObject({ problems: [] });
  });

  it('is of the later run: it is told what comes, and ends the reading', async () => {
    const cut = (lines: string[]) => lines.slice(0, 4);
    const warning = '{"type":"warning","code":"W","message":"late"}\n';
    const warn = (lines: string[]) => [...cut(lines), warning];
    const faults = [...Array<typeof cut>(6).fill(cut), ...Array<typeof cut>(6).fill(warn)];
    const server = createGivenServer({ result: RESULT, size: 5, faults, hasPages: false });
    const { reading, run, notices } = await readResult(server, DOMAINS);
    const controller = new AbortController();
    const notify = vi.fn(() => controller.abort(new Error('left')));
    reading.takeUp({ ...run, notify, signal: controller.signal });
    await expect(reading.read({ url: '/job/stream' })).rejects.toThrow('left');
    expect(notify).toHaveBeenCalledTimes(1);
    expect(notices).toEqual([]);
  });
});

it('rows that pages brought do not come again by a stream, once there are no pages', async () => {
  let isGone = false;
  const onPage = ({ domain }: { domain: string }) => {
    if (isGone) return json({ error: 'no', code: 'NOT_FOUND' }, { status: 404 });
    return domain === 'holds' ? json({}, { status: 503 }) : undefined;
  };
  const faults = [(lines: string[]) => lines.slice(0, 4)];
  const server = createGivenServer({ result: RESULT, size: 5, faults, onPage });
  const { reading, run, rows, tables } = await readResult(server, DOMAINS);
  expect(rows).toEqual({ ...RESULT, holds: [] });
  isGone = true;
  reading.takeUp({ ...run, signal: new AbortController().signal });
  const { problems } = await reading.read({ url: '/job/stream' });
  expect(tables.get('history')!.toJSON()).toEqual(RESULT.history);
  expect(problems).toEqual([]);
});

it('a reading that begins anew is left where it is not wanted', async () => {
  const restarted = '{"type":"error","code":"RESULT_RESTARTED","message":"begun anew"}\n';
  const faults = [
    (lines: string[]) => lines,
    (lines: string[]) => [...lines.slice(0, 4), restarted],
  ];
  const server = createGivenServer({ result: RESULT, size: 5, faults });
  const { run } = await readResult(server, DOMAINS);
  const dropRows = vi.fn();
  const reading = new StreamReading({ ...run, dropRows }, { statusUrl: '/job' });
  expect(await reading.read({ url: '/job/stream', onRestart: () => false })).toBeNull();
  expect(dropRows).toHaveBeenCalledTimes(1);
  expect(server.asked).toEqual(['stream', 'stream']);
});
