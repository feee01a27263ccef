import { useResizeObserver } from '@vueuse/core';
import {
  computed,
  shallowReadonly,
  shallowRef,
  toValue,
  watch,
  type ComputedRef,
  type MaybeRefOrGetter,
  type Ref,
  type ShallowRef,
} from 'vue';
import {
  clampOffset,
  createScrollScale,
  offsetOfRow,
  rowsAt,
  type RowAlign,
  type ScrollScale,
} from './scrollScale.js';
import { useScaledScroll } from './useScaledScroll.js';

export interface UseVirtualRowsOptions {
  /** The element that scrolls; rows are drawn in a sticky child of it. */
  scroller: Readonly<Ref<HTMLElement | null>>;
  rowCount: MaybeRefOrGetter<number>;
  /** Height of every row, px. */
  rowHeight: MaybeRefOrGetter<number>;
  /** Height at the scroller's top that is no place for rows, px. @default 0 */
  headerHeight?: MaybeRefOrGetter<number>;
  /** Rows drawn beyond either edge of the viewport. @default 3 */
  overscan?: number;
  /**
   * Keeps the end in view while rows are appended. Scrolling away sets it to false, coming back to
   * true again; undefined where there is nothing to follow.
   */
  follow: Ref<boolean | undefined>;
}

export interface UseVirtualRowsReturn {
  /** Distance from the top of row 0 to the top of the viewport, px; exact at any number of rows. */
  offset: Readonly<ShallowRef<number>>;
  /** Height that rows are seen through, px. */
  viewportHeight: ComputedRef<number>;
  /** Height of the spacer that stands in the scroller for all rows, px. */
  spacerHeight: ComputedRef<number>;
  /** The first row to draw. */
  firstRow: ComputedRef<number>;
  /** The row after the last one to draw. */
  endRow: ComputedRef<number>;
  /**
   * Brings a row into view.
   * @param align where to; @default 'nearest'
   * @throws RangeError where `row` is not a whole number in 0 … rowCount − 1
   */
  scrollToRow(row: number, align?: RowAlign): void;
  /** Keeps what is in view in its place when so many rows came (or, below 0, went) above it. */
  shiftRows(count: number): void;
}

/**
 * The rows to draw of any number of rows of one height, 10 million and more: where they are higher
 * than an element may be, the scroll range is scaled, and wheel, keys and swipes stay exact.
 *
 * @example
 * ```ts
 * const scroller = useTemplateRef<HTMLElement>('scroller');
 * const follow = ref(false);
 * const rows = useVirtualRows({ scroller, rowCount: () => props.rowCount, rowHeight: 32, follow });
 * ```
 */
export function useVirtualRows(options: UseVirtualRowsOptions): UseVirtualRowsReturn {
  const { scroller, headerHeight = 0, overscan = 3, follow } = options;
  const scrollerHeight = useContentHeight(scroller);
  const viewportHeight = computed(() => Math.max(0, scrollerHeight.value - toValue(headerHeight)));
  const scale = computed<ScrollScale>(() =>
    createScrollScale({
      rowCount: toValue(options.rowCount),
      rowHeight: toValue(options.rowHeight),
      viewportHeight: viewportHeight.value,
    }),
  );
  const { offset, moveTo, shiftBy } = useScaledScroll({ scroller, scale, follow });

  const rows = computed(() =>
    rowsAt(scale.value, clampOffset(scale.value, offset.value), overscan),
  );

  function scrollToRow(row: number, align: RowAlign = 'nearest') {
    const { rowCount } = scale.value;
    if (!Number.isInteger(row) || row < 0 || row >= rowCount) {
      throw new RangeError(`There is no row ${row}: the table has ${rowCount}, the first is 0.`);
    }
    moveTo(offsetOfRow(scale.value, offset.value, row, align));
  }

  return {
    offset: shallowReadonly(offset),
    viewportHeight,
    spacerHeight: computed(() => scale.value.spacerHeight),
    firstRow: computed(() => rows.value.first),
    endRow: computed(() => rows.value.end),
    scrollToRow,
    shiftRows: (count) => shiftBy(count * scale.value.rowHeight),
  };
}

function useContentHeight(element: Readonly<Ref<HTMLElement | null>>): ShallowRef<number> {
  const height = shallowRef(0);
  watch(element, (el) => (height.value = el?.clientHeight ?? 0), { flush: 'post' });
  // contentRect is not rounded, unlike clientHeight: at a zoom of 110 % the last row would be cut.
  useResizeObserver(element, ([entry]) => {
    if (entry) height.value = entry.contentRect.height;
  });
  return height;
}
