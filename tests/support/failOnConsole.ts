import { afterEach, expect, vi } from 'vitest';

/** An unexpected console.warn or console.error fails the test that was running. */
const spies = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')];

afterEach(() => {
  const calls = spies.flatMap((spy) => spy.mock.calls.map((args) => args.map(String).join(' ')));
  for (const spy of spies) spy.mockClear();
  expect(calls, 'console.warn or console.error was called').toEqual([]);
});
