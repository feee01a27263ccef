import type { ScrollScale } from './scrollScale.js';

/** How far a wheel event moves the rows, px; 0 where it is none of ours: zoom, sideways. */
export function wheelDistance(event: WheelEvent, scale: ScrollScale): number {
  if (event.ctrlKey || event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return 0;
  if (event.deltaMode === WheelEvent.DOM_DELTA_LINE) return event.deltaY * scale.rowHeight;
  if (event.deltaMode === WheelEvent.DOM_DELTA_PAGE) return event.deltaY * pageHeight(scale);
  return event.deltaY;
}

/** The offset that a key asks for, null where it asks for none. */
export function offsetAfterKey(
  event: KeyboardEvent,
  scale: ScrollScale,
  offset: number,
): number | null {
  if (event.altKey || event.metaKey) return null;
  if (event.key === 'Home') return 0;
  if (event.key === 'End') return scale.maxOffset;
  if (event.ctrlKey) return null;
  if (event.key === 'ArrowUp') return offset - scale.rowHeight;
  if (event.key === 'ArrowDown') return offset + scale.rowHeight;
  if (event.key === 'PageUp') return offset - pageHeight(scale);
  if (event.key === 'PageDown') return offset + pageHeight(scale);
  return null;
}

/** A viewport less one row, so that the row at the edge stays in sight. */
function pageHeight(scale: ScrollScale): number {
  return Math.max(scale.rowHeight, scale.viewportHeight - scale.rowHeight);
}
