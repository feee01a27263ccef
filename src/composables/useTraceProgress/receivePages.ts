import { fetchResultPages } from '../../jobs/index.js';
import type { CompletenessProblem } from '../../stream/index.js';
import { notifyAll, notifyNonFinite, receiveFigures, receiveRows } from './receiveRows.js';
import type { Received } from './receiveStream.js';
import { sendOptionsOf, type TraceRun } from './TraceRun.js';

/** Job endpoints allow 60 requests a minute; pages of 5000 rows would use them up at 300,000. */
const PAGE_ROWS = 20_000;

async function receiveDomain(run: TraceRun, statusUrl: string, domain: string) {
  const problems: CompletenessProblem[] = [];
  const { profile } = run.request;
  const options = { ...sendOptionsOf(run), ...run.transport.poll, profile, limit: PAGE_ROWS };
  let first = true;
  for await (const page of fetchResultPages(statusUrl, domain, options)) {
    if (first) {
      const total = page.total ?? page.rows.length;
      run.writer.openDomain(domain, total);
      run.meter.addTotal(total);
      receiveFigures(run, page.answer);
      notifyAll(run, page.verdict.notices);
      first = false;
    }
    notifyNonFinite(run, page.nonFiniteNumbers);
    problems.push(...page.verdict.problems);
    await receiveRows(run, domain, page.rows);
  }
  return problems;
}

/** Reads a finished job's result page by page, where there is no stream. */
export async function receivePages(run: TraceRun, statusUrl: string): Promise<Received> {
  const problems: CompletenessProblem[] = [];
  run.meter.startStep();
  for (const domain of run.request.domains) run.writer.openDomain(domain);
  try {
    for (const domain of run.request.domains) {
      problems.push(...(await receiveDomain(run, statusUrl, domain)));
    }
    return { problems, error: null };
  } catch (error) {
    run.signal.throwIfAborted();
    return { problems: [...problems, { kind: 'no-end-mark' }], error };
  }
}
