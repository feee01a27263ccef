import { isSameServer, underBase } from '../../jobs/urls.js';
import {
  isTraceDomain,
  isTraceProfile,
  jobPath,
  type TraceDomain,
  type TraceProfile,
} from '../../protocol/index.js';
import { fieldsOf, textOf, wholeNumber } from '../../stream/messageHeader.js';
import type { TraceScope } from './traceState.js';

/** All that is needed to take the job of a trace up again, on another page or later; plain JSON. */
export interface TraceJob extends TraceScope {
  /** Null where the server named none. */
  jobId: string | null;
  statusUrl: string;
  /** Null where the result can only be read from `/result`. */
  streamUrl: string | null;
  profile: TraceProfile;
  domains: TraceDomain[];
}

/** Part of a path and nothing else: no slash, no dot, no percent sign. */
const JOB_ID = /^[\w-]{1,200}$/;

/** The addresses of a job of which nothing but its id is known. */
export function urlsOfJob(baseUrl: string, jobId: string) {
  if (!JOB_ID.test(jobId)) {
    throw new TypeError('attach: a job id is made of letters, digits, _ and -.');
  }
  const statusUrl = underBase(baseUrl, jobPath(jobId));
  return { statusUrl, streamUrl: `${statusUrl}/stream` };
}

/** Whether an address leads to the server of the API, and to no other. */
function isOfServer(url: unknown, baseUrl: string): url is string {
  return typeof url === 'string' && url !== '' && isSameServer(url, baseUrl);
}

/**
 * What was kept of a job, as far as it can be trusted: null unless its addresses lead to the server
 * of the API and everything else is what it should be.
 */
export function readTraceJob(value: unknown, baseUrl: string): TraceJob | null {
  const { jobId, statusUrl, streamUrl, profile, domains, ...counts } = fieldsOf(value);
  if (!isOfServer(statusUrl, baseUrl)) return null;
  if (streamUrl !== null && !isOfServer(streamUrl, baseUrl)) return null;
  if (!isTraceProfile(profile) || !Array.isArray(domains) || !domains.every(isTraceDomain)) {
    return null;
  }
  return {
    jobId: textOf(jobId),
    statusUrl,
    streamUrl,
    profile,
    domains: [...new Set(domains)],
    seedCount: wholeNumber(counts.seedCount),
    containerCount: wholeNumber(counts.containerCount),
  };
}
