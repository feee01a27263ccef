import type { Row, RowSink } from './StreamContender.js';

interface RecordsLine {
  type: string;
  data?: readonly Row[];
}

/** A sink with what it has seen. */
export interface SeenSink extends RowSink {
  startedAt: number;
  /** When the first row came; null before it. */
  firstRowAt: number | null;
  rowCount: number;
}

/** Keeps the rows in one array, as a dashboard does. */
export function createSink(): SeenSink {
  const kept: Row[] = [];
  const sink: SeenSink = {
    startedAt: performance.now(),
    firstRowAt: null,
    rowCount: 0,
    begin: () => void (sink.startedAt = performance.now()),
    takeRows(rows) {
      for (const row of rows) kept.push(row);
      sink.setCount(kept.length);
    },
    takeLine(line) {
      const { type, data } = line as RecordsLine;
      if (type === 'records' && data) sink.takeRows(data);
    },
    setCount(rows) {
      if (rows > 0) sink.firstRowAt ??= performance.now();
      sink.rowCount = rows;
    },
  };
  return sink;
}
