import type { MessageHeader } from './messageHeader.js';

/** Fields of `meta` by which a result is known. */
const FIELDS = ['job_id', 'query_id', 'trace_query_id'];

/** Knows a result again by the ids that its `meta` lines name. */
export class ResultIdentity {
  readonly #known = new Map<string, unknown>();

  /** Of the result of a job, where its id is known. */
  constructor(jobId: string | null) {
    if (jobId !== null) this.#known.set('job_id', jobId);
  }

  /** Whether a `meta` line may be of the same result as those before it. */
  isSame(meta: MessageHeader): boolean {
    return FIELDS.every((field) => {
      const id = meta[field];
      if (typeof id !== 'string') return true;
      if (!this.#known.has(field)) this.#known.set(field, id);
      return this.#known.get(field) === id;
    });
  }
}
