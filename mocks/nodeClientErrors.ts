import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { SERVER_ERROR_CODES } from '../src/protocol/index.js';
import type { ServerLimits } from './ServerLimits.js';

interface Refusal {
  status: number;
  code: string;
  message: string;
}

/** What is wrong with a request that Node could not read. */
function refusalOf(errorCode: string | undefined, limits: ServerLimits): Refusal {
  if (errorCode === 'HPE_HEADER_OVERFLOW') {
    const message = `The head of the request is larger than the ${limits.maxHeaderBytes} bytes that are taken here.`;
    return { status: 431, code: 'HEADERS_TOO_LARGE', message };
  }
  if (errorCode === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const message = `The request did not come whole in time: ${limits.headerSeconds} s for its head, ${limits.requestSeconds} s for all of it.`;
    return { status: 408, code: 'REQUEST_TIMEOUT', message };
  }
  const message = 'This is no HTTP request that can be read.';
  return { status: 400, code: SERVER_ERROR_CODES.invalidParams, message };
}

function answerText({ status, code, message }: Refusal): string {
  const body = JSON.stringify({ success: false, error: { code, message }, meta: {} });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** Answers requests that Node could not read, or that come too slowly, as all other errors are answered. */
export function answerClientErrors(
  server: Server,
  answers: WeakMap<Socket, ServerResponse>,
  limits: ServerLimits,
): void {
  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Socket;
    // a client that went away is no error, and gets no answer
    if (!socket.writable) {
      socket.destroy(error);
      return;
    }
    const refusal = refusalOf(error.code, limits);
    limits.metrics?.refused(refusal.status === 408 ? 'slow_request' : 'bad_request');
    const answer = answers.get(socket);
    const isAnswering = answer?.headersSent && !answer.writableFinished;
    if (isAnswering) socket.destroy(error);
    else socket.end(answerText(refusal), () => socket.destroy());
  });
}
