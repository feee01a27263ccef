import type { SourceOptions } from './adapters/createSource.js';
import type { Log } from './log.js';
import { readNumber } from './settings.js';

/** The source that the environment names; servers and workers must read the same one. */
export function readSource(env: Record<string, string | undefined>): SourceOptions {
  return {
    kind: 'synthetic',
    containers: readNumber(env, 'TRACE_SYNTHETIC_CONTAINERS', 114_892),
    seed: readNumber(env, 'TRACE_SYNTHETIC_SEED', 1, 0),
  };
}

/** A log of one JSON object a line. */
export function createJsonLog(write: (line: string) => void): Log {
  return (level, message, fields) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
}
