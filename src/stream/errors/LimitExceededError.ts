import { TraceError, type TraceErrorContext } from '../../protocol/TraceError.js';
import { FIXED_LIMITS, type TraceLimit } from '../../protocol/TraceLimits.js';
import { shortText } from '../../protocol/shortText.js';

const NAMED = 100;

/** A server sends more than a page can take; the rows before that are kept. */
export class LimitExceededError extends TraceError {
  override readonly name = 'LimitExceededError';
  readonly limit: TraceLimit;
  /** What the limit allows. */
  readonly most: number;

  constructor(limit: TraceLimit, most: number, context: TraceErrorContext = {}) {
    const { url, domain, line } = context;
    const where = [
      domain === undefined ? '' : `, in the domain ${shortText(domain, NAMED)}`,
      line === undefined ? '' : `, in line ${line}`,
      url === undefined ? '' : `, of ${url}`,
    ].join('');
    const isFixed = limit in FIXED_LIMITS;
    super(
      'LIMIT_EXCEEDED',
      `The server sends more than ${limit} (${most}) allows${where}.\n` +
        (isFixed
          ? "No result that is whole needs so much: tell the server's owner."
          : `Ask for fewer containers, or raise limits.${limit}.`),
      { ...context, ...(domain !== undefined && { domain: shortText(domain, NAMED) }) },
    );
    this.limit = limit;
    this.most = most;
  }

  /** The same error, where its place is known. */
  at(place: TraceErrorContext): LimitExceededError {
    const { limit, most, domain } = this;
    return new LimitExceededError(limit, most, {
      ...(domain !== undefined && { domain }),
      ...place,
    });
  }
}

/** @throws LimitExceededError where `value` is beyond a limit that is no one's to set */
export function holdTo(
  limit: keyof typeof FIXED_LIMITS,
  value: number,
  context?: TraceErrorContext,
): void {
  const most = FIXED_LIMITS[limit];
  if (value > most) throw new LimitExceededError(limit, most, context);
}
