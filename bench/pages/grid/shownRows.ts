import type { Grid } from './Grid.js';

/** The innermost element at a place, also inside of shadow trees. */
function elementAt(x: number, y: number): Element | null {
  let element = document.elementFromPoint(x, y);
  for (;;) {
    const inner = element?.shadowRoot?.elementFromPoint(x, y) ?? null;
    if (!inner || inner === element) return element;
    element = inner;
  }
}

/** Left of a row's text, past borders. */
const INSET = 24;

/** The rows that can be seen, from the top; what a heading covers is not seen. */
export function shownRows(grid: Grid): Element[] {
  const places = [...grid.rows()].map((row) => ({ row, box: row.getBoundingClientRect() }));
  const shown = places.filter(({ row, box }) => {
    const hit = elementAt(box.left + INSET, box.top + box.height / 2);
    return hit !== null && row.contains(hit);
  });
  return shown.sort((a, b) => a.box.top - b.box.top).map(({ row }) => row);
}

/** Heights of the viewport at which rows are looked for. */
const LOOKED_AT = [0.15, 0.5, 0.95];

/** Whether the viewport shows something else than rows somewhere. */
export function isBlank(grid: Grid): boolean {
  const { left, top, height } = grid.scroller().getBoundingClientRect();
  const rows = [...grid.rows()];
  return LOOKED_AT.some((part) => {
    const hit = elementAt(left + INSET, top + height * part);
    return !hit || !rows.some((row) => row.contains(hit));
  });
}
