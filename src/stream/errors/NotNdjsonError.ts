import { TraceError } from '../../protocol/TraceError.js';

export interface NotNdjsonContext {
  url: string;
  status: number;
  /** As the answer names it; null where it names none. */
  contentType: string | null;
  /** Where the request was redirected to, if it was. */
  redirectedTo?: string;
  /** True where the body, whatever its type, begins as a page of HTML. */
  markup: boolean;
}

/** A stream was asked for, and something else answered with success: mostly a login page. */
export class NotNdjsonError extends TraceError {
  override readonly name = 'NotNdjsonError';
  declare readonly url: string;
  declare readonly status: number;
  readonly contentType: string | null;
  readonly redirectedTo?: string;

  constructor({ url, status, contentType, redirectedTo, markup }: NotNdjsonContext) {
    const via = redirectedTo === undefined ? '' : ` after a redirect to ${redirectedTo}`;
    super(
      'NOT_NDJSON',
      `${url} answered ${status}${via} with ${contentType ?? 'no content type'} in place of NDJSON.\n` +
        (markup
          ? 'That is a web page, perhaps a login page: sign in again, then repeat the trace.'
          : 'Check that the address is that of a stream (stream_url).'),
      { url, status },
    );
    this.contentType = contentType;
    this.redirectedTo = redirectedTo;
  }
}
