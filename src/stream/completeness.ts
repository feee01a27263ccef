import type {
  CompletenessNotice,
  CompletenessProblem,
  CompletenessVerdict,
} from './CompletenessProblem.js';
import { shortText } from '../protocol/shortText.js';
import { createDomainTally, isNotOffered, judgeDomain, type DomainTally } from './domainTally.js';
import { KeptList, MOST_KEPT } from './KeptList.js';
import { textOf, textsOf, wholeNumber, type MessageHeader } from './messageHeader.js';
import { RepeatedLines } from './RepeatedLines.js';

export interface CompletenessOptions {
  /** The domains that were asked for; missed even where the server does not announce them. */
  domains?: readonly string[];
  /** Of the trace; `mid_section_defect` may keep its rows. @default the profile of `meta` */
  profile?: string;
}

/** Follows a stream by its headers and knows, at any time, what it lacks. */
export interface CompletenessCheck {
  /**
   * Takes the header of the next message and says whether to take its rows. Each batch is taken
   * once, whatever the order; never throws, whatever the header holds.
   */
  accept(header: MessageHeader): 'take' | 'drop';
  /**
   * The stream broke off, and what follows is of another one, which was asked for by the last cursor:
   * what it says again is dropped without a word, and the counts of both are held together.
   */
  resume(): void;
  /** What the result lacks, were this the end; empty only for a complete one. */
  problems(): CompletenessProblem[];
  /** What was odd but cost no row. */
  notices(): CompletenessNotice[];
}

/**
 * Makes the check that a stream must pass to count as complete: `complete` came, every domain began
 * and ended, batches ran without a hole, every count agrees, no domain failed. A `full_result` is
 * its own end mark; hold its answer to `checkAnswer`.
 *
 * @example
 * const check = createCompletenessCheck({ domains: ['history'] });
 * await consumeNDJSONStream(url, (message) => {
 *   if (check.accept(headerOf(message)) === 'take' && message.type === 'records') add(message.data);
 * });
 * const incomplete = check.problems().length > 0;
 */
export function createCompletenessCheck(options: CompletenessOptions = {}): CompletenessCheck {
  const check = new StreamCheck(options);
  return {
    accept: (header) => check.accept(header),
    resume: () => check.resume(),
    problems: () => check.verdict().problems,
    notices: () => check.verdict().notices,
  };
}

class StreamCheck {
  readonly #asked: readonly string[];
  #profile: string | null;
  #announced: Set<string> | null = null;
  // A Map, because a domain of the wire may be called __proto__.
  readonly #domains = new Map<string, DomainTally>();
  readonly #failed = new Set<string>();
  readonly #repeated = new RepeatedLines();
  readonly #problems = new KeptList<CompletenessProblem>();
  /** Apart, for how a stream ended is worth more than what was odd in it. */
  readonly #errorLines = new KeptList<CompletenessProblem>();
  readonly #notices = new KeptList<CompletenessNotice>();
  #end: 'complete' | 'error' | 'full_result' | null = null;
  #totalRecords: number | null = null;

  constructor({ domains = [], profile }: CompletenessOptions) {
    this.#asked = domains;
    this.#profile = profile ?? null;
  }

  accept(header: MessageHeader): 'take' | 'drop' {
    if (header.type === 'records') return this.#takeBatch(header);
    if (this.#repeated.has(header)) return this.#takeAgain(header);
    // An error counts even behind `complete`: the server knows of it.
    const late = this.#end !== null && header.type !== 'error';
    if (!late && this.#takeLine(header)) return 'take';
    const domain = textOf(header.domain);
    this.#notices.push({ kind: 'line-unexpected', type: header.type, domain });
    return 'drop';
  }

  resume(): void {
    this.#repeated.resume();
    if (this.#end !== 'error') return;
    // the server could not go on then, and does now
    this.#end = null;
    this.#errorLines.clear();
  }

  verdict(): CompletenessVerdict {
    const { problems, notices } = this.#judge();
    const moreProblems = Math.max(0, problems.length - MOST_KEPT) + this.#problems.left;
    const moreNotices = Math.max(0, notices.length - MOST_KEPT) + this.#notices.left;
    problems.length = Math.min(problems.length, MOST_KEPT);
    notices.length = Math.min(notices.length, MOST_KEPT);
    if (moreProblems > 0) problems.push({ kind: 'more-problems', count: moreProblems });
    if (moreNotices > 0) notices.push({ kind: 'more-notices', count: moreNotices });
    return { problems, notices };
  }

  #judge(): CompletenessVerdict {
    const problems = [...this.#errorLines, ...this.#problems];
    const notices = [...this.#notices];
    if (this.#end === null) problems.unshift({ kind: 'no-end-mark' });
    if (this.#end === 'full_result') return { problems, notices };
    for (const domain of this.#failed) problems.push({ kind: 'domain-failed', domain });
    if (this.#announced === null && this.#end !== 'error') {
      if (this.#asked.length === 0) problems.push({ kind: 'domains-unknown' });
      else notices.push({ kind: 'meta-missing' });
    }
    for (const [domain, tally] of this.#expectedDomains()) {
      const failed = this.#failed.has(domain);
      const judged = judgeDomain(domain, tally, { failed, msd: this.#isMsd() });
      for (const problem of judged.problems) problems.push(problem);
      notices.push(...judged.notices);
    }
    if (this.#end === 'complete') problems.push(...this.#totalMismatch());
    return { problems, notices };
  }

  #takeBatch(header: MessageHeader): 'take' | 'drop' {
    const domain = textOf(header.domain);
    const batch = wholeNumber(header.batch);
    const tally = domain === null ? null : this.#tallyOf(domain);
    if (domain === null || tally === null || batch === null || tally.ended || this.#end !== null) {
      this.#problems.push({ kind: 'batch-unexpected', domain, batch });
      return 'drop';
    }
    if (tally.batches.has(batch)) {
      this.#notices.push({ kind: 'batch-repeated', domain, batch });
      return 'drop';
    }
    const received = header.rows ?? 0;
    const expected = wholeNumber(header.count);
    if (header.rows !== expected) {
      this.#problems.push({ kind: 'batch-count', domain, batch, received, expected });
    }
    if (header.rows === null) return 'drop';
    tally.batches.add(batch);
    tally.received += received;
    return 'take';
  }

  /** Of a job that was followed nobody knew the totals before. */
  #takeAgain({ type, domain, total }: MessageHeader): 'drop' {
    const tally = type === 'domain_start' && this.#domains.get(domain as string);
    if (tally) tally.total ??= wholeNumber(total);
    return 'drop';
  }

  /** False for a line that may not stand where it stands. */
  #takeLine(header: MessageHeader): boolean {
    switch (header.type) {
      case 'meta':
        return this.#takeMeta(header);
      case 'domain_start':
      case 'domain_end':
        return this.#takeDomainMark(header);
      case 'warning':
        this.#takeWarning(header);
        return true;
      case 'error':
        this.#end = 'error';
        this.#errorLines.push({
          kind: 'error-line',
          code: textOf(header.code),
          message: shortText(textOf(header.message) ?? ''),
        });
        return true;
      case 'full_result':
        // It stands in place of all else: rows that came before would be in it a second time.
        if (this.#domains.size > 0) return false;
        this.#end = 'full_result';
        return true;
      case 'complete':
        this.#end = 'complete';
        this.#totalRecords = wholeNumber(header.total_records);
        return true;
      default:
        return true;
    }
  }

  #takeMeta(header: MessageHeader): boolean {
    if (this.#announced !== null) return false;
    this.#announced = new Set(textsOf(header.domains));
    this.#profile ??= textOf(header.profile);
    return true;
  }

  #takeDomainMark(header: MessageHeader): boolean {
    const domain = textOf(header.domain);
    if (domain === null) return false;
    const tally = this.#tallyOf(domain);
    const starts = header.type === 'domain_start';
    if (tally.ended || (starts && tally.begun)) return false;
    if (starts) {
      tally.begun = true;
      tally.total = wholeNumber(header.total);
    } else {
      tally.ended = true;
      tally.endCount = wholeNumber(header.count);
    }
    return true;
  }

  #takeWarning(header: MessageHeader): void {
    const failed = textsOf(header.failed_domains);
    for (const domain of failed) this.#failed.add(domain);
    if (failed.length === 0 && header.code === 'EVENTS_PARTIAL_FAILURE') {
      this.#problems.push({ kind: 'domain-failed', domain: null });
    }
  }

  #tallyOf(domain: string): DomainTally {
    const known = this.#domains.get(domain);
    if (known) return known;
    if (this.#announced !== null && !this.#announced.has(domain)) {
      this.#notices.push({ kind: 'domain-unannounced', domain });
    }
    const tally = createDomainTally();
    this.#domains.set(domain, tally);
    return tally;
  }

  #expectedDomains(): Map<string, DomainTally> {
    const expected = new Map<string, DomainTally>();
    for (const domain of [...this.#asked, ...(this.#announced ?? []), ...this.#domains.keys()]) {
      expected.set(domain, this.#domains.get(domain) ?? createDomainTally());
    }
    return expected;
  }

  #totalMismatch(): CompletenessProblem[] {
    let received = 0;
    let notOffered = 0;
    let failed = 0;
    for (const [domain, tally] of this.#domains) {
      received += tally.received;
      // a domain that fails while its job is followed is none of the result's, rows and all
      if (this.#failed.has(domain)) failed += tally.received;
      if (this.#isMsd() && isNotOffered(tally)) notOffered += tally.total ?? 0;
    }
    const expected = this.#totalRecords;
    // Servers that keep rows back may or may not count them here.
    const possible = [received, received + notOffered, received - failed];
    if (expected !== null && possible.includes(expected)) return [];
    return [{ kind: 'total-mismatch', received, expected }];
  }

  #isMsd(): boolean {
    return this.#profile === 'mid_section_defect';
  }
}
