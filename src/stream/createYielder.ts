/** Longest stretch of work between two chances for the page to draw and to take input, ms. */
const BUDGET_MS = 8;

/**
 * A macrotask like any other. Timers would wait 4 ms each once they are nested, and what waits behind
 * `scheduler.yield()` goes before everything else: over 450 MB the page drew 9 frames a second, and
 * nothing else got a turn.
 */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/**
 * Lets the page breathe between pieces of work: what comes from the network may wait in memory, and
 * is then handed out without a pause.
 */
export function createYielder(budgetMs = BUDGET_MS) {
  let since = performance.now();
  return async (): Promise<void> => {
    if (performance.now() - since < budgetMs) return;
    await nextTask();
    since = performance.now();
  };
}
