import type { RecordQuery, RecordTable } from '../../records/index.js';
import type { RecordView } from '../../records/view/RecordView.js';
import { engine, loadEngine } from './engine.js';

/** Time between two updates of a table that grows, ms: the rows that come must not wait for them. */
const UPDATE_INTERVAL_MS = 200;

/** A view that is asked for, and who is told of it; nobody is once another one is asked for. */
export interface ViewRequest {
  table: RecordTable;
  query: RecordQuery;
  /** `rowCount`: rows of the table that were looked at. */
  onRows: (rows: Uint32Array | null, rowCount: number) => void;
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

  constructor() {
    // fetched before it is asked for; what goes wrong is told to whoever asks
    loadEngine().catch(() => undefined);
  }

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
      const view = await this.#viewOf(table, signal);
      const { rowCount } = table;
      const rows = await view.update(query, signal);
      if (signal.aborted) return;
      onRows(rows, rowCount);
    } catch (error) {
      if (signal.aborted) return;
      this.#request = null;
      onError(error);
    }
    this.#isRunning = false;
    this.#timer = setTimeout(() => this.#rest(), UPDATE_INTERVAL_MS);
  }

  async #viewOf(table: RecordTable, signal: AbortSignal): Promise<RecordView> {
    if (this.#view?.table === table) return this.#view.rows;
    const Engine = engine.loaded ?? (await loadEngine());
    signal.throwIfAborted();
    this.#view = { table, rows: new Engine(table) };
    return this.#view.rows;
  }

  #rest(): void {
    this.#timer = undefined;
    if (this.#isBehind) void this.#run();
  }
}
