import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS, readSettings } from '../../mocks/settings.js';

it('has the defaults of the contract', () => {
  expect(readSettings({})).toEqual(DEFAULT_SETTINGS);
  expect(readSettings({ TRACE_ASYNC_CID_THRESHOLD: ' ' })).toEqual(DEFAULT_SETTINGS);
});

it('reads settings from the environment', () => {
  const settings = readSettings({
    TRACE_ASYNC_CID_THRESHOLD: '0',
    TRACE_STREAM_BATCH_SIZE: '250',
    TRACE_WRAP_ANSWERS: 'true',
    TRACE_CHUNK_ENCODING: ' JSON ',
    TRACE_JOB_RATE_LIMIT_MAX_REQUESTS: '7',
    TRACE_SEED_RATE_LIMIT_WINDOW_SECONDS: '9',
    REDIS_URL: ' rediss://:secret@redis.test:6380/2 ',
    REDIS_KEY_PREFIX: 'plant',
    TRACE_WORKER_QUEUE: 'night',
    EVENT_FETCHER_CACHE_SKIP_CID_THRESHOLD: '0',
    TRACE_CACHE_MAX_BYTES: '1000',
    TRACE_STAGES_HEAP_MB: '300',
    TRACE_SESSION_COOKIE: ' sid ',
    TRACE_SESSIONS_PER_ADDRESS: '40',
    TRACE_OWNER_SECRET: ' key ',
  });
  expect(settings).toMatchObject({
    asyncCidThreshold: 0,
    streamBatchSize: 250,
    wrapAnswers: true,
    redisUrl: 'rediss://:secret@redis.test:6380/2',
    redisKeyPrefix: 'plant',
    workerQueue: 'night',
    cacheSkipCidThreshold: 0,
    cacheMaxBytes: 1000,
    stagesHeapMb: 300,
    sessionCookie: 'sid',
    sessionsPerAddress: 40,
    ownerSecret: 'key',
    chunkEncoding: 'json',
    rateLimits: {
      job: { maxRequests: 7, windowSeconds: 60 },
      seed: { maxRequests: 10, windowSeconds: 9 },
    },
  });
});

it.each([
  ['TRACE_STREAM_BATCH_SIZE', '0'],
  ['TRACE_STREAM_BATCH_SIZE', '1.5'],
  ['TRACE_JOB_TTL_SECONDS', 'an hour'],
  ['TRACE_ASYNC_CID_THRESHOLD', '-1'],
  ['TRACE_WRAP_ANSWERS', 'perhaps'],
  ['TRACE_WORKER_QUEUE', 'trace:events'],
  ['TRACE_QUEUE_MAX_PER_CLIENT', '0'],
  ['TRACE_JOB_LOCK_SECONDS', '0.5'],
  ['EVENT_FETCHER_CACHE_SKIP_CID_THRESHOLD', '-1'],
  ['TRACE_SESSIONS_PER_ADDRESS', '0'],
  ['REDIS_URL', '127.0.0.1:6379'],
  ['TRACE_CHUNK_ENCODING', 'gzip'],
])('names a setting that cannot be taken: %s=%s', (name, value) => {
  expect(() => readSettings({ [name]: value })).toThrow(new RegExp(`^${name} must be`));
});
