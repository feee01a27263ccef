export interface RunningProcess {
  pid: number;
  /** What it has logged so far. */
  log(): string;
  /** Memory from the kernel's books, MB: resident now, and at most so far. */
  memory(): { rss: number; peak: number };
  /** Processor time so far, seconds. */
  cpuSeconds(): number;
  /** Resolves with the exit code; null where a signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts the built server in a process of its own, on a free port. */
export declare function startServer(
  env?: Record<string, string>,
  nodeOptions?: string[],
): Promise<RunningProcess & { url: string }>;

/** Starts the built worker in a process of its own. */
export declare function startWorker(
  env: Record<string, string>,
  nodeOptions?: string[],
): Promise<RunningProcess>;
