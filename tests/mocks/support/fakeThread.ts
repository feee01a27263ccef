import { vi } from 'vitest';
import type { JobThread } from '../../../mocks/adapters/embedded/runInThread.js';
import type { ThreadMessage } from '../../../mocks/adapters/embedded/jobThread.js';

/** A thread that does what the test tells it. */
export function fakeThread() {
  let say: (message: ThreadMessage) => void = () => undefined;
  let die: (reason: string) => void = () => undefined;
  const thread: JobThread = {
    post: vi.fn(),
    onMessage: (listener) => void (say = listener),
    onDeath: (listener) => void (die = listener),
    terminate: vi.fn(() => die('ended with code 1')),
  };
  return {
    thread,
    say: (message: ThreadMessage) => say(message),
    die: (reason: string) => die(reason),
  };
}
