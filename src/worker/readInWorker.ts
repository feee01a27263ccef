import { LimitExceededError } from '../stream/errors/LimitExceededError.js';
import { JsonSyntaxError } from '../stream/JsonSyntaxError.js';
import type { BodyReads, BodyRequest, DecodeReply, DecodeRequest } from './decodeMessages.js';
import { DecodeWorkerError } from './errors/DecodeWorkerError.js';
import { listenTo } from './listenTo.js';
import { transferable } from './transferable.js';

/**
 * Has the worker read a body as a whole. Rejects with `JsonSyntaxError`, with `DecodeWorkerError`, or
 * with what the chunks reject with.
 */
export async function readInWorker<Type extends keyof BodyReads>(
  worker: Worker,
  request: Extract<BodyRequest, { type: Type }>,
  chunks: AsyncIterable<Uint8Array>,
): Promise<BodyReads[Type]> {
  const answer = answerOf<Type>(worker, request.type);
  // a worker that dies while bytes are still coming is told where the answer is waited for
  answer.catch(() => undefined);
  const post = (message: DecodeRequest, transfer: ArrayBuffer[] = []) =>
    worker.postMessage(message, { transfer });
  post(request);
  for await (const chunk of chunks) {
    const bytes = transferable(chunk);
    post({ type: 'chunk', bytes }, [bytes.buffer]);
  }
  post({ type: 'end' });
  return answer;
}

function answerOf<Type extends keyof BodyReads>(
  worker: Worker,
  type: Type,
): Promise<BodyReads[Type]> {
  return new Promise((resolve, reject) => {
    const onReply = (reply: DecodeReply) => {
      if (reply.type === 'invalid') reject(new JsonSyntaxError(reply.at, reply.reason));
      else if (reply.type === 'limit') {
        const { limit, most, domain } = reply;
        reject(new LimitExceededError(limit, most, { domain }));
      } else if (reply.type === 'body') resolve(reply.read as BodyReads[Type]);
    };
    listenTo(worker, onReply, (reason) => reject(new DecodeWorkerError(`the ${type}`, reason)));
  });
}
