import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ServerLimits } from './ServerLimits.js';

const CHECK_MS = 1_000;

/** What a reader had taken when bytes began to wait for him. */
interface Rest {
  since: number;
  taken: number;
}

/** Bytes that the other end, or the kernel on its way there, has taken. */
const takenBy = (socket: Socket) => socket.bytesWritten - socket.writableLength;

/**
 * Cuts every connection whose reader takes fewer than `leastBytesPerSecond` in `slowReaderSeconds`
 * while bytes wait for him all the time: of streams, results and files alike. A connection on which the
 * server has nothing to send is none of them, however long that lasts.
 */
export function cutSlowReaders(
  server: Server,
  answers: WeakMap<Socket, ServerResponse>,
  { slowReaderSeconds, leastBytesPerSecond, log, metrics }: ServerLimits,
): void {
  const rests = new Map<Socket, Rest | null>();
  server.on('connection', (socket: Socket) => {
    rests.set(socket, null);
    socket.once('close', () => rests.delete(socket));
  });

  function look(socket: Socket, rest: Rest | null, now: number): void {
    if (socket.writableLength === 0) return void rests.set(socket, null);
    const taken = takenBy(socket);
    if (!rest) return void rests.set(socket, { since: now, taken });
    const seconds = (now - rest.since) / 1_000;
    if (seconds < slowReaderSeconds) return;
    if (taken - rest.taken >= seconds * leastBytesPerSecond) {
      rests.set(socket, { since: now, taken });
      return;
    }
    metrics?.refused('slow_reader');
    const [path] = (answers.get(socket)?.req.url ?? '').split('?');
    const fields = { path, taken: taken - rest.taken, seconds: Math.round(seconds) };
    log('warning', 'A slow reader was cut.', { ...fields, address: socket.remoteAddress });
    // what the kernel still holds for him goes with it
    socket.resetAndDestroy();
  }

  const timer = setInterval(() => {
    const now = performance.now();
    for (const [socket, rest] of rests) look(socket, rest, now);
  }, CHECK_MS);
  server.once('close', () => clearInterval(timer));
}
