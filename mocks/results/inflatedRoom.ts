import type { HeldBytes } from '../http/HeldBytes.js';

/** Chunks whose JSON a process holds at once, all readers together: some 1.3 MB each. */
const MOST_INFLATED = 32;

let taken = 0;
const waiting: (() => void)[] = [];

/** Whether one more would have to wait. */
export const isRoomTaken = (): boolean => taken === MOST_INFLATED;

/** Waits for room to hold a chunk's JSON; what is returned gives it back, once. */
async function takeRoom(): Promise<() => void> {
  if (taken < MOST_INFLATED) taken++;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  let isTaken = true;
  return () => {
    if (!isTaken) return;
    isTaken = false;
    const next = waiting.shift();
    if (next) next();
    else taken--;
  };
}

/** The same bytes, of which no more are held at once than there is room for. */
export function inRoom(held: HeldBytes): HeldBytes {
  let giveBack: (() => void) | undefined;
  function leave(): void {
    giveBack?.();
    giveBack = undefined;
  }
  return {
    async read() {
      giveBack ??= await takeRoom();
      return held.read();
    },
    letGo() {
      held.letGo();
      leave();
    },
    end() {
      held.end();
      leave();
    },
  };
}
