import { fetchResultPages } from '../../jobs/index.js';
import type { CompletenessProblem } from '../../stream/index.js';
import { createDomainProgress, type DomainProgress } from './createDomainProgress.js';
import { appendSlices, notifyAll, notifyNonFinite, receiveFigures } from './receiveRows.js';
import type { Received } from './receiveStream.js';
import { sendOptionsOf, type TraceRun } from './TraceRun.js';

/** Job endpoints allow 60 requests a minute; pages of 5000 rows would use them up at 300,000. */
const PAGE_ROWS = 20_000;

async function* domainPages(run: TraceRun, statusUrl: string, domain: string) {
  const { profile } = run.request;
  const options = { ...sendOptionsOf(run), ...run.transport.poll, profile, limit: PAGE_ROWS };
  yield* fetchResultPages(statusUrl, domain, options);
}

/** Appends a domain's pages, and adds what they lack to `problems`. */
async function receiveDomain(
  run: TraceRun,
  pages: ReturnType<typeof domainPages>,
  progress: DomainProgress,
  problems: CompletenessProblem[],
): Promise<void> {
  let first = true;
  for await (const { domain, rows, total, answer, verdict, nonFiniteNumbers } of pages) {
    if (first) {
      const expected = total ?? rows.length;
      run.writer.openDomain(domain, expected);
      run.writer.setStatus(domain, 'receiving');
      progress.begin(domain, expected);
      receiveFigures(run, answer);
      first = false;
    }
    notifyAll(run, verdict.notices);
    notifyNonFinite(run, nonFiniteNumbers);
    problems.push(...verdict.problems);
    await appendSlices(run, progress, domain, rows);
  }
}

/** Reads a finished job's result page by page, where there is no stream. */
export async function receivePages(run: TraceRun, statusUrl: string): Promise<Received> {
  const { domains } = run.request;
  const problems: CompletenessProblem[] = [];
  const progress = createDomainProgress(run.meter, domains.length);
  for (const domain of domains) run.writer.openDomain(domain);
  run.meter.startStep();
  try {
    for (const domain of domains) {
      await receiveDomain(run, domainPages(run, statusUrl, domain), progress, problems);
    }
    return { problems, error: null };
  } catch (error) {
    run.signal.throwIfAborted();
    return { problems: [...problems, { kind: 'no-end-mark' }], error };
  }
}
