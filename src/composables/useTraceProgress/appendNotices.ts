import { MOST_KEPT } from '../../stream/KeptList.js';
import type { TraceNotice } from './traceState.js';

/** Notices and more of them: the first ones, and behind them how many there were besides. */
export function appendNotices(
  notices: readonly TraceNotice[],
  more: readonly TraceNotice[],
): readonly TraceNotice[] {
  const kept: TraceNotice[] = [];
  let left = 0;
  for (const notice of [...notices, ...more]) {
    if (notice.kind === 'more-notices') left += notice.count;
    else if (kept.length < MOST_KEPT) kept.push(notice);
    else left++;
  }
  return left > 0 ? [...kept, { kind: 'more-notices', count: left }] : kept;
}
