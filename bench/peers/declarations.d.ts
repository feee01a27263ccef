/** Types of the peers that bring none, or none that can be read without further packages. */
declare module 'can-ndjson-stream' {
  const ndjsonStream: (body: ReadableStream<Uint8Array>) => ReadableStream<unknown>;
  export default ndjsonStream;
}

declare module 'vxe-table' {
  import type { DefineComponent } from 'vue';

  export interface VxeTableInstance<Row> {
    loadData(rows: Row[]): Promise<void>;
    sort(column: string, order: 'asc' | 'desc'): Promise<void>;
    clearSort(): Promise<void>;
    setFilter(column: string, options: object[], update: boolean): Promise<void>;
    clearFilter(column: string): Promise<void>;
  }
  export const VxeTable: DefineComponent<Record<string, unknown>>;
  export const VxeColumn: DefineComponent<Record<string, unknown>>;
}
