import { CHUNK_ENCODINGS, type ChunkEncoding } from './results/ChunkCompression.js';

/** What can be set of the backend; the names of the variables are the contract's, upper case. */
export interface TraceSettings {
  /** Above so many containers the events stage goes to the queue. */
  asyncCidThreshold: number;
  /** Above so many containers a trace other than MSD needs a queue. */
  eventsCidLimit: number;
  /** Rows a batch, a chunk and a line of the stream. */
  streamBatchSize: number;
  /** How chunks are stored: `json` is what the DashBoard's own server can read. */
  chunkEncoding: ChunkEncoding;
  /** Domains of a job that are fetched at once. */
  eventsMaxWorkers: number;
  /** Jobs that run at once. */
  workerCount: number;
  /** Jobs that wait for a worker; above it 503. */
  queueMaxWaiting: number;
  jobTtlSeconds: number;
  jobTimeoutSeconds: number;
  /** Heap of a job's thread, MB. */
  jobHeapMb: number;
  /** Heap of the thread that answers seeds, lineage and small traces, MB. */
  stagesHeapMb: number;
  /** Bytes that the in-memory store holds, all results together. */
  storeMaxBytes: number;
  /** Above so many containers a result is not cached; 0: none is. */
  cacheSkipCidThreshold: number;
  /** Bytes of the cache, in Redis for all servers together. */
  cacheMaxBytes: number;
  /** Largest body of a lineage or an events request, bytes. */
  maxBodyBytes: number;
  /** Sends answers as `{success, data, meta}` in place of bare ones. */
  wrapAnswers: boolean;
  /** Requests a client may send per window, per kind of request. */
  rateLimits: Record<RateLimitedKind, RateLimit>;
  /** Name of the cookie that holds a client's session. */
  sessionCookie: string;
  /** All sessions of one address together may ask so many times as much as one client. */
  sessionsPerAddress: number;
  /** Key of the digests that stand for sessions; the same for all servers, known to them alone. */
  ownerSecret: string;

  /** Redis that holds results and queue; empty: both are in this process. */
  redisUrl: string;
  /** In front of every key in Redis. */
  redisKeyPrefix: string;
  /** Name of the queue; servers and workers of one name belong together. */
  workerQueue: string;
  /** Jobs of one client that wait for a worker; above it 429. */
  queueMaxPerClient: number;
  /** So many workers may die of a job; then it fails. */
  jobMaxAttempts: number;
  /** A worker that does not renew its lock on a job for so long has lost it. */
  jobLockSeconds: number;
  /** How often jobs are looked for whose worker has lost them. */
  jobStalledCheckSeconds: number;

  /** Time for the head of a request. */
  headerSeconds: number;
  /** Largest head of a request, bytes. */
  maxHeaderBytes: number;
  /** Time for a whole request, its body included. */
  requestSeconds: number;
  /** A body that comes slower than `leastBytesPerSecond` for so long is refused. */
  slowSenderSeconds: number;
  /** A reader who takes less than `leastBytesPerSecond` for so long, while bytes wait for him, is cut. */
  slowReaderSeconds: number;
  leastBytesPerSecond: number;
  /** How long a connection without a request stays open. */
  keepAliveSeconds: number;
  maxConnections: number;
  /** Connections of one address; not looked at behind a proxy, which is one address. */
  connectionsPerAddress: number;
  /** Streams, results and answers of stages under way at once, in one process. */
  maxStreams: number;
  /** Those of one client. */
  streamsPerClient: number;
  /** Containers that a request may name. */
  maxContainerIds: number;
  /** Time until the answer of a stage begins. */
  stageTimeoutSeconds: number;
}

export type RateLimitedKind = 'seed' | 'lineage' | 'events' | 'job';
export interface RateLimit {
  maxRequests: number;
  windowSeconds: number;
}

export const DEFAULT_SETTINGS: TraceSettings = {
  asyncCidThreshold: 20_000,
  eventsCidLimit: 50_000,
  streamBatchSize: 5_000,
  chunkEncoding: 'deflate',
  eventsMaxWorkers: 2,
  workerCount: 1,
  queueMaxWaiting: 30,
  jobTtlSeconds: 3_600,
  jobTimeoutSeconds: 1_800,
  jobHeapMb: 256,
  stagesHeapMb: 512,
  storeMaxBytes: 512 * 1024 * 1024,
  cacheSkipCidThreshold: 10_000,
  cacheMaxBytes: 64 * 1024 * 1024,
  maxBodyBytes: 64 * 1024 * 1024,
  wrapAnswers: false,
  rateLimits: {
    seed: { maxRequests: 10, windowSeconds: 60 },
    lineage: { maxRequests: 10, windowSeconds: 60 },
    events: { maxRequests: 15, windowSeconds: 60 },
    job: { maxRequests: 60, windowSeconds: 60 },
  },
  sessionCookie: 'session',
  sessionsPerAddress: 3,
  ownerSecret: '',

  redisUrl: '',
  redisKeyPrefix: 'mes_wip',
  workerQueue: 'trace-events',
  queueMaxPerClient: 5,
  jobMaxAttempts: 3,
  jobLockSeconds: 15,
  jobStalledCheckSeconds: 10,

  headerSeconds: 10,
  maxHeaderBytes: 16 * 1024,
  requestSeconds: 300,
  slowSenderSeconds: 30,
  slowReaderSeconds: 120,
  leastBytesPerSecond: 1_000,
  keepAliveSeconds: 65,
  maxConnections: 2_000,
  connectionsPerAddress: 1_000,
  maxStreams: 1_000,
  streamsPerClient: 6,
  maxContainerIds: 2_000_000,
  stageTimeoutSeconds: 300,
};

type Environment = Record<string, string | undefined>;

/** A whole number ≥ `least` from the environment. */
export function readNumber(env: Environment, name: string, fallback: number, least = 1): number {
  const text = env[name]?.trim();
  if (!text) return fallback;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new TypeError(`${name} must be a whole number of at least ${least}, not "${text}".`);
  }
  return value;
}

function readFlag(env: Environment, name: string, fallback: boolean): boolean {
  const text = env[name]?.trim().toLowerCase();
  if (!text) return fallback;
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new TypeError(`${name} must be true or false, not "${text}".`);
}

function readChoice<T extends string>(
  env: Environment,
  name: string,
  choices: readonly T[],
  fallback: T,
): T {
  const text = env[name]?.trim().toLowerCase();
  if (!text) return fallback;
  const choice = choices.find((known) => known === text);
  if (choice) return choice;
  throw new TypeError(`${name} must be ${choices.join(' or ')}, not "${text}".`);
}

/** A name that may stand between the colons of a key. */
function readKeyName(env: Environment, name: string, fallback: string): string {
  const text = env[name]?.trim();
  if (!text) return fallback;
  if (!text.includes(':')) return text;
  throw new TypeError(`${name} must be a name without colons, not "${text}".`);
}

function readRedisUrl(env: Environment, fallback: string): string {
  const text = env.REDIS_URL?.trim();
  if (!text) return fallback;
  if (/^rediss?:\/\/./.test(text)) return text;
  throw new TypeError('REDIS_URL must be like redis://127.0.0.1:6379/0.');
}

function readRateLimit(env: Environment, kind: RateLimitedKind): RateLimit {
  const name = `TRACE_${kind.toUpperCase()}_RATE_LIMIT`;
  const { maxRequests, windowSeconds } = DEFAULT_SETTINGS.rateLimits[kind];
  return {
    maxRequests: readNumber(env, `${name}_MAX_REQUESTS`, maxRequests),
    windowSeconds: readNumber(env, `${name}_WINDOW_SECONDS`, windowSeconds),
  };
}

/** What says who a client is, and how much he may ask. */
function readClientSettings(env: Environment, d: TraceSettings) {
  return {
    rateLimits: {
      seed: readRateLimit(env, 'seed'),
      lineage: readRateLimit(env, 'lineage'),
      events: readRateLimit(env, 'events'),
      job: readRateLimit(env, 'job'),
    },
    sessionCookie: env.TRACE_SESSION_COOKIE?.trim() || d.sessionCookie,
    sessionsPerAddress: readNumber(env, 'TRACE_SESSIONS_PER_ADDRESS', d.sessionsPerAddress),
    ownerSecret: env.TRACE_OWNER_SECRET?.trim() || d.ownerSecret,
  };
}

/** What keeps slow and greedy clients off. */
function readLimitSettings(env: Environment, d: TraceSettings) {
  return {
    headerSeconds: readNumber(env, 'TRACE_HEADER_SECONDS', d.headerSeconds),
    maxHeaderBytes: readNumber(env, 'TRACE_MAX_HEADER_BYTES', d.maxHeaderBytes, 1_024),
    requestSeconds: readNumber(env, 'TRACE_REQUEST_SECONDS', d.requestSeconds),
    slowSenderSeconds: readNumber(env, 'TRACE_SLOW_SENDER_SECONDS', d.slowSenderSeconds),
    slowReaderSeconds: readNumber(env, 'TRACE_SLOW_READER_SECONDS', d.slowReaderSeconds),
    leastBytesPerSecond: readNumber(env, 'TRACE_LEAST_BYTES_PER_SECOND', d.leastBytesPerSecond),
    keepAliveSeconds: readNumber(env, 'TRACE_KEEP_ALIVE_SECONDS', d.keepAliveSeconds),
    maxConnections: readNumber(env, 'TRACE_MAX_CONNECTIONS', d.maxConnections),
    connectionsPerAddress: readNumber(
      env,
      'TRACE_CONNECTIONS_PER_ADDRESS',
      d.connectionsPerAddress,
    ),
    maxStreams: readNumber(env, 'TRACE_MAX_STREAMS', d.maxStreams),
    streamsPerClient: readNumber(env, 'TRACE_STREAMS_PER_CLIENT', d.streamsPerClient),
    maxContainerIds: readNumber(env, 'TRACE_MAX_CIDS', d.maxContainerIds),
    stageTimeoutSeconds: readNumber(env, 'TRACE_STAGE_TIMEOUT_SECONDS', d.stageTimeoutSeconds),
  };
}

/**
 * The settings from environment variables; .env.example lists them.
 * @throws TypeError that names the variable whose value cannot be taken
 */
export function readSettings(env: Environment): TraceSettings {
  const d = DEFAULT_SETTINGS;
  return {
    asyncCidThreshold: readNumber(env, 'TRACE_ASYNC_CID_THRESHOLD', d.asyncCidThreshold, 0),
    eventsCidLimit: readNumber(env, 'TRACE_EVENTS_CID_LIMIT', d.eventsCidLimit),
    streamBatchSize: readNumber(env, 'TRACE_STREAM_BATCH_SIZE', d.streamBatchSize),
    chunkEncoding: readChoice(env, 'TRACE_CHUNK_ENCODING', CHUNK_ENCODINGS, d.chunkEncoding),
    eventsMaxWorkers: readNumber(env, 'TRACE_EVENTS_MAX_WORKERS', d.eventsMaxWorkers),
    workerCount: readNumber(env, 'TRACE_WORKER_COUNT', d.workerCount),
    queueMaxWaiting: readNumber(env, 'TRACE_QUEUE_MAX_WAITING', d.queueMaxWaiting),
    jobTtlSeconds: readNumber(env, 'TRACE_JOB_TTL_SECONDS', d.jobTtlSeconds),
    jobTimeoutSeconds: readNumber(env, 'TRACE_JOB_TIMEOUT_SECONDS', d.jobTimeoutSeconds),
    jobHeapMb: readNumber(env, 'TRACE_JOB_HEAP_MB', d.jobHeapMb),
    stagesHeapMb: readNumber(env, 'TRACE_STAGES_HEAP_MB', d.stagesHeapMb),
    storeMaxBytes: readNumber(env, 'TRACE_STORE_MAX_BYTES', d.storeMaxBytes),
    cacheSkipCidThreshold: readNumber(
      env,
      'EVENT_FETCHER_CACHE_SKIP_CID_THRESHOLD',
      d.cacheSkipCidThreshold,
      0,
    ),
    cacheMaxBytes: readNumber(env, 'TRACE_CACHE_MAX_BYTES', d.cacheMaxBytes),
    maxBodyBytes: readNumber(env, 'TRACE_MAX_BODY_BYTES', d.maxBodyBytes),
    wrapAnswers: readFlag(env, 'TRACE_WRAP_ANSWERS', d.wrapAnswers),
    ...readClientSettings(env, d),

    redisUrl: readRedisUrl(env, d.redisUrl),
    redisKeyPrefix: env.REDIS_KEY_PREFIX?.trim() || d.redisKeyPrefix,
    workerQueue: readKeyName(env, 'TRACE_WORKER_QUEUE', d.workerQueue),
    queueMaxPerClient: readNumber(env, 'TRACE_QUEUE_MAX_PER_CLIENT', d.queueMaxPerClient),
    jobMaxAttempts: readNumber(env, 'TRACE_JOB_MAX_ATTEMPTS', d.jobMaxAttempts),
    jobLockSeconds: readNumber(env, 'TRACE_JOB_LOCK_SECONDS', d.jobLockSeconds),
    jobStalledCheckSeconds: readNumber(
      env,
      'TRACE_JOB_STALLED_CHECK_SECONDS',
      d.jobStalledCheckSeconds,
    ),
    ...readLimitSettings(env, d),
  };
}
