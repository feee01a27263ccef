import { expect, it } from 'vitest';
import { withStreamSlot } from '../../src/stream/streamSlots.js';

/** Streams that are read until they are told to end. */
function createStreams() {
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const read = (name: string, signal?: AbortSignal) =>
    withStreamSlot(
      () =>
        new Promise<string>((resolve, reject) => {
          begun.push(name);
          ends.set(name, (error) => (error ? reject(error) : resolve(name)));
        }),
      signal,
    );
  return { begun, read, end: (name: string, error?: Error) => ends.get(name)!(error) };
}
const settle = () => new Promise((resolve) => setTimeout(resolve));

it('reads two streams at once, the others in their order as those end or fail', async () => {
  const { begun, read, end } = createStreams();
  const all = Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map((name) => read(name)));
  await settle();
  expect(begun).toEqual(['a', 'b']);
  end('b', new Error('reset'));
  await settle();
  expect(begun).toEqual(['a', 'b', 'c']);
  end('a');
  end('c');
  await settle();
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e']);
  end('d');
  end('e');
  expect((await all).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
});

it('lets one that waits leave, and gives its turn to the next', async () => {
  const { begun, read, end } = createStreams();
  const leave = new AbortController();
  const first = [read('a'), read('b')];
  const left = read('c', leave.signal);
  const last = read('d');
  leave.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  end('a');
  await settle();
  expect(begun).toEqual(['a', 'b', 'd']);
  end('b');
  end('d');
  await Promise.all([...first, last]);
  await expect(read('e', leave.signal)).rejects.toThrow('left');
  const again = [read('f'), read('g')];
  await settle();
  expect(begun.slice(-2)).toEqual(['f', 'g']);
  end('f');
  end('g');
  await Promise.all(again);
});

it.each([0, 1, 2, 3, 4, 5, 6])(
  'loses no slot where one is handed on %i turns before an abort',
  async (turns) => {
    const { begun, read, end } = createStreams();
    const leave = new AbortController();
    const first = [read('a'), read('b')];
    const left = read('c', leave.signal).catch(() => 'left');
    const last = read('d');
    end('a');
    for (let i = 0; i < turns; i++) await Promise.resolve();
    leave.abort(new Error('left'));
    await settle();
    if (begun.includes('c')) end('c');
    await settle();
    expect(begun).toContain('d');
    const others = [read('e'), read('f')];
    end('b');
    await settle();
    expect(begun).toContain('e');
    expect(begun).not.toContain('f');
    end('d');
    await settle();
    end('e');
    end('f');
    await Promise.all([...first, left, last, ...others]);
  },
);
