/**
 * The highest spacer, CSS px. A browser cuts an element off at 33,554,428 device px (Chromium) or
 * 17.9 million (Firefox): this is within both up to a zoom of 3.
 */
export const MAX_SPACER_HEIGHT = 5_000_000;

/**
 * At both ends the scale is 1:1 over this many px, so that a swipe towards an end never meets the
 * scroller's end before the rows' end.
 */
const EDGE_HEIGHT = 20_000;

/** A scroll by more than this many px, CSS, is a dragged thumb or a jump, never a swipe. */
const LARGEST_SWIPE_STEP = 2_000;

/** How the scroller's `scrollTop` and the offset into all rows belong together; all in CSS px. */
export interface ScrollScale {
  readonly rowCount: number;
  readonly rowHeight: number;
  /** Height that rows are seen through. */
  readonly viewportHeight: number;
  /** Height that stands in the scroller for all rows. */
  readonly spacerHeight: number;
  /** `scrollTop` at the end. */
  readonly maxScrollTop: number;
  /** Offset at the end: the last row touches the viewport's lower edge. */
  readonly maxOffset: number;
  /** The rows are higher than the spacer may be. */
  readonly scaled: boolean;
  /** Length at each end, in `scrollTop`, over which the scale is 1:1. */
  readonly edge: number;
  /** A scroll by no more than this moves the rows by just as much. */
  readonly smallStep: number;
}

/** A place that is known to belong together while the thumb is dragged. */
export interface ScrollAnchor {
  readonly scrollTop: number;
  readonly offset: number;
}

export interface ScrollScaleInput {
  rowCount: number;
  rowHeight: number;
  viewportHeight: number;
}

export function createScrollScale(input: ScrollScaleInput): ScrollScale {
  const { rowCount, rowHeight, viewportHeight } = input;
  const contentHeight = rowCount * rowHeight;
  const spacerHeight = Math.min(contentHeight, MAX_SPACER_HEIGHT);
  const maxScrollTop = Math.max(0, spacerHeight - viewportHeight);
  return {
    rowCount,
    rowHeight,
    viewportHeight,
    spacerHeight,
    maxScrollTop,
    maxOffset: Math.max(0, contentHeight - viewportHeight),
    scaled: contentHeight > MAX_SPACER_HEIGHT,
    edge: Math.min(EDGE_HEIGHT, maxScrollTop / 4),
    // A thumb that moves by one device px, at up to 3 of them a CSS px, scrolls further than this.
    smallStep: Math.min(LARGEST_SWIPE_STEP, maxScrollTop / (4 * Math.max(1, viewportHeight))),
  };
}

export function clampOffset(scale: ScrollScale, offset: number): number {
  return Math.min(Math.max(offset, 0), scale.maxOffset);
}

/** The offset that belongs to a `scrollTop`: the same where unscaled, else proportional. */
export function offsetAt(scale: ScrollScale, scrollTop: number): number {
  const { scaled, edge, maxScrollTop, maxOffset } = scale;
  if (!scaled || scrollTop <= edge) return clampOffset(scale, scrollTop);
  const fromEnd = maxScrollTop - scrollTop;
  // A browser rounds scrollTop to device px: its last px may be missing.
  if (fromEnd <= 1) return maxOffset;
  if (fromEnd <= edge) return maxOffset - fromEnd;
  return edge + ((scrollTop - edge) * (maxOffset - 2 * edge)) / (maxScrollTop - 2 * edge);
}

/** The `scrollTop` that belongs to an offset. */
export function scrollTopAt(scale: ScrollScale, offset: number): number {
  const { scaled, edge, maxScrollTop, maxOffset } = scale;
  const clamped = clampOffset(scale, offset);
  if (!scaled || clamped <= edge) return clamped;
  const fromEnd = maxOffset - clamped;
  if (fromEnd <= edge) return maxScrollTop - fromEnd;
  return edge + ((clamped - edge) * (maxScrollTop - 2 * edge)) / (maxOffset - 2 * edge);
}

/** As `offsetAt`, bent so that it goes through the anchor; the ends stay where they are. */
export function anchoredOffsetAt(
  scale: ScrollScale,
  anchor: ScrollAnchor,
  scrollTop: number,
): number {
  const plain = offsetAt(scale, scrollTop);
  const atAnchor = offsetAt(scale, anchor.scrollTop);
  if (plain <= atAnchor) return atAnchor === 0 ? 0 : anchor.offset * (plain / atAnchor);
  const left = (scale.maxOffset - plain) / (scale.maxOffset - atAnchor);
  return scale.maxOffset - (scale.maxOffset - anchor.offset) * left;
}

/** A scroll that the browser made on its own. */
export interface BrowserScroll {
  /** Offset before it. */
  offset: number;
  /** `scrollTop` before it. */
  from: number;
  /** `scrollTop` after it. */
  to: number;
  /** Where the thumb was taken, while it is dragged. */
  anchor: ScrollAnchor | null;
}

/** The offset after a scroll of the browser: swipes 1:1, thumb and jumps proportionally. */
export function offsetAfterScroll(scale: ScrollScale, scroll: BrowserScroll): number {
  const { offset, from, to, anchor } = scroll;
  const inStep = Math.abs(offset - offsetAt(scale, from)) <= 1;
  const sameEdge =
    Math.max(from, to) <= scale.edge || Math.min(from, to) >= scale.maxScrollTop - scale.edge;
  if (!scale.scaled || (inStep && sameEdge)) return offsetAt(scale, to);
  if (Math.abs(to - from) <= scale.smallStep) return clampOffset(scale, offset + to - from);
  return anchor ? anchoredOffsetAt(scale, anchor, to) : offsetAt(scale, to);
}

/**
 * The rows to draw, from `first` to before `end`: those in view and `overscan` more on either
 * side, always the same number, so that no row's element has to go while it is held by a finger.
 */
export function rowsAt(
  scale: ScrollScale,
  offset: number,
  overscan: number,
): { first: number; end: number } {
  const { rowCount, rowHeight, viewportHeight } = scale;
  if (viewportHeight <= 0) return { first: 0, end: 0 };
  const count = Math.min(rowCount, Math.ceil(viewportHeight / rowHeight) + 1 + 2 * overscan);
  const above = Math.floor(offset / rowHeight) - overscan;
  const first = Math.min(Math.max(0, above), rowCount - count);
  return { first, end: first + count };
}

/** Where a row asked for is put: at the top, in the middle, at the bottom, or just in view. */
export type RowAlign = 'start' | 'center' | 'end' | 'nearest';

/** The offset that shows a row. */
export function offsetOfRow(
  scale: ScrollScale,
  offset: number,
  row: number,
  align: RowAlign,
): number {
  const start = row * scale.rowHeight;
  const end = start + scale.rowHeight - scale.viewportHeight;
  if (align === 'start') return clampOffset(scale, start);
  if (align === 'end') return clampOffset(scale, end);
  if (align === 'center') return clampOffset(scale, (start + end) / 2);
  return clampOffset(scale, Math.min(Math.max(offset, end), start));
}
