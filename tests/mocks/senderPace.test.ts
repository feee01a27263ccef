import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { watchSender } from '../../mocks/http/senderPace.js';
import { createManualSleep } from './support/manualSleep.js';

/** A sender who must send 20 bytes in each 2 s. */
function watch() {
  const clock = createManualSleep();
  const sent = { bytes: 0 };
  const onSlow = vi.fn();
  const pace = { leastBytesPerSecond: 10, slowSenderSeconds: 2, sleep: clock.sleep };
  const end = watchSender(() => sent.bytes, pace, onSlow);
  async function send(bytes: number): Promise<void> {
    sent.bytes += bytes;
    clock.passMs(2_000);
    await nextTurn();
  }
  return { clock, onSlow, end, send };
}

it('a sender is refused who sends too little between two looks, whatever he sent before', async () => {
  const { onSlow, send } = watch();
  await send(1_000);
  await send(20);
  expect(onSlow).not.toHaveBeenCalled();
  await send(19);
  expect(onSlow).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ status: 408 }));
});

it('nobody is looked at once all has come', async () => {
  const { clock, onSlow, end, send } = watch();
  await send(20);
  end();
  await send(0);
  expect(onSlow).not.toHaveBeenCalled();
  expect(clock.sleepers.size).toBe(0);
});
