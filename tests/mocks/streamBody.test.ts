import { expect, it } from 'vitest';
import { type BodyPieces, joinTexts, streamBody } from '../../mocks/http/streamBody.js';

const ends = {
  onError(error: unknown) {
    throw error;
  },
};

it('aborts the work on a piece when the reader leaves, and runs its clean-up', async () => {
  const steps: string[] = [];
  async function* slowly(signal: AbortSignal): BodyPieces {
    try {
      yield 'first';
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      );
    } finally {
      steps.push('cleaned up');
    }
  }
  const reader = streamBody(slowly, ends).getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('first');
  const second = reader.read();
  await reader.cancel(new Error('left')).catch((error: unknown) => steps.push(String(error)));
  expect((await second).done).toBe(true);
  expect(steps).toContain('cleaned up');
});

it('makes no piece before it is read', async () => {
  let made = 0;
  async function* count(): BodyPieces {
    for (;;) yield String(made++);
  }
  const reader = streamBody(count, ends).getReader();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(made).toBe(0);
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(made).toBe(1);
  await reader.cancel();
});

it('joins small texts, and loses none', () => {
  const joined = [...joinTexts(['a', 'bc', 'def', 'g'], 3)];
  expect(joined).toEqual(['abc', 'def', 'g']);
  expect([...joinTexts([])]).toEqual([]);
});
