import type { HeldBytes } from '../http/HeldBytes.js';

/** Chunks whose JSON a process holds at once, all readers together: some 1.3 MB each. */
const MOST_INFLATED = 32;

let taken = 0;
const waiting: (() => void)[] = [];

/** Whether one more would have to wait. */
export const isRoomTaken = (): boolean => taken === MOST_INFLATED;

/** Waits for room to hold a chunk's JSON. */
async function takeRoom(): Promise<void> {
  if (taken < MOST_INFLATED) taken++;
  else await new Promise<void>((resolve) => waiting.push(resolve));
}

/** Hands the room on to who waits first. */
function giveRoom(): void {
  const next = waiting.shift();
  if (next) next();
  else taken--;
}

/** The same bytes, of which no more are held at once than there is room for. */
export function inRoom(held: HeldBytes): HeldBytes {
  let hasRoom = false;
  let isReading = false;
  function leave(): void {
    if (hasRoom) giveRoom();
    hasRoom = false;
  }
  return {
    async read() {
      if (!hasRoom) await takeRoom();
      hasRoom = true;
      isReading = true;
      try {
        return await held.read();
      } finally {
        isReading = false;
      }
    },
    peek: () => (hasRoom ? held.peek() : null),
    letGo() {
      held.letGo();
      // what a slow store is being read for will be held
      if (!isReading) leave();
    },
    end() {
      held.end();
      leave();
    },
  };
}
