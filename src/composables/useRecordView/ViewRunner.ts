import { type RecordQuery, type RecordTable, RecordView } from '../../records/index.js';

/** Time between two updates of a table that grows, ms: the rows that come must not wait for them. */
const UPDATE_INTERVAL_MS = 200;

/** A view that is asked for, and who is told of it; nobody is once another one is asked for. */
export interface ViewRequest {
  table: RecordTable;
  query: RecordQuery;
  onRows: (rows: Uint32Array | null) => void;
  onError: (error: unknown) => void;
}

/** Runs one update of a view at a time. */
export class ViewRunner {
  #request: ViewRequest | null = null;
  #controller = new AbortController();
  #view: { table: RecordTable; rows: RecordView } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isRunning = false;
  /** Rows came since the last update began. */
  #isBehind = false;

  /** Makes a view; the one that is under way ends. */
  start(request: ViewRequest): void {
    this.#end();
    this.#controller = new AbortController();
    this.#request = request;
    void this.#run();
  }

  /** Rows came: takes them in soon, many batches at a time. */
  grow(): void {
    this.#isBehind = true;
    if (!this.#isRunning && this.#timer === undefined) void this.#run();
  }

  /** Ends everything and forgets the table. */
  stop(): void {
    this.#end();
    this.#view = null;
  }

  #end(): void {
    this.#controller.abort();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#request = null;
    this.#isRunning = false;
  }

  async #run(): Promise<void> {
    if (!this.#request) return;
    const { table, query, onRows, onError } = this.#request;
    const { signal } = this.#controller;
    this.#isRunning = true;
    this.#isBehind = false;
    try {
      if (this.#view?.table !== table) this.#view = { table, rows: new RecordView(table) };
      const rows = await this.#view.rows.update(query, signal);
      if (signal.aborted) return;
      onRows(rows);
    } catch (error) {
      if (signal.aborted) return;
      this.#request = null;
      onError(error);
    }
    this.#isRunning = false;
    this.#timer = setTimeout(() => this.#rest(), UPDATE_INTERVAL_MS);
  }

  #rest(): void {
    this.#timer = undefined;
    if (this.#isBehind) void this.#run();
  }
}
