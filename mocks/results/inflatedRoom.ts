/** Inflated chunks that a process holds at once, all readers together: some 1.3 MB each. */
const MOST_INFLATED = 32;

let taken = 0;
const waiting: (() => void)[] = [];

/** Waits for room to hold an inflated chunk; what is returned gives it back, once. */
export async function takeInflatedRoom(): Promise<() => void> {
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
