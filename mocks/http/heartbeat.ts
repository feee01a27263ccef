import type { Sleep } from '../sleep.js';
import type { StreamPieces } from './streamBody.js';

/** Proxies and browsers drop connections on which nothing comes for a minute or less. */
export const HEARTBEAT_MS = 10_000;

/** Ends a timer; an abort without a reason makes an error with its stack, for each piece. */
const IN_TIME = 'in time';

/** The pieces of a stream, with a blank line for every ten seconds in which none comes. */
export async function* withHeartbeat(pieces: StreamPieces, sleep: Sleep): StreamPieces {
  let isBetweenLines = true;
  try {
    for (;;) {
      const next = pieces.next();
      if (isBetweenLines) while (await isSlow(next, sleep)) yield '\n';
      const { done, value } = await next;
      if (done) return;
      isBetweenLines = typeof value === 'string' && value.endsWith('\n');
      yield value;
    }
  } finally {
    await pieces.return();
  }
}

/** Whether the time of a heartbeat passes before the work is done. */
async function isSlow(work: Promise<unknown>, sleep: Sleep): Promise<boolean> {
  const done = new AbortController();
  const late = sleep(HEARTBEAT_MS, done.signal).then(
    () => true,
    () => false,
  );
  const inTime = work.then(
    () => false,
    () => false,
  );
  const slow = await Promise.race([inTime, late]);
  done.abort(IN_TIME);
  return slow;
}
