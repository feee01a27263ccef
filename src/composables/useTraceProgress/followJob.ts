import { addParameters } from '../../jobs/index.js';
import { type ProgressMessage, TraceError } from '../../protocol/index.js';
import { isStreamSlotFree } from '../../stream/streamSlots.js';
import type { Received } from './Received.js';
import type { StreamReading } from './StreamReading.js';
import type { FollowEvents } from './StreamReceiver.js';
import type { TraceRun } from './TraceRun.js';
import type { TraceScope } from './traceState.js';

const FINAL_CODES: readonly string[] = ['DECODE_WORKER_FAILED', 'LIMIT_EXCEEDED', 'LINE_TOO_LONG'];

/** Whether the stream came to its own end mark, or to one that no other way of reading would change. */
export function hasEnded({ problems, error }: Received): boolean {
  const isCut = problems.some(({ kind }) => kind === 'no-end-mark' || kind === 'error-line');
  if (!isCut) return true;
  // a fault of this page, and a limit, would meet the next reading, too
  return error !== null && (!(error instanceof TraceError) || FINAL_CODES.includes(error.code));
}

/** Shows what a followed job says: queued or running up to its first rows, streaming from then on. */
export function createFollow(run: TraceRun, jobId: string | null, scope: TraceScope): FollowEvents {
  let isStreaming = false;
  return {
    onProgress({ pct, stage, position }: ProgressMessage): void {
      if (typeof pct === 'number') run.meter.setPercent(pct);
      if (isStreaming) return;
      const status = stage === 'queued' ? 'queued' : 'running';
      const job = {
        job_id: jobId ?? '',
        status: stage === 'queued' ? stage : 'started',
        pct,
        stage,
        position,
      };
      run.enter({ status, job, ...scope });
    },
    onBatch(): void {
      if (!isStreaming) run.enter({ status: 'streaming', jobId, ...scope });
      isStreaming = true;
    },
  };
}

/**
 * Reads the stream of a job while it is at work. Where another worker begins the job anew, the rows
 * are dropped and come anew; where that happens before the first row, polling waits better. Null
 * where the page has as many streams open as it may.
 */
export function followJob(
  run: TraceRun,
  reading: StreamReading,
  streamUrl: string,
  scope: TraceScope,
): Promise<Received | null> {
  const onRestart = () => {
    run.enter({ status: 'queued', job: null, ...scope });
    return isStreamSlotFree();
  };
  const url = addParameters(streamUrl, { follow: '1' });
  return reading.read({ url, isFollowed: true, onRestart });
}
