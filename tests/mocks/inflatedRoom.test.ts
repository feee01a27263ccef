import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { HeldBytes } from '../../mocks/http/HeldBytes.js';
import { inRoom } from '../../mocks/results/inflatedRoom.js';

const MOST = 32;
/** The JSON of a chunk, on its way to a reader. */
const inflated = (): HeldBytes =>
  inRoom({
    read: async () => new Uint8Array(2),
    peek: () => new Uint8Array(2),
    letGo: () => undefined,
    end: () => undefined,
  });

/** Starts a reading; says whether it is through. */
function reading(bytes: HeldBytes) {
  const seen = { isThrough: false, done: Promise.resolve() };
  seen.done = Promise.resolve(bytes.read()).then(() => void (seen.isThrough = true));
  return seen;
}

describe('the room for inflated chunks', { timeout: 3_000 }, () => {
  it('is given back by a reader who rests and by one who has ended, to who waits first', async () => {
    const held = Array.from({ length: MOST }, inflated);
    for (const bytes of held) await bytes.read();
    const [first, second] = [inflated(), inflated()];
    const waits = [reading(first), reading(second)] as const;
    await nextTurn();
    expect(waits.map(({ isThrough }) => isThrough)).toEqual([false, false]);
    held[0]!.letGo();
    await waits[0].done;
    await nextTurn();
    expect(waits[1].isThrough).toBe(false);
    held[1]!.end();
    await waits[1].done;
    for (const bytes of [...held, first, second]) bytes.end();
  });

  it('is given back once, and is all there afterwards', async () => {
    const once = inflated();
    await once.read();
    once.letGo();
    once.end();
    once.end();
    const held = Array.from({ length: MOST }, inflated);
    for (const bytes of held) await bytes.read();
    const next = inflated();
    const wait = reading(next);
    await nextTurn();
    expect(wait.isThrough).toBe(false);
    for (const bytes of held) bytes.end();
    await wait.done;
    next.end();
  });

  it('is waited for again by a reader who has rested', async () => {
    const held = Array.from({ length: MOST }, inflated);
    for (const bytes of held) await bytes.read();
    const rested = held[0]!;
    rested.letGo();
    const other = inflated();
    await other.read();
    const wait = reading(rested);
    await nextTurn();
    expect(wait.isThrough).toBe(false);
    other.end();
    await wait.done;
    for (const bytes of held) bytes.end();
  });

  it('is kept while a slow store is read, whose reader seems to rest', async () => {
    const store: (() => void)[] = [];
    const slow = inRoom({
      read: () => new Promise((resolve) => store.push(() => resolve(new Uint8Array(2)))),
      peek: () => null,
      letGo: () => undefined,
      end: () => undefined,
    });
    const held = Array.from({ length: MOST - 1 }, inflated);
    for (const bytes of held) await bytes.read();
    const slowly = reading(slow);
    await nextTurn();
    slow.letGo();
    store[0]!();
    await slowly.done;
    const next = inflated();
    const wait = reading(next);
    await nextTurn();
    expect(wait.isThrough).toBe(false);
    slow.letGo();
    await wait.done;
    for (const bytes of [...held, next]) bytes.end();
  });

  it('shows no bytes without a wait to a reader who has given his place back', async () => {
    const held = inflated();
    expect(held.peek()).toBeNull();
    await held.read();
    expect(held.peek()).toHaveLength(2);
    held.letGo();
    expect(held.peek()).toBeNull();
    held.end();
  });
});
