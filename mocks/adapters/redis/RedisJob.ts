import type { Redis } from 'ioredis';
import type { JobFields, ResultKey } from '../../ports.js';
import { type Script, runScript } from './scripts.js';

/** The channel on which the changes of a job are told. */
export function changeChannel(keyPrefix: string, jobId: string): string {
  return `${keyPrefix}:trace:job:${jobId}:changed`;
}

/** Fields as HSET takes them. */
export function fieldArgs(fields: Partial<JobFields>): string[] {
  return Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [name, value],
  );
}

/** One job's keys, and the scripts that write to them. */
export class RedisJob {
  constructor(
    readonly redis: Redis,
    readonly keyPrefix: string,
    readonly ttlMs: number,
    readonly jobId: string,
  ) {}

  get hash(): string {
    return `${this.keyPrefix}:trace:job:${this.jobId}:meta`;
  }

  key(key: ResultKey): string {
    return `${this.keyPrefix}:trace:job:${this.jobId}:${key}`;
  }

  /** Runs a script that writes; null is the answer to a writer who has lost the job. */
  run(
    script: Script,
    writer: string,
    keys: readonly string[],
    args: readonly (string | number | Buffer)[],
  ): Promise<unknown> {
    const channel = changeChannel(this.keyPrefix, this.jobId);
    const all = [writer, channel, this.ttlMs, ...args];
    return runScript(this.redis, script, [this.hash, ...keys], all);
  }
}
