import { readTraceJob, type TraceJob } from './traceJob.js';

/** Keeps the job of a trace for as long as the tab lives, a reload of its page included. */
export interface JobStorage {
  /** Null forgets the one before. */
  keep(job: TraceJob | null): void;
  /** Null where none was kept, `'unusable'` where what was kept is none of this server's jobs. */
  read(): TraceJob | 'unusable' | null;
}

/** A page may be refused its storage, or have filled it: then nothing is kept, and traces run. */
function attempt<T>(use: (storage: Storage) => T): T | null {
  try {
    return use(globalThis.sessionStorage);
  } catch {
    return null;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function createJobStorage(name: string, baseUrl: string): JobStorage {
  const key = `vue-trace-stream/${name}`;
  return {
    keep(job) {
      attempt((storage) => {
        if (job) storage.setItem(key, JSON.stringify(job));
        else storage.removeItem(key);
      });
    },
    read() {
      const text = attempt((storage) => storage.getItem(key));
      return text === null ? null : (readTraceJob(parse(text), baseUrl) ?? 'unusable');
    },
  };
}
