import { SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import { ApiError } from './ApiError.js';
import { type SenderPace, watchSender } from './senderPace.js';

/** Room for the bodies that are read or wait to be parsed. */
export interface BodyRoom {
  /** For one body of the client of that name. */
  open(client: string): TakenRoom;
}

/** What one body has taken of it. */
export interface TakenRoom {
  /** Takes room for bytes that have come; the refusal where there is none. */
  take(bytes: number): ApiError | null;
  /** Gives all of it back. */
  end(): void;
}

/** How large a body may be, and how slowly it may come. */
export interface BodyLimits extends SenderPace {
  maxBytes: number;
  /** @default there is room for all */
  room?: TakenRoom;
}

/** A body of at most `maxBytes`, read no further than that. */
async function readPieces(request: Request, limits: BodyLimits): Promise<Uint8Array[]> {
  const { maxBytes, room } = limits;
  const tooLarge = () =>
    new ApiError(
      413,
      SERVER_ERROR_CODES.bodyTooLarge,
      `The request body is larger than the ${maxBytes} bytes that are taken here; ask for fewer containers.`,
    );
  if (Number(request.headers.get('Content-Length')) > maxBytes) throw tooLarge();
  const reader = request.body?.getReader();
  if (!reader) return [];
  const pieces: Uint8Array[] = [];
  let length = 0;
  let refusal: ApiError | undefined;
  const refuse = (error: ApiError) => {
    refusal = error;
    // the refusal does not wait for a sender that goes on
    void reader.cancel().catch(() => undefined);
  };
  const endWatch = watchSender(() => length, limits, refuse);
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const { byteLength } = next.value;
      length += byteLength;
      const refused = length > maxBytes ? tooLarge() : room?.take(byteLength);
      if (refused) refuse(refused);
      else pieces.push(next.value);
    }
  } finally {
    endWatch();
  }
  if (refusal) throw refusal;
  return pieces;
}

function joinPieces(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.byteLength;
  }
  return bytes;
}

const invalid = (message: string) => new ApiError(400, SERVER_ERROR_CODES.invalidParams, message);

/**
 * The bytes of a request's JSON, in a buffer of their own.
 * @throws ApiError 400 where it is not sent as application/json, 413 where it is too large, 408 where
 *   it comes too slowly, 503 where there is no room for it
 */
export async function readBody(
  request: Request,
  limits: BodyLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  const type = request.headers.get('Content-Type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw invalid('Send the body as JSON with "Content-Type: application/json".');
  }
  return joinPieces(await readPieces(request, limits));
}

/** The JSON object that a body holds. @throws ApiError 400 where it is not JSON or not an object */
export function parseBody(bytes: Uint8Array): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw invalid(`The body is not JSON: ${(error as Error).message}`);
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid('The body must be a JSON object.');
  }
  return body as Record<string, unknown>;
}
