import {
  computed,
  type ComputedRef,
  type MaybeRefOrGetter,
  onScopeDispose,
  type Ref,
  shallowRef,
  toValue,
  watch,
} from 'vue';
import type { UseVirtualRowsReturn } from '../../composables/useVirtualRows/useVirtualRows.js';

/** Rows are placed from a row that changes only every so many: few elements move in a frame. */
const ROWS_PER_BASE = 64;
/** Elements of rows that are made in a frame: all at once would hold up the page that they come into. */
const NEW_ROWS_PER_FRAME = 12;

export interface UseDrawnRowsOptions {
  /** The window of the view that is in sight. */
  virtual: Pick<UseVirtualRowsReturn, 'firstRow' | 'endRow' | 'offset'>;
  /** Row numbers of the table by place in the view; null where the view is the table. */
  rows: Readonly<Ref<Uint32Array | null>>;
  rowHeight: MaybeRefOrGetter<number>;
}

/** A row of the view as it is drawn. */
export interface DrawnRow {
  /** Place in the view, from 0. */
  place: number;
  /** Row of the table. */
  row: number;
  /** Whose element it takes. */
  slot: number;
  /** Distance from the body's top, CSS. */
  top: string;
}

export interface UseDrawnRowsReturn {
  drawn: ComputedRef<DrawnRow[]>;
  /** Moves the body to the scrolled place. */
  bodyTransform: ComputedRef<string>;
}

/** The rows in sight and where they stand: what a frame of scrolling changes is here. */
export function useDrawnRows({
  virtual,
  rows,
  ...options
}: UseDrawnRowsOptions): UseDrawnRowsReturn {
  const { firstRow, endRow, offset } = virtual;
  const most = useGradualCount(() => endRow.value - firstRow.value);
  const basePlace = computed(() => firstRow.value - (firstRow.value % ROWS_PER_BASE));
  const drawn = computed(() => {
    const rowHeight = toValue(options.rowHeight);
    const count = Math.min(most.value, endRow.value - firstRow.value);
    return Array.from({ length: count }, (_, index) => {
      const place = firstRow.value + index;
      const top = `${(place - basePlace.value) * rowHeight}px`;
      // The element of a row that left the window is taken for the one that came in.
      return { place, row: rows.value ? rows.value[place]! : place, slot: place % count, top };
    });
  });
  const bodyTransform = computed(() => {
    const ratio = typeof devicePixelRatio === 'undefined' ? 1 : devicePixelRatio;
    const y = basePlace.value * toValue(options.rowHeight) - offset.value;
    // Text that stands between device pixels is blurred.
    return `translateY(${Math.round(y * ratio) / ratio}px)`;
  });
  return { drawn, bodyTransform };
}

/** How many of the wanted rows may be drawn: none while the columns are made, a few more with each frame. */
function useGradualCount(wanted: () => number): Ref<number> {
  const most = shallowRef(0);
  let frame = 0;
  function grow(): void {
    frame = 0;
    most.value += NEW_ROWS_PER_FRAME;
  }
  watch(
    [wanted, most],
    ([count]) => {
      if (count === 0) most.value = 0;
      else if (count > most.value && frame === 0) frame = requestAnimationFrame(grow);
    },
    { immediate: true, flush: 'post' },
  );
  onScopeDispose(() => cancelAnimationFrame(frame));
  return most;
}
