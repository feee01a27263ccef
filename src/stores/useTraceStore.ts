import { defineStore, type Pinia } from 'pinia';
import { markRaw, type Ref, ref, shallowReactive, type ShallowRef, shallowRef } from 'vue';
import type { MsdAggregation } from '../protocol/index.js';
import { ColumnTable, type DecodedBatch, holdsRows, type RecordTable } from '../records/index.js';

/** Where the rows of one domain stand. */
export type TraceDomainStatus = 'waiting' | 'receiving' | 'complete' | 'incomplete' | 'failed';

/** What is shown of a domain; its rows are in `store.tables`. */
export interface TraceDomainState {
  name: string;
  status: TraceDomainStatus;
  /** Rows in the table; drive views by it. While many batches come, it is brought up to date ten times a second. */
  rowCount: number;
  /** Rows that the domain should have; null while nobody has told. */
  total: number | null;
}

/**
 * The rows, outside of the reactive state: whoever reads them watches `rowCount`. Which table a domain
 * has is reactive: rows that come late, between others, make another one.
 */
export interface TraceTables {
  get(domain: string): RecordTable | undefined;
}

/**
 * What fills a store. It is an object, not a set of actions: devtools record the arguments of
 * actions, and would keep every batch.
 */
export interface TraceWriter {
  /**
   * Has the store to itself: whoever filled it before is told, and fills it no more. False where somebody
   * who heard of that has taken it in turn.
   */
  take(onLost: () => void): boolean;
  /** Fills it no more, and need not be told. */
  release(onLost: () => void): void;
  /** Forgets everything. */
  clear(): void;
  /** Makes the domain known; keeps what it has. */
  openDomain(domain: string, total?: number | null): void;
  /** Appends a batch, in time that depends on the batch alone. */
  append(domain: string, batch: DecodedBatch): void;
  /** Puts batches in the place of `removed` others, behind the first `at`. */
  insert(domain: string, at: number, removed: number, batches: readonly DecodedBatch[]): void;
  /** Whether the rows from `row` of the batch that is the `at`-th on are those of `batch`. */
  holds(domain: string, at: number, row: number, batch: DecodedBatch): boolean;
  /** Rows of all domains, as of now. */
  rowCount(): number;
  setStatus(domain: string, status: TraceDomainStatus): void;
  /** What still waits or receives will not be complete. */
  endReceiving(): void;
  /** The domains that are known. */
  names(): string[];
  setAggregation(aggregation: MsdAggregation | null): void;
}

function setupTraceStore() {
  const domains = ref<TraceDomainState[]>([]);
  const aggregation = shallowRef<MsdAggregation | null>(null);
  const tables = shallowReactive(new Map<string, ColumnTable>());
  return {
    domains,
    aggregation,
    tables: markRaw<TraceTables>({ get: (domain) => tables.get(domain) }),
    writer: markRaw(createWriter(domains, aggregation, tables)),
  };
}

/** Time between two counts, ms: each one is a layout and a frame, which take longer than a batch. */
const COUNT_INTERVAL_MS = 100;

/** Tells how many rows the domains have: at once, and then no more often than the page can use. */
function createRowCounts(domains: Ref<TraceDomainState[]>, tables: Map<string, ColumnTable>) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  function tellNow(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const domain of domains.value) domain.rowCount = tables.get(domain.name)!.rowCount;
  }
  return {
    tellNow,
    tellSoon(): void {
      if (timer !== undefined) return;
      tellNow();
      timer = setTimeout(tellNow, COUNT_INTERVAL_MS);
    },
  };
}

function findOrOpen(
  domains: Ref<TraceDomainState[]>,
  tables: Map<string, ColumnTable>,
  name: string,
): TraceDomainState {
  const known = domains.value.find((domain) => domain.name === name);
  if (known) return known;
  tables.set(name, markRaw(new ColumnTable()));
  domains.value.push({ name, status: 'waiting', rowCount: 0, total: null });
  return domains.value.at(-1)!;
}

/** What changes, or looks into, the tables. */
function createTableWriter(
  tables: Map<string, ColumnTable>,
  open: (name: string) => void,
  counts: ReturnType<typeof createRowCounts>,
): Pick<TraceWriter, 'append' | 'insert' | 'holds' | 'rowCount'> {
  return {
    append(name, batch) {
      open(name);
      tables.get(name)!.append(batch);
      counts.tellSoon();
    },
    insert(name, at, removed, batches) {
      open(name);
      tables.set(name, markRaw(tables.get(name)!.withBatches(at, removed, batches)));
      counts.tellNow();
    },
    holds(name, at, row, batch) {
      const table = tables.get(name);
      const start = table?.starts[at];
      return table !== undefined && start !== undefined && holdsRows(table, start + row, batch);
    },
    rowCount: () => [...tables.values()].reduce((rows, table) => rows + table.rowCount, 0),
  };
}

function createOwnership(): Pick<TraceWriter, 'take' | 'release'> {
  let owner: (() => void) | undefined;
  return {
    take(onLost) {
      const before = owner;
      owner = onLost;
      if (before !== onLost) before?.();
      return owner === onLost;
    },
    release(onLost) {
      if (owner === onLost) owner = undefined;
    },
  };
}

function createWriter(
  domains: Ref<TraceDomainState[]>,
  aggregation: ShallowRef<MsdAggregation | null>,
  tables: Map<string, ColumnTable>,
): TraceWriter {
  const counts = createRowCounts(domains, tables);
  const domainOf = (name: string) => findOrOpen(domains, tables, name);
  return {
    ...createTableWriter(tables, domainOf, counts),
    ...createOwnership(),
    clear() {
      domains.value = [];
      aggregation.value = null;
      tables.clear();
      counts.tellNow();
    },
    openDomain(name, total) {
      const domain = domainOf(name);
      if (total !== undefined) domain.total = total;
    },
    setStatus(name, status) {
      domainOf(name).status = status;
      counts.tellNow();
    },
    endReceiving() {
      counts.tellNow();
      for (const domain of domains.value) {
        if (['waiting', 'receiving'].includes(domain.status)) domain.status = 'incomplete';
      }
    },
    names: () => domains.value.map(({ name }) => name),
    setAggregation: (value) => void (aggregation.value = value && markRaw(value)),
  };
}

export type TraceStore = ReturnType<typeof useTraceStore>;

/**
 * The store of one trace: its domains, its figures and its tables. Traces with different ids do not
 * know of each other.
 *
 * @example
 * const store = useTraceStore('my-trace');
 * const table = store.tables.get('upstream_history');
 */
export function useTraceStore(id = 'default') {
  return defineStore(`vue-trace-stream/${id}`, setupTraceStore)();
}

/** Forgets a store: its rows, its state and its place in pinia. */
export function removeTraceStore(store: TraceStore, pinia: Pinia): void {
  store.writer.clear();
  store.$dispose();
  delete pinia.state.value[store.$id];
}
