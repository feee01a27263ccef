/** Resolves in the frame that comes next, before it is drawn. */
export const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));

/** Resolves in a task of its own. */
export const nextTask = () =>
  new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

/** Resolves when the next frame has been drawn. */
export async function frameDrawn(): Promise<void> {
  await nextFrame();
  await nextTask();
}

/** Resolves in the first frame in which `isTrue` holds, with the moment when it was drawn. */
export async function drawnWhen(isTrue: () => boolean): Promise<number> {
  do await nextFrame();
  while (!isTrue());
  await nextTask();
  return performance.now();
}

export const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
