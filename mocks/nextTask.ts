/**
 * Lets the event loop run its other tasks before long work goes on; throws the signal's reason
 * where it was aborted meanwhile.
 */
export async function nextTask(signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>(schedule);
  signal?.throwIfAborted();
}

// Browsers have no setImmediate, and make nested timers wait for 4 ms; a message comes at once.
const { setImmediate } = globalThis as { setImmediate?: (done: () => void) => unknown };
const schedule: (done: () => void) => void =
  setImmediate !== undefined
    ? (done) => void setImmediate(done)
    : (done) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          port1.close();
          done();
        };
        port2.postMessage(null);
      };
