/**
 * The place of a view's row in the same view after rows were appended to its table. Their rows came
 * in between, so the place is no smaller and at most by their number larger: no more is looked at.
 */
export function placeAfterAppend(rows: Uint32Array, before: Uint32Array, place: number): number {
  const window = rows.subarray(place, place + rows.length - before.length + 1);
  return place + Math.max(0, window.indexOf(before[place]!));
}
