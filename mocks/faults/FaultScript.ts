import { jobPath, STAGE_PATHS } from '../../src/protocol/index.js';
import type { Fault, FaultRule, TraceRequestKind } from './Fault.js';

/** A request of a trace, as the script sees it. */
export interface SeenRequest {
  kind: TraceRequestKind;
  /** Null for the three stages. */
  jobId: string | null;
  /** Number among the job's requests of this kind, from 0; of the stages among all of this kind. */
  nth: number;
  url: string;
  /** What it met; null where it was answered as it should be. */
  fault: Fault | null;
}

const STAGE_KINDS: readonly (readonly [string, TraceRequestKind])[] = [
  [STAGE_PATHS.seedResolve, 'seeds'],
  [STAGE_PATHS.lineage, 'lineage'],
  [STAGE_PATHS.events, 'events'],
];
const JOB_PATH = new RegExp(`${jobPath('([^/]+)')}(?:/(stream|result))?$`);

/** What a request asks for; null where it is none of a trace. */
function read({ method, url }: Request): Pick<SeenRequest, 'kind' | 'jobId'> | null {
  const { pathname } = new URL(url);
  for (const [path, kind] of STAGE_KINDS) {
    if (pathname.endsWith(path)) return { kind, jobId: null };
  }
  const [, jobId, part = 'status'] = JOB_PATH.exec(pathname) ?? [];
  if (jobId === undefined) return null;
  const kind = method === 'DELETE' ? 'cancel' : (part as TraceRequestKind);
  return { kind, jobId: decodeURIComponent(jobId) };
}

/** Says which fault each request meets: the first rule that fits. */
export class FaultScript {
  readonly seen: SeenRequest[] = [];
  readonly #rules: readonly FaultRule[];
  readonly #jobs: string[] = [];
  readonly #counts = new Map<string, number>();
  readonly #expired = new Set<string>();

  constructor(rules: readonly FaultRule[]) {
    this.#rules = rules;
  }

  /** Notes a request; null where it is none of a trace. */
  meet(request: Request): SeenRequest | null {
    const asked = read(request);
    if (asked === null) return null;
    const { kind, jobId } = asked;
    if (jobId !== null && !this.#jobs.includes(jobId)) this.#jobs.push(jobId);
    const key = JSON.stringify([kind, jobId]);
    const nth = this.#counts.get(key) ?? 0;
    this.#counts.set(key, nth + 1);
    const place = { kind, jobId, nth, url: request.url };
    const seen = { ...place, fault: this.#faultOf(place) };
    this.seen.push(seen);
    return seen;
  }

  /** From now on there is no such job. */
  expire(jobId: string | null): void {
    if (jobId !== null) this.#expired.add(jobId);
  }

  #faultOf({ kind, jobId, nth }: Omit<SeenRequest, 'fault'>): Fault | null {
    if (jobId !== null && this.#expired.has(jobId)) return { kind: 'expire' };
    const rule = this.#rules.find(({ on, job, nth: first = 0, times = 1 }) => {
      if (on !== kind || nth < first || nth >= first + times) return false;
      return job === undefined || job === jobId || this.#jobs[job as number] === jobId;
    });
    return rule?.fault ?? null;
  }
}
