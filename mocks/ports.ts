import type {
  LineageEdge,
  LineageNode,
  Seed,
  TraceDirection,
  TraceDomain,
  TraceParams,
  TraceProfile,
  TraceRow,
} from '../src/protocol/index.js';

/** Rows of one domain that came with one fetch: the batch's rows, in the form that is asked for. */
export interface RowBatch {
  readonly rowCount: number;
  /** How many of the asked container ids are done with this batch and those before it. */
  readonly containersDone: number;
  /** The rows as one JSON array, UTF-8: what a chunk stores. The array owns its buffer. */
  json(): Uint8Array<ArrayBuffer>;
  rows(): readonly TraceRow[];
  /** The rows grouped by CONTAINERID, in the order they came. */
  byContainer(): ReadonlyMap<string, readonly TraceRow[]>;
}

export interface FetchEventsOptions {
  /** Rows a batch; every batch but the last is full. */
  batchSize: number;
  signal?: AbortSignal;
}

export interface SeedQuery {
  profile: TraceProfile;
  params: TraceParams;
  signal?: AbortSignal;
}
export interface SeedResult {
  seeds: Seed[];
  /** Asked values that name nothing. */
  notFound: string[];
}

export interface LineageQuery {
  containerIds: readonly string[];
  direction: TraceDirection;
  signal?: AbortSignal;
}
/** Every node that can be reached from the asked ones, themselves included, and the edges between. */
export interface LineageGraph {
  nodes: LineageNode[];
  edges: LineageEdge[];
}

/** One defect reason of one lot at the detection station; a lot has one row a reason, or one in all. */
export interface DetectionRow {
  CONTAINERID: string;
  CONTAINERNAME: string | null;
  TRACKINQTY: number | null;
  REJECTQTY: number | null;
  LOSSREASONNAME: string | null;
  WORKFLOW: string | null;
  PRODUCTLINENAME: string | null;
  PJ_TYPE: string | null;
  DETECTION_EQUIPMENTNAME: string | null;
  /** YYYY-MM-DD HH:MM:SS */
  TRACKINTIMESTAMP: string | null;
}
export interface DetectionQuery {
  containerIds: readonly string[];
  station: string;
  signal?: AbortSignal;
}

/** Where traces come from: a factory's database, or the synthetic factory. */
export interface TraceSource {
  resolveSeeds(query: SeedQuery): Promise<SeedResult>;
  fetchLineage(query: LineageQuery): Promise<LineageGraph>;
  /** The detection rows of the given lots at a station, in batches. */
  fetchDetection(query: DetectionQuery): AsyncIterable<readonly DetectionRow[]>;
  /**
   * The events of the given containers, one batch a fetch: containers in the given order, the rows
   * of a container together, memory in proportion to the batch.
   */
  fetchEvents(
    containerIds: readonly string[],
    domain: TraceDomain,
    options: FetchEventsOptions,
  ): AsyncIterable<RowBatch>;
}

/** What is left of a key of the Redis table behind `trace:job:{id}:`. */
export type ResultKey =
  'result:meta' | 'result:aggregation' | 'result' | `result:${string}:${number}`;

/** The hash `trace:job:{id}:meta`: its fields are text, as Redis holds them. */
export interface JobFields {
  profile: string;
  cid_count: string;
  /** Comma-joined. */
  domains: string;
  status: string;
  progress: string;
  /** Unix time, seconds. */
  created_at: string;
  completed_at: string;
  error: string;
  /** 0 to 100. */
  pct: string;
  stage: string;
  /** How many attempts at the job have begun; the last one is the one that may write. */
  attempt: string;
  /** Whose the job is; see `RequestHooks.ownerOf`. */
  owner: string;
  /** How many chunks of a domain the attempt has stored; the chunks behind them are another's. */
  [chunks: `chunks:${string}`]: string;
}

/** How a job ended. */
export type JobEnd = Pick<JobFields, 'status' | 'completed_at'> &
  Partial<Pick<JobFields, 'progress' | 'pct' | 'error'>>;

/** A later attempt at the job has begun, or the job was ended from outside: this one may write no more. */
export class AttemptLostError extends Error {
  override readonly name = 'AttemptLostError';

  constructor(jobId: string) {
    super(`Job ${jobId} was taken up by another worker or ended; what this one made is dropped.`);
  }
}

/**
 * The writes of one attempt at a job, each of which makes the job live for the full TTL from then on.
 * They reject with `AttemptLostError` where the job is another's by now, and with the store's own
 * errors.
 */
export interface JobAttempt {
  /**
   * Stores a value, and with a chunk the job's field that counts it. The store may keep the array
   * itself: nobody writes to it afterwards.
   */
  put(key: ResultKey, value: Uint8Array<ArrayBuffer>): Promise<void>;
  drop(keys: readonly ResultKey[]): Promise<void>;
  updateJob(fields: Partial<JobFields>): Promise<void>;
  /** The end of the attempt: a finished job's keys get the full TTL anew, any other's result goes. */
  end(fields: JobEnd): Promise<void>;
}

/** Keeps jobs and their results under the keys of the contract's Redis table, each with a TTL. */
export interface ChunkStore {
  get(jobId: string, key: ResultKey): Promise<Uint8Array | null>;
  readJob(jobId: string): Promise<Partial<JobFields> | null>;
  /** Makes a job that waits for its first attempt. */
  createJob(jobId: string, fields: Partial<JobFields>): Promise<void>;
  /**
   * Begins an attempt: `attempt` grows by one and no chunk is counted, earlier attempts can write no
   * more, their result is gone.
   */
  beginAttempt(jobId: string, fields: Partial<JobFields>): Promise<JobAttempt>;
  /** Ends a job from outside: no attempt can write any more, the result is removed. */
  endJob(jobId: string, fields: JobEnd): Promise<void>;
  /**
   * Calls `onChange` soon after something of the job was written, by whatever process; a call may be
   * lost. Returns what ends that.
   */
  subscribe(jobId: string, onChange: () => void): () => void;
}

/** An events request that a queue runs. */
export interface EventsJob {
  jobId: string;
  profile: TraceProfile;
  containerIds: string[];
  domains: TraceDomain[];
  params: TraceParams;
  seedContainerIds: string[];
  ancestors: Record<string, string[]>;
  seedRoots: Record<string, string>;
}

/**
 * A job as a queue carries it: of a million containers less than half of its JSON, in a few flat
 * texts which a process can hand on without making an object of each container. All of it is ASCII, as one
 * other character doubles what JavaScript holds a whole text in.
 */
export interface PackedJob extends Pick<EventsJob, 'jobId' | 'profile' | 'domains'> {
  cidCount: number;
  seedCount: number;
  /** JSON. */
  params: string;
  /** Each id that the job names, once: all of `idLength` characters, or a JSON array where that is 0. */
  ids: string;
  idLength: number;
  /** Numbers of ids, each as the distance from the one before. */
  containers: string;
  seeds: string;
  /** For each seed the distance of its number, how many ancestors it has, and the distances of these. */
  ancestors: string;
  seedRoots: string;
  /** For each of `seedRoots` the number of its name in `names`, a JSON array. */
  rootNames: string;
  names: string;
}

/** Runs events jobs where they cannot hold up the thread that answers requests. */
export interface JobQueue {
  /**
   * Takes a client's job; its status is in the chunk store when this resolves. Rejects where it takes
   * none, with QueueLimitError where it takes no more of this client.
   */
  enqueue(job: EventsJob | PackedJob, client?: string, owner?: string): Promise<void>;
  /** How many jobs are taken up before a job that waits, and itself; null for any other. */
  position(jobId: string): Promise<number | null>;
  /** Ends a queued or running job; false where there is none. */
  cancel(jobId: string): Promise<boolean>;
  /** Jobs that wait for a worker. */
  countWaiting(): Promise<number>;
  close(): Promise<void>;
}
