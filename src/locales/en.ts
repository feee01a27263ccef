import { createFormats, splitDuration } from './format.js';
import type { TraceMessages } from './TraceMessages.js';

const { integer, megabytes } = createFormats('en');

function count(value: number, one: string, many: string): string {
  return `${integer(value)} ${value === 1 ? one : many}`;
}
const rows = (value: number) => count(value, 'row', 'rows');
const receivedOf = (received: number, expected: number | null) =>
  `${rows(received)} received, ${expected === null ? 'no number was announced' : `${integer(expected)} announced`}`;

/** English texts. */
export const en: TraceMessages = {
  tag: 'en',
  domains: {
    history: 'History',
    materials: 'Materials',
    rejects: 'Rejects',
    holds: 'Holds',
    jobs: 'Maintenance jobs',
    upstream_history: 'Upstream history',
    downstream_rejects: 'Downstream rejects',
  },
  table: {
    rowNumber: 'No.',
    empty: 'No rows',
    noMatch: 'No row matches',
    noValue: 'no value',
    integer,
    search: 'Search',
    clearSearch: 'Clear the search',
    matches: (found) => count(found, 'row matches', 'rows match'),
    viewFailed: (reason) => `Cannot sort or search: ${reason}`,
    follow: 'Follow',
    csv: {
      save: 'Export CSV',
      writing: (percent) => `Writing ${integer(percent)}% – cancel`,
      done: 'The CSV file is written.',
      incomplete: 'INCOMPLETE: this file does not have every row of the result.',
      failed: (reason) => `Cannot write the CSV file: ${reason}`,
    },
    sortHint: 'Click to sort, Shift+click to sort by one more column',
    sortKey: (key, descending) =>
      `sort key ${integer(key)}, ${descending ? 'descending' : 'ascending'}`,
  },
  stages: {
    label: 'Stages of the trace',
    resolve: 'Resolve lots',
    lineage: 'Trace lineage',
    events: 'Fetch events',
    done: 'done',
    current: 'under way',
    todo: 'to do',
    failed: 'failed',
    incomplete: 'incomplete',
    detached: 'left running',
    cancelled: 'cancelled',
  },
  status: {
    idle: 'Ready to trace',
    resolving: 'Resolving lots',
    tracingLineage: (seedCount) => `Tracing the lineage of ${count(seedCount, 'lot', 'lots')}`,
    queued: 'Waiting in the queue',
    running: 'Fetching events on the server',
    streaming: 'Receiving rows',
    noSeeds: 'No lot matches the query',
    complete: 'Complete: every row has arrived',
    incomplete: 'Incomplete: some rows are missing',
    detached: 'Left running: the server goes on with it',
    failed: (stage) => `Failed: ${stage}`,
    cancelled: (stage) => `Cancelled: ${stage}`,
  },
  job: {
    label: 'Job:',
    id: 'Job ID:',
    scope(seedCount, containerCount) {
      const containers = count(containerCount, 'container', 'containers');
      return seedCount === null
        ? containers
        : `${containers} from ${count(seedCount, 'lot', 'lots')}`;
    },
    waiting: 'waiting for the answer',
    phase: { queued: 'queued', running: 'running' },
    place: (position) => `place ${integer(position)} in the queue`,
  },
  figures: {
    bar: 'Progress of this step',
    rows: 'Rows',
    rowsOf: (received, total) =>
      total === null ? rows(received) : `${integer(received)} of ${rows(total)}`,
    percent: (percent) => `${integer(percent)}%`,
    speed: 'Speed',
    rowsPerSecond: (value) => `${integer(value)} rows/s`,
    size: 'Received',
    megabytes,
    elapsed: 'Elapsed',
    remaining: 'Time left',
    duration: (ms) => {
      const { hours, minutes, seconds } = splitDuration(ms);
      if (hours > 0) return `${hours} h ${minutes} min`;
      return minutes > 0 ? `${minutes} min ${seconds} s` : `${seconds} s`;
    },
  },
  notices: {
    label: 'Worth knowing',
    rowsNotOffered: (domain, total) =>
      `${domain}: the server keeps ${total === null ? 'its rows' : rows(total)} to itself; they cannot be shown.`,
    metaMissing: 'The server did not announce the data; they were checked against the query.',
    domainUnannounced: (domain) => `${domain}: came without being announced.`,
    batchRepeated: (domain, batch) =>
      `${domain}: batch ${integer(batch)} came again and was taken once.`,
    lineUnexpected: (type) => `A line of type “${type}” came out of place and was ignored.`,
    valuesNotFound: (names, all) =>
      `${count(all, 'value', 'values')} of the query not found: ${names.join(', ')}${all > names.length ? ' …' : ''}`,
    seedsNotSent: (counted, sent) =>
      `The server found ${integer(counted)} lots and sent ${integer(sent)} of them: the others are not in this trace.`,
    nonFiniteNumbers: (found) =>
      `${count(found, 'value that is', 'values that are')} no number (NaN or Infinity) shown as empty.`,
    limitNear: (limit, percent) =>
      `The result has reached ${integer(percent)}% of what this page takes (${limit}); beyond that it ends.`,
    serverWarning: 'The server sent a warning.',
    qualityMeta: (text) => `Quality of the data: ${text}`,
    more: (left) => `… and ${integer(left)} more`,
    rowsReadAnew: {
      restarted: 'Another worker began the job anew; the rows so far were dropped and come again.',
      interrupted:
        'The connection to the job broke off; the rows so far were dropped and come again.',
    },
    resumed: (times) =>
      `The connection was lost; the stream was resumed ${count(times, 'time', 'times')} where it had broken off.`,
    keptJobUnusable:
      'The trace that this tab had kept cannot be taken up; it was forgotten. Run it again.',
    rowsFilled: (filled) => `${rows(filled)} that the stream had left out came afterwards.`,
    cancelFailed: 'Cancelled here, but the server could not be told: the job may still run.',
  },
  incomplete: { label: 'What is missing', notAll: 'The rows shown are not all of the result.' },
  problems: {
    unnamedDomain: 'Part of the result',
    noEndMark: 'The result broke off before its end; later rows may be missing.',
    errorLine: (message) => `The server ended the result with an error: ${message}`,
    domainsUnknown: 'The server did not say which data belong to the result.',
    domainMissing: (domain) => `${domain}: nothing was sent.`,
    domainUnfinished: (domain, received, expected) =>
      expected === null
        ? `${domain}: broke off after ${rows(received)}.`
        : `${domain}: broke off at ${integer(received)} of ${rows(expected)}.`,
    domainFailed: (domain) => `${domain}: the server could not fetch it.`,
    batchesMissing: (domain, from, to) =>
      from === to
        ? `${domain}: batch ${integer(from)} is missing.`
        : `${domain}: batches ${integer(from)} to ${integer(to)} are missing.`,
    batchUnexpected: (domain, batch) =>
      `${domain}: ${batch === null ? 'a batch' : `batch ${integer(batch)}`} came out of place and was left out.`,
    batchCount: (domain, batch, received, expected) =>
      `${domain}: batch ${integer(batch)}: ${receivedOf(received, expected)}.`,
    pageCount: (domain, from, received, expected) =>
      `${domain}: the page from row ${integer(from)}: ${receivedOf(received, expected)}.`,
    countMismatch: (domain, received, expected) => `${domain}: ${receivedOf(received, expected)}.`,
    resultChanged: (domain) =>
      `${domain === null ? 'T' : `${domain}: t`}he result on the server has changed; it does not match the rows shown, and nothing of it was added. Run the trace again.`,
    totalMismatch: (received, expected) => `In all: ${receivedOf(received, expected)}.`,
  },
  errors: {
    whatToDo: 'What to do',
    keptRows: 'The rows received before stay in the table.',
    advice: {
      HTTP_ERROR: 'Try again; if it keeps failing, tell your administrator the error code.',
      NETWORK_ERROR: 'Check the network connection, then try again.',
      REQUEST_TIMEOUT: 'The server did not answer in time: try again in a moment.',
      INVALID_ANSWER: 'The server may be of another version: tell your administrator.',
      NOT_NDJSON: 'You may have been signed out: reload the page and sign in.',
      STREAM_INTERRUPTED: 'The connection broke: check the network, then try again.',
      MALFORMED_LINE: 'The data were damaged on the way: try again.',
      LINE_TOO_LONG: 'Ask your administrator to lower the batch size of the server.',
      LIMIT_EXCEEDED: 'The result is too large to be shown: ask for fewer lots.',
      DECODE_WORKER_FAILED: 'Close other tabs or ask for fewer lots, then run the trace again.',
      STREAM_ERROR: 'The server ended the result with an error: run the trace again.',
      JOB_FAILED: 'Try again; if it fails again, narrow the date range or the lots.',
      JOB_NOT_FOUND: 'The result has expired: run the trace again.',
      RETRIES_EXHAUSTED: 'Check the network, then try again.',
      POLL_TIMEOUT: 'The job takes too long: narrow the date range or the lots.',
      UNEXPECTED: 'Reload the page; if it happens again, tell your administrator.',
    },
    serverAdvice: {
      INVALID_PARAMS: 'Check the conditions of the query.',
      SEED_RESOLVE_FAILED: 'Check the lots and dates of the query, then try again.',
      NO_DETECTION_RECORDS: 'No detection in this range: choose other dates or another station.',
      LINEAGE_TIMEOUT: 'The lineage is too large: narrow the date range or the lots.',
      CID_LIMIT_EXCEEDED: 'Too many containers: narrow the date range or the lots.',
      TOO_MANY_REQUESTS: 'Too many queries in a short time: wait a minute, then try again.',
      BODY_TOO_LARGE: 'Too many lots at once: narrow the query.',
      SERVICE_UNAVAILABLE: 'The server is busy: try again in a moment.',
      SERVER_STOPPING: 'The server is being restarted: try again in a moment.',
      STORE_UNAVAILABLE: 'The server cannot reach its store: try again in a moment.',
      JOB_RESULT_EXPIRED: 'The result has expired: run the trace again.',
      CHUNK_EXPIRED: 'Part of the result has expired: run the trace again.',
      RESULT_DAMAGED: 'Part of the result has expired: run the trace again.',
    },
  },
  cancel: 'Cancel',
  goOn: 'Go on',
  tryAgain: 'Try again',
  leaveRunning: 'Leave it running',
};
