import type { Sleep } from '../../../mocks/sleep.js';

/** Sleeps that end when the test lets time pass. */
export function createManualSleep() {
  let time = 0;
  const sleepers = new Set<{ until: number; wake: () => void }>();
  const sleep: Sleep = (ms, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const sleeper = {
        until: time + ms,
        wake: () => {
          sleepers.delete(sleeper);
          resolve();
        },
      };
      sleepers.add(sleeper);
      signal.addEventListener('abort', () => {
        sleepers.delete(sleeper);
        reject(signal.reason);
      });
    });
  return {
    sleep,
    sleepers,
    passMs(ms: number): void {
      time += ms;
      for (const sleeper of [...sleepers]) if (sleeper.until <= time) sleeper.wake();
    },
  };
}
