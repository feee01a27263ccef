import { createPinia } from 'pinia';
import { createApp, h, nextTick, type ShallowRef, shallowRef, watch } from 'vue';
import { type RecordFilter, TraceTable, useTraceProgress } from '../../../../src/index.js';
import { answerStages } from '../../shared/answerStages.js';
import { type CreateGrid, ROW_HEIGHT } from '../Grid.js';
import { createFeed, type Feed } from './createFeed.js';

const DOMAIN = 'upstream_history';

interface Batch {
  bytes: Uint8Array;
  rowCount: number;
}

interface TraceAppOptions {
  feed: Feed;
  filter: ShallowRef<RecordFilter[]>;
  /** Told each new row count. */
  onRows: (rowCount: number) => void;
}

/** The app: a trace that the feed fills, its table on screen. */
function createTraceApp({ feed, filter, onRows }: TraceAppOptions) {
  return createApp({
    setup() {
      const trace = useTraceProgress({
        profile: 'mid_section_defect',
        domains: [DOMAIN],
        fetch: answerStages(DOMAIN, feed.open),
      });
      const rowCount = () => trace.store.domains[0]?.rowCount ?? 0;
      watch(rowCount, onRows, { flush: 'sync' });
      void trace.execute({ direction: 'backward' });
      return () => {
        const rows = rowCount(); // tables are not reactive: the row count tells of them
        const table = trace.store.tables.get(DOMAIN);
        const options = {
          rowCount: rows,
          label: DOMAIN,
          rowHeight: ROW_HEIGHT,
          filter: filter.value,
        };
        return table && h(TraceTable, { table, ...options });
      };
    },
  });
}

/** This library: bytes go to its worker, which parses; to append is to wait for the columns. */
export const createGrid: CreateGrid = (host, { names }) => {
  const feed = createFeed(DOMAIN);
  let sent = 0;
  let arrived: () => void = () => undefined;
  const onRows = (rowCount: number) => void (rowCount >= sent && arrived());
  const filter = shallowRef<RecordFilter[]>([]);
  createTraceApp({ feed, filter, onRows }).use(createPinia()).mount(host);
  const clickHeading = (column: string) => {
    const buttons = host.querySelectorAll<HTMLElement>('.vts-table__sort');
    buttons[names.indexOf(column)]!.click();
    return nextTick();
  };
  let sortedBy: string | null = null;
  return {
    parse: (bytes, rowCount): Batch => ({ bytes, rowCount }),
    async append(batch) {
      const { bytes, rowCount } = batch as Batch;
      sent += rowCount;
      const all = new Promise<void>((resolve) => (arrived = resolve));
      feed.sendRows(bytes, rowCount);
      await all;
      await nextTick();
    },
    async sort(column) {
      if (column) await clickHeading(column);
      // sorted the other way round, and then no longer
      else if (sortedBy) for (let click = 0; click < 2; click++) await clickHeading(sortedBy);
      sortedBy = column;
    },
    filter(column, text) {
      filter.value = text === null ? [] : [{ column, text }];
    },
    scroller: () => host.querySelector<HTMLElement>('.vts-table__scroller')!,
    rows: () => host.querySelectorAll('.vts-table__body [role=row]'),
    // the first cell is the row's number
    cell: (row, column) => row.children[names.indexOf(column) + 1]?.textContent?.trim() ?? '',
  };
};
