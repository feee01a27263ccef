export interface RedisServerOptions {
  /** Keeps its data in an append-only file; synced at every command, or every second. @default none */
  aof?: 'always' | 'everysec';
  /** More of redis-server's arguments. */
  args?: readonly string[];
}

/** A redis-server of its own, in a directory of its own. */
export interface RedisServer {
  readonly url: string;
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and directory. */
  restart(): Promise<void>;
  /** Ends it and removes its directory. */
  stop(): Promise<void>;
}

/** Starts a redis-server on a free port of the loopback. */
export declare function startRedisServer(options?: RedisServerOptions): Promise<RedisServer>;
