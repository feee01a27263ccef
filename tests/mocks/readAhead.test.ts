import { describe, expect, it } from 'vitest';
import { readAhead } from '../../mocks/results/readAhead.js';

/** Reads that are answered by hand. */
function createReads() {
  const asked: number[] = [];
  const answers = new Map<number, PromiseWithResolvers>();
  const read = (index: number) => {
    asked.push(index);
    return new Promise<string>((resolve, reject) => answers.set(index, { resolve, reject }));
  };
  return { asked, answers, read };
}
interface PromiseWithResolvers {
  resolve: (value: string) => void;
  reject: (error: Error) => void;
}

describe('readAhead', () => {
  it('reads the next value while one is used, and no more than that', async () => {
    const { asked, answers, read } = createReads();
    const values = readAhead(2, 5, read);
    const first = values.next();
    expect(asked).toEqual([2]);
    answers.get(2)!.resolve('c');
    expect(await first).toEqual({ done: false, value: 'c' });
    expect(asked).toEqual([2, 3]);
    answers.get(3)!.resolve('d');
    expect(await values.next()).toEqual({ done: false, value: 'd' });
    expect(asked).toEqual([2, 3, 4]);
    answers.get(4)!.resolve('e');
    expect(await values.next()).toEqual({ done: false, value: 'e' });
    expect(await values.next()).toEqual({ done: true, value: undefined });
    expect(asked).toEqual([2, 3, 4]);
  });

  it('reads nothing where there is nothing to read', async () => {
    const { asked, read } = createReads();
    expect(await readAhead(3, 3, read).next()).toEqual({ done: true, value: undefined });
    expect(asked).toEqual([]);
  });

  it('fails where the failed value would have come, not before', async () => {
    const { answers, read } = createReads();
    const values = readAhead(0, 3, read);
    const first = values.next();
    answers.get(0)!.resolve('a');
    await first;
    answers.get(1)!.reject(new Error('gone'));
    await expect(values.next()).rejects.toThrow('gone');
  });

  it('leaves a failed read to nobody where it is not asked for any more', async () => {
    const { answers, read } = createReads();
    const values = readAhead(0, 3, read);
    const first = values.next();
    answers.get(0)!.resolve('a');
    await first;
    await values.return();
    answers.get(1)!.reject(new Error('an unhandled rejection would fail this run'));
    await new Promise((resolve) => setImmediate(resolve));
  });
});
