import { type MaybeRefOrGetter, toValue } from 'vue';
import {
  defaultDomains,
  directionOf,
  isTraceProfile,
  TRACE_PROFILES,
  type TraceParams,
  type TraceProfile,
} from '../../protocol/index.js';
import { csrfHeaders } from './csrfHeaders.js';
import { readTraceJob, type TraceJob, urlsOfJob } from './traceJob.js';
import type { TraceRequest, TraceTransport } from './TraceRun.js';
import type { UseTraceProgressOptions } from './UseTraceProgressOptions.js';

type Asked = Pick<UseTraceProgressOptions, 'profile' | 'domains' | 'baseUrl'>;

/** @throws TypeError where an option is none that could be meant */
export function checkOptions(options: UseTraceProgressOptions): void {
  checkProfile(options.profile);
  const { idleTimeoutMs, persist, storeId } = options;
  if (idleTimeoutMs !== undefined && !(typeof idleTimeoutMs === 'number' && idleTimeoutMs > 0)) {
    throw new TypeError('useTraceProgress: idleTimeoutMs must be a number above 0.');
  }
  if (persist === '' || (persist === true && storeId === undefined)) {
    throw new TypeError('useTraceProgress: persist needs a name, its own or that of storeId.');
  }
}

function checkProfile(profile: MaybeRefOrGetter<TraceProfile>): TraceProfile {
  const named = toValue(profile);
  if (isTraceProfile(named)) return named;
  throw new TypeError(`useTraceProgress: profile must be one of ${TRACE_PROFILES.join(', ')}.`);
}

/** @throws TypeError where `params` is no object */
export function requestOf({ profile, domains }: Asked, params: TraceParams): TraceRequest {
  if (typeof params !== 'object' || params === null) {
    throw new TypeError('useTraceProgress: execute needs the parameters of the trace, an object.');
  }
  const named = checkProfile(profile);
  const chosen = toValue(domains) ?? defaultDomains(named, directionOf(named, params));
  return { profile: named, params: { ...params }, domains: [...chosen] };
}

/** @throws TypeError where `job` is no id, and no job of the server of the API */
export function jobOf(options: Asked, job: string | TraceJob): TraceJob {
  const { baseUrl = '' } = options;
  if (typeof job === 'string') {
    const { profile, domains } = requestOf(options, {});
    const unknown = { seedCount: null, containerCount: null };
    return { jobId: job, ...urlsOfJob(baseUrl, job), profile, domains, ...unknown };
  }
  const known = readTraceJob(job, baseUrl);
  if (known) return known;
  throw new TypeError('attach: the job must be an id, or a job of the server that baseUrl names.');
}

export function transportOf(options: UseTraceProgressOptions): TraceTransport {
  const { baseUrl = '', headers, fetch = (...args) => globalThis.fetch(...args) } = options;
  const { pollIntervalMs: intervalMs, now, sleep, random, idleTimeoutMs } = options;
  return {
    baseUrl,
    headers: async () => {
      const all = new Headers(csrfHeaders());
      const own = new Headers(typeof headers === 'function' ? await headers() : headers);
      own.forEach((value, name) => all.set(name, value));
      return all;
    },
    fetch,
    poll: { intervalMs, now, sleep, random },
    idleTimeoutMs,
  };
}
