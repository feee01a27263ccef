import { type EventsAnswer, SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import { errorAnswer } from '../http/answers.js';
import { ApiError } from '../http/ApiError.js';
import type { Fault } from './Fault.js';

const LOGIN_PAGE = '<!doctype html>\n<html><head><title>Sign in</title></head></html>\n';

/** Codes that servers give with the statuses of a storm. */
const CODES: Record<number, string> = {
  404: SERVER_ERROR_CODES.jobNotFound,
  429: SERVER_ERROR_CODES.tooManyRequests,
  503: SERVER_ERROR_CODES.serviceUnavailable,
};

/** The answer to a request of a job that is gone. */
function goneAnswer(): Response {
  const { jobNotFound } = SERVER_ERROR_CODES;
  return errorAnswer(new ApiError(404, jobNotFound, 'There is no such job, or it has expired.'));
}

/** What stands in place of an answer; null where a fault changes the answer itself. */
export function answerInPlace(fault: Fault): Response | null {
  if (fault.kind === 'expire' && fault.afterBytes === undefined) return goneAnswer();
  if (fault.kind === 'html') {
    return new Response(LOGIN_PAGE, { headers: { 'Content-Type': 'text/html; charset=utf-8' } });
  }
  if (fault.kind !== 'status') return null;
  const { status, retryAfterSeconds, code = CODES[status] ?? `HTTP_${status}` } = fault;
  const meta = retryAfterSeconds === undefined ? {} : { retry_after_seconds: retryAfterSeconds };
  return errorAnswer(new ApiError(status, code, 'Refused by a fault of the script.', meta));
}

/** The page without its last rows. */
export async function shortPage(response: Response, rows: number): Promise<Response> {
  const answer = (await response.json()) as EventsAnswer;
  for (const domain of Object.values(answer.results)) {
    domain.data = domain.data.slice(0, Math.max(0, domain.data.length - rows));
    domain.count = domain.data.length;
  }
  return Response.json(answer);
}
