import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { TraceMetrics } from '../../metrics.js';

/** Answers that come at once, and lineages that take a while, s. */
const REQUEST_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 30];
/** Jobs, s. */
const JOB_BUCKETS = [1, 5, 15, 60, 300, 900, 1_800];

export interface PrometheusMetricsOptions {
  /** Jobs that wait; asked for with each scrape. @default not told */
  readQueueDepth?: () => Promise<number>;
}

export interface PrometheusMetrics extends TraceMetrics {
  contentType: string;
  /** The figures in Prometheus' text format. */
  text(): Promise<string>;
}

/** What is told of with each answer, stream and job. */
function createFigures(registers: Registry[]) {
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  const histogram = (name: string, help: string, labelNames: string[], buckets: number[]) =>
    new Histogram({ name, help, labelNames, buckets, registers });
  return {
    requests: histogram(
      'trace_request_seconds',
      'Seconds until an answer began.',
      ['method', 'route', 'status'],
      REQUEST_BUCKETS,
    ),
    jobs: histogram(
      'trace_job_seconds',
      'Seconds that an attempt at a job took, by how it ended.',
      ['status'],
      JOB_BUCKETS,
    ),
    streams: new Gauge({ name: 'trace_streams_open', help: 'Streams being sent.', registers }),
    bytes: counter('trace_sent_bytes_total', 'Bytes sent in streams.'),
    rows: counter('trace_sent_rows_total', 'Rows sent in streams.'),
    refused: new Counter({
      name: 'trace_clients_refused_total',
      help: 'Connections that were refused or cut, by reason.',
      labelNames: ['reason'],
      registers,
    }),
    chunks: counter('trace_chunk_bytes_total', 'Bytes of chunks, as they are stored.'),
  };
}

/** Tells with each scrape how many jobs wait; NaN while the queue cannot be asked. */
function watchQueue(readQueueDepth: () => Promise<number>, registers: Registry[]): void {
  new Gauge({
    name: 'trace_queue_waiting',
    help: 'Jobs that wait for a worker.',
    registers,
    async collect() {
      this.set(await readQueueDepth().catch(() => NaN));
    },
  });
}

/** Counts for a Prometheus that scrapes this process. */
export function createPrometheusMetrics({
  readQueueDepth,
}: PrometheusMetricsOptions = {}): PrometheusMetrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const { requests, jobs, streams, bytes, rows, refused, chunks } = createFigures([register]);
  if (readQueueDepth) watchQueue(readQueueDepth, [register]);
  return {
    answered: (request, seconds) => requests.observe(request, seconds),
    streamOpened() {
      streams.inc();
      return () => streams.dec();
    },
    sent: (count) => bytes.inc(count),
    rowsSent: (count) => rows.inc(count),
    refused: (reason) => refused.inc({ reason }),
    chunkStored: (count) => chunks.inc(count),
    jobEnded: (status, seconds) => jobs.observe({ status }, seconds),
    contentType: register.contentType,
    text: () => register.metrics(),
  };
}
