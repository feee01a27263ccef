import { errorFields, type Log } from './log.js';

/** What is not closed after that is left to the system, ms. */
const STOP_MS = 15_000;
/** A terminal's Ctrl-C reaches a process twice, once through npm: a signal so soon is the same one, ms. */
const REPEAT_MS = 100;

/**
 * Ends the process at SIGINT or SIGTERM: once `stop` has closed everything and nothing is under way any more, or
 * after 15 s; at a second signal at once. It is not cut short with `exit`: a thread that is ended in the
 * middle of a DuckDB call aborts the process.
 */
export function stopOnSignal(
  process: Pick<NodeJS.Process, 'on' | 'exit' | 'exitCode'>,
  stop: () => Promise<void>,
  log: Log,
): void {
  let since: number | undefined;
  async function onSignal(signal: NodeJS.Signals): Promise<void> {
    if (since !== undefined) {
      if (performance.now() - since > REPEAT_MS) process.exit(1);
      return;
    }
    since = performance.now();
    log('info', 'Stopping.', { signal });
    setTimeout(() => {
      log('error', `Not everything could be closed within ${STOP_MS / 1000} s.`);
      process.exit(1);
    }, STOP_MS).unref();
    try {
      await stop();
    } catch (error) {
      log('error', 'Not everything could be closed.', errorFields(error));
      process.exit(1);
    }
    process.exitCode = 0;
  }
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, (signal) => void onSignal(signal));
  }
}
