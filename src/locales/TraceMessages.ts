import type { TraceDomain, TraceErrorCode } from '../protocol/index.js';

/** The texts of a job's states that people wait for. */
export type JobPhase = 'queued' | 'running';

/** Every text that the components show, in one language. Numbers come raw and are grouped here. */
export interface TraceMessages {
  /** BCP 47 tag of the language, for `lang` and number formats. */
  readonly tag: string;
  readonly domains: Readonly<Record<TraceDomain, string>>;
  readonly table: {
    rowNumber: string;
    empty: string;
    /** In place of `empty` where there are rows, but none that is searched for. */
    noMatch: string;
    /** What a screen reader says, and a tooltip shows, for a cell without a value. */
    noValue: string;
    integer(value: number): string;
    /** Label and placeholder of the search box. */
    search: string;
    clearSearch: string;
    /** What a screen reader says when a search has ended. */
    matches(rows: number): string;
    /** `reason` is an error's own words. */
    viewFailed(reason: string): string;
    /** The button that keeps the newest rows in view. */
    follow: string;
    readonly csv: {
      save: string;
      /** Click to stop it. */
      writing(percent: number): string;
      done: string;
      /** Also stands in the file, before its headings. */
      incomplete: string;
      failed(reason: string): string;
    };
    /** Tooltip of a heading. */
    sortHint: string;
    /** What a screen reader says of a heading where several columns sort; `key` is counted from 1. */
    sortKey(key: number, descending: boolean): string;
  };
  readonly stages: {
    label: string;
    resolve: string;
    lineage: string;
    events: string;
    done: string;
    current: string;
    todo: string;
    failed: string;
    incomplete: string;
    detached: string;
    cancelled: string;
  };
  readonly status: {
    idle: string;
    resolving: string;
    tracingLineage(seedCount: number): string;
    queued: string;
    running: string;
    streaming: string;
    noSeeds: string;
    complete: string;
    incomplete: string;
    detached: string;
    failed(stage: string): string;
    cancelled(stage: string): string;
  };
  readonly job: {
    label: string;
    id: string;
    /** What the job has to do: containers of so many seeds, null where nobody told. */
    scope(seedCount: number | null, containerCount: number): string;
    waiting: string;
    phase: Readonly<Record<JobPhase, string>>;
    /** Place of a job among those that wait for a worker, from 1. */
    place(position: number): string;
  };
  readonly figures: {
    bar: string;
    rows: string;
    rowsOf(rows: number, total: number | null): string;
    percent(percent: number): string;
    speed: string;
    rowsPerSecond(rows: number): string;
    size: string;
    megabytes(bytes: number): string;
    elapsed: string;
    remaining: string;
    duration(ms: number): string;
  };
  readonly notices: {
    label: string;
    rowsNotOffered(domain: string, total: number | null): string;
    metaMissing: string;
    domainUnannounced(domain: string): string;
    /** `batch` is counted from 1. */
    batchRepeated(domain: string, batch: number): string;
    lineUnexpected(type: string): string;
    /** `names` are the first of `count` values. */
    valuesNotFound(names: readonly string[], count: number): string;
    seedsNotSent(counted: number, sent: number): string;
    nonFiniteNumbers(count: number): string;
    /** `limit` is the name of the option. */
    limitNear(limit: string, percent: number): string;
    serverWarning: string;
    qualityMeta(text: string): string;
    /** How many list items are not shown. */
    more(left: number): string;
    rowsReadAnew: Readonly<Record<'restarted' | 'interrupted', string>>;
    keptJobUnusable: string;
    /** Rows that were fetched after the stream had left them out. */
    rowsFilled(rows: number): string;
    cancelFailed: string;
    /** How often a stream that broke off was gone on with. */
    resumed(count: number): string;
  };
  readonly incomplete: { label: string; notAll: string };
  /** Batches and rows are counted from 1 here, as people do. */
  readonly problems: {
    /** Stands for a domain that the server did not name. */
    unnamedDomain: string;
    noEndMark: string;
    errorLine(message: string): string;
    domainsUnknown: string;
    domainMissing(domain: string): string;
    domainUnfinished(domain: string, received: number, expected: number | null): string;
    domainFailed(domain: string): string;
    batchesMissing(domain: string, from: number, to: number): string;
    batchUnexpected(domain: string, batch: number | null): string;
    batchCount(domain: string, batch: number, received: number, expected: number | null): string;
    pageCount(domain: string, from: number, received: number, expected: number | null): string;
    countMismatch(domain: string, received: number, expected: number | null): string;
    /** `domain` is null where it concerns all of them. */
    resultChanged(domain: string | null): string;
    totalMismatch(received: number, expected: number | null): string;
  };
  readonly errors: {
    whatToDo: string;
    keptRows: string;
    /** What to do, by the client's error code. */
    advice: Readonly<Record<TraceErrorCode, string>>;
    /** What to do, by the server's own error code, where that says more. */
    serverAdvice: Readonly<Record<string, string>>;
  };
  readonly cancel: string;
  /** The button that goes on with a trace that is incomplete or was left running. */
  readonly goOn: string;
  /** The same of a trace that failed. */
  readonly tryAgain: string;
  /** The button that leaves the job running and ends the trace here. */
  readonly leaveRunning: string;
}
