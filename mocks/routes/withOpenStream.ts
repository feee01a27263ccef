import type { Context } from 'hono';
import type { TraceAppContext } from './TraceAppContext.js';

/**
 * Answers with a result while the client has a place for it. `answer` calls `onEnd` when its body has
 * ended; a request that was given up, or whose answer has no body, gives its place back here.
 */
export async function withOpenStream(
  c: Context,
  { openStreams, clientOf }: Pick<TraceAppContext, 'openStreams' | 'clientOf'>,
  answer: (onEnd: () => void) => Promise<Response>,
): Promise<Response> {
  const close = openStreams.open(clientOf(c.env));
  const { signal, method } = c.req.raw;
  signal.addEventListener('abort', close, { once: true });
  try {
    const response = await answer(close);
    // nobody begins the body of a HEAD, or of a request that is gone, so nobody ends it
    if (signal.aborted || method === 'HEAD') close();
    return response;
  } catch (error) {
    close();
    throw error;
  }
}
