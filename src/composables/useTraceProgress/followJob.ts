import type { EventsOutcome } from '../../jobs/index.js';
import { type ProgressMessage, SERVER_ERROR_CODES, TraceError } from '../../protocol/index.js';
import { isStreamSlotFree } from '../../stream/streamSlots.js';
import { type Received, receiveStream } from './receiveStream.js';
import type { TraceRun } from './TraceRun.js';
import type { TraceScope } from './traceState.js';

type FollowableJob = Extract<EventsOutcome, { kind: 'job' }> & { streamUrl: string };

/** Whether the stream came to its own end mark, or to one that no other way of reading would change. */
export function hasEnded({ problems, error }: Received): boolean {
  const isCut = problems.some(({ kind }) => kind === 'no-end-mark' || kind === 'error-line');
  if (!isCut) return true;
  // a fault of this page would meet the next reading, too
  return (
    error !== null && (!(error instanceof TraceError) || error.code === 'DECODE_WORKER_FAILED')
  );
}

/** Shows what a followed job says: running up to its first rows, streaming from then on. */
function followEvents(run: TraceRun, { jobId }: FollowableJob, scope: TraceScope) {
  let isStreaming = false;
  return {
    onProgress({ pct, stage }: ProgressMessage): void {
      if (typeof pct === 'number') run.meter.setPercent(pct);
      if (isStreaming) return;
      const job = { job_id: jobId ?? '', status: 'started', pct, stage };
      run.enter({ status: 'running', job, ...scope });
    },
    onBatch(): void {
      if (!isStreaming) run.enter({ status: 'streaming', jobId, ...scope });
      isStreaming = true;
    },
  };
}

function isRestarted({ problems }: Received): boolean {
  const { resultRestarted } = SERVER_ERROR_CODES;
  return problems.some(
    (problem) => problem.kind === 'error-line' && problem.code === resultRestarted,
  );
}

/**
 * Reads the stream of a job while it is at work. Where another worker begins the job anew, the rows
 * are dropped and come anew; where that happens before the first row, polling waits better. Null
 * where the page has as many streams open as it may.
 */
export async function followJob(
  run: TraceRun,
  job: FollowableJob,
  scope: TraceScope,
): Promise<Received | null> {
  const url = `${job.streamUrl}${job.streamUrl.includes('?') ? '&' : '?'}follow=1`;
  for (;;) {
    if (!isStreamSlotFree()) return null;
    const received = await receiveStream(run, url, followEvents(run, job, scope));
    if (!isRestarted(received) || run.meter.read().rows === 0) return received;
    run.notify([{ kind: 'rows-read-anew', reason: 'restarted' }]);
    run.dropRows();
    run.enter({ status: 'queued', job: null, ...scope });
  }
}
