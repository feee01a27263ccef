import { fetchResultPages } from '../../jobs/index.js';
import { withoutRows } from '../../records/index.js';
import type { CompletenessProblem } from '../../stream/index.js';
import { createDomainProgress, type DomainProgress } from './createDomainProgress.js';
import {
  appendBatches,
  createRowsReader,
  notifyNonFinite,
  receiveFigures,
  type RowsReader,
} from './receiveRows.js';
import type { Received } from './StreamReading.js';
import { retryOptionsOf, sendOptionsOf, type TraceRun } from './TraceRun.js';

/** Job endpoints allow 60 requests a minute; pages of 5000 rows would use them up at 300,000. */
const PAGE_ROWS = 20_000;

/** Reads a finished job's result page by page, where there is no stream. */
export async function receivePages(run: TraceRun, statusUrl: string): Promise<Received> {
  const { domains } = run.request;
  for (const domain of domains) run.writer.openDomain(domain);
  run.meter.startStep();
  const receiver = new PagesReceiver(run, statusUrl);
  for (const [index, domain] of domains.entries()) {
    try {
      await receiver.receive(domain);
    } catch (error) {
      run.signal.throwIfAborted();
      const later = domains.slice(index + 1);
      const missing = later.map((name) => ({ kind: 'domain-missing', domain: name }) as const);
      const problems = [...receiver.problems, receiver.unfinished(domain), ...missing];
      return { problems, notices: [], error };
    }
  }
  return { problems: receiver.problems, notices: [], error: null };
}

class PagesReceiver {
  readonly problems: CompletenessProblem[] = [];
  readonly #run: TraceRun;
  readonly #statusUrl: string;
  readonly #progress: DomainProgress;
  readonly #reader: RowsReader;
  /** Bytes of the pages before the one under way. */
  #bytes = 0;
  /** Rows and total of the domain under way; null before its first page. */
  #domain: { received: number; expected: number | null } | null = null;

  constructor(run: TraceRun, statusUrl: string) {
    this.#run = run;
    this.#statusUrl = statusUrl;
    this.#progress = createDomainProgress(run.meter, run.request.domains.length);
    this.#reader = createRowsReader(run);
  }

  unfinished(domain: string): CompletenessProblem {
    if (!this.#domain) return { kind: 'domain-missing', domain };
    return { kind: 'domain-unfinished', domain, ...this.#domain };
  }

  /** Appends the pages of one domain, and notes what they lack. */
  async receive(domain: string): Promise<void> {
    this.#domain = null;
    for await (const { rowCount, total, answer, verdict, nonFiniteNumbers } of this.#pages(
      domain,
    )) {
      this.#run.notify(verdict.notices);
      notifyNonFinite(this.#run, nonFiniteNumbers);
      this.problems.push(...verdict.problems);
      if (!this.#domain) this.#begin(domain, total ?? rowCount);
      if (!this.#domain!.received) receiveFigures(this.#run, answer);
      const batches = this.#reader.batches().get(domain) ?? [];
      // later pages build on the dictionary entries of one whose rows are not wanted
      const taken = rowCount > 0 ? batches : batches.map(withoutRows);
      await appendBatches(this.#run, this.#progress, domain, taken);
      this.#domain!.received += rowCount;
    }
  }

  #begin(domain: string, expected: number): void {
    const { writer } = this.#run;
    this.#domain = { received: 0, expected };
    writer.openDomain(domain, expected);
    writer.setStatus(domain, 'receiving');
    this.#progress.begin(domain, expected);
  }

  #pages(domain: string) {
    let last = 0;
    return fetchResultPages(this.#statusUrl, domain, {
      ...sendOptionsOf(this.#run),
      ...retryOptionsOf(this.#run),
      profile: this.#run.request.profile,
      limit: PAGE_ROWS,
      read: this.#reader.read,
      onBytes: (bytes) => {
        if (bytes < last) this.#bytes += last;
        last = bytes;
        this.#run.meter.setBytes(this.#bytes + bytes);
      },
    });
  }
}
