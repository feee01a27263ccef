import { computed, type ComputedRef, onScopeDispose, shallowRef } from 'vue';
import type { RecordTable } from '../../records/RecordTable.js';
import type { DrawnColumn } from './TraceTableColumn.js';

/** What a file is made of, as the table shows it. */
export interface CsvSource {
  table: RecordTable;
  rows: Uint32Array | null;
  columns: readonly DrawnColumn[];
  name: string;
  isWhole: boolean;
  /** Stands in the file before the headings unless it is whole. */
  notice: string;
}

type CsvState =
  | { status: 'idle' }
  | { status: 'writing'; percent: number }
  | { status: 'done'; isWhole: boolean }
  | { status: 'failed'; error: unknown };

export interface UseCsvExportReturn {
  state: ComputedRef<CsvState>;
  /** Writes the file and hands it to the browser; never rejects. */
  save(source: CsvSource): Promise<void>;
  abort(): void;
}

/** Writes files, one at a time; leaving the scope ends the one under way. */
export function useCsvExport(): UseCsvExportReturn {
  const state = shallowRef<CsvState>({ status: 'idle' });
  let controller = new AbortController();

  function abort(): void {
    controller.abort();
    state.value = { status: 'idle' };
  }

  async function save(source: CsvSource): Promise<void> {
    abort();
    const { signal } = (controller = new AbortController());
    const total = source.rows?.length ?? source.table.rowCount;
    state.value = { status: 'writing', percent: 0 };
    const onProgress = (rows: number) => {
      const percent = Math.floor((100 * rows) / Math.max(1, total));
      if (state.value.status !== 'writing' || state.value.percent === percent) return;
      state.value = { status: 'writing', percent };
    };
    try {
      const { toCsv, csvFileName } = await import('../../records/csv/index.js');
      const { table, rows, columns, name, isWhole } = source;
      const notice = isWhole ? undefined : source.notice;
      const file = await toCsv(table, { rows, columns, notice, signal, onProgress });
      hand(file, csvFileName(name, isWhole, new Date()));
      state.value = { status: 'done', isWhole };
    } catch (error) {
      if (!signal.aborted) state.value = { status: 'failed', error };
    }
  }

  onScopeDispose(abort);
  return { state: computed(() => state.value), save, abort };
}

/** The browser reads the file behind the click: its address must last a while. */
const ADDRESS_LASTS_MS = 60_000;

function hand(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), ADDRESS_LASTS_MS);
}
