import {
  computed,
  toValue,
  watch,
  shallowRef,
  type ComputedRef,
  type MaybeRefOrGetter,
  type Ref,
} from 'vue';
import type { RecordTable } from '../../records/RecordTable.js';
import { cellText } from './cellText.js';
import type { DrawnColumn, TraceTableColumn } from './TraceTableColumn.js';

const MIN_WIDTH = 64;
const MAX_WIDTH = 300;
/** Padding of a cell, both sides, and a little air. */
const CELL_SPACE = 28;
/** Room of the arrow and the number of the sort key beside a heading. */
const ARROW_SPACE = 20;
/** Rows at the start and at the end that a column is measured by. */
const SAMPLE_ROWS = 30;
/** So much of a text fits the widest column. */
const MAX_CHARACTERS = 80;
/** So many of the longest texts of a column are measured. */
const MEASURED_TEXTS = 5;

export interface UseTableColumnsOptions {
  table: MaybeRefOrGetter<RecordTable>;
  rowCount: MaybeRefOrGetter<number>;
  /** The columns asked for; those of the data where undefined. */
  columns: MaybeRefOrGetter<readonly TraceTableColumn[] | undefined>;
  /** The element whose font the texts are measured in. */
  element: Readonly<Ref<HTMLElement | null>>;
}

interface Measure {
  width: number;
  isNumber: boolean;
}

/**
 * The columns to draw. Each is measured once, when the first rows are there, so that nothing
 * jumps while more arrive; a column that is first seen in a later row is measured then.
 */
export function useTableColumns(options: UseTableColumnsOptions): ComputedRef<DrawnColumn[]> {
  /** Those of the data, as far as they were seen when rows came last. */
  const seen = shallowRef<readonly TraceTableColumn[]>([]);
  // read in full, so that a label or a column that is changed in place is noticed
  const asked = computed(() => (toValue(options.columns) ?? seen.value).map((c) => ({ ...c })));
  const measures = shallowRef(new Map<string, Measure>());

  function measureFresh(): void {
    const table = toValue(options.table);
    const element = options.element.value;
    const fresh = asked.value.filter((column) => !measures.value.has(measureKey(column)));
    if (!element || toValue(options.rowCount) === 0 || fresh.length === 0) return;
    const { fontSize, fontFamily } = getComputedStyle(element);
    const widths = {
      textWidth: createTextMeasure(`500 ${fontSize} ${fontFamily}`),
      // as theme.css has it
      headingWidth: createTextMeasure(`600 12px ${fontFamily}`),
    };
    measures.value = new Map([
      ...measures.value,
      ...fresh.map((c) => [measureKey(c), measure(table, c, widths)] as const),
    ]);
  }

  watch(
    () => toValue(options.table),
    () => (measures.value = new Map()),
  );
  // Every batch comes by here; columns change once or twice in a table's life.
  watch(
    [() => toValue(options.table), () => toValue(options.rowCount)],
    ([table], [tableThen]) => {
      if (table === tableThen && table.columns.length === seen.value.length) return;
      seen.value = [...table.columns];
    },
    { immediate: true },
  );
  const hasRows = () => toValue(options.rowCount) > 0;
  watch([asked, measures, hasRows, options.element], measureFresh, { immediate: true });

  return computed(() => asked.value.map((column) => drawn(column, measures.value)));
}

/** A column is measured with its heading: both tell how wide it must be. */
function measureKey({ name, label = name }: TraceTableColumn): string {
  return JSON.stringify([name, label]);
}

function drawn(column: TraceTableColumn, measures: ReadonlyMap<string, Measure>): DrawnColumn {
  const { name, label = name, width, align, format } = column;
  const measured = measures.get(measureKey(column)) ?? { width: MIN_WIDTH, isNumber: false };
  const isNumber = align ? align === 'end' : measured.isNumber;
  return { name, label, width: width ?? measured.width, isNumber, format };
}

function measure(
  table: RecordTable,
  { name, label = name, format }: TraceTableColumn,
  { textWidth, headingWidth }: Record<'textWidth' | 'headingWidth', TextMeasure>,
): Measure {
  const texts = new Set<string>();
  let numbers = 0;
  let values = 0;
  for (const row of sampleRows(table.rowCount)) {
    const value = table.value(row, name);
    const text = cellText(value, row, format);
    if (text === null) continue;
    values++;
    if (typeof value === 'number') numbers++;
    texts.add(text.slice(0, MAX_CHARACTERS));
  }
  const widest = Math.max(headingWidth(label) + ARROW_SPACE, ...longest([...texts]).map(textWidth));
  const width = Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, Math.ceil(widest + CELL_SPACE)));
  return { width, isNumber: values > 0 && numbers === values };
}

/** The texts that may be the widest: measuring one costs as much as making it. */
function longest(texts: readonly string[]): string[] {
  // a Chinese character takes the room of two others
  const length = (text: string) => text.length + text.replaceAll(/[ -\x7f]/g, '').length;
  return texts
    .map((text) => ({ text, length: length(text) }))
    .sort((a, b) => b.length - a.length)
    .slice(0, MEASURED_TEXTS)
    .map(({ text }) => text);
}

function sampleRows(rowCount: number): number[] {
  const head = Math.min(rowCount, SAMPLE_ROWS);
  const tail = Math.min(rowCount - head, SAMPLE_ROWS);
  return [
    ...Array.from({ length: head }, (_, i) => i),
    ...Array.from({ length: tail }, (_, i) => rowCount - tail + i),
  ];
}

/** Width of a text, px. */
type TextMeasure = (text: string) => number;

/** Measures texts in a font; a guess where there is no canvas. */
function createTextMeasure(font: string): TextMeasure {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return (text) => text.length * 8;
  context.font = font;
  return (text) => context.measureText(text).width;
}
