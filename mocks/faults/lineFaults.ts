import { SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import type { BodyPieces } from '../http/streamBody.js';
import { type ByteChunks, ConnectionCutError } from './byteFaults.js';
import type { LineFault } from './Fault.js';

/** What stands in place of a line; `false` ends the body behind it. */
type LineEdit = readonly (string | false)[];
/** Edits a line of the stream; `batch` is the number of a `records` line, null for all others. */
type LineEditor = (line: string, batch: number | null) => LineEdit;

const ENDLESS_PIECE_BYTES = 65_536;

async function* linesOf(chunks: ByteChunks): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield `${line}\n`;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

type Message = { type?: unknown } & Record<string, unknown>;

function parse(line: string): Message {
  return line.trim() === '' ? {} : (JSON.parse(line) as Message);
}

/** The line with a whole number of it made larger. */
function raised(line: string, field: string, by: number): string {
  const message = parse(line);
  const count = message[field];
  return typeof count === 'number'
    ? `${JSON.stringify({ ...message, [field]: count + by })}\n`
    : line;
}

/** The batch without its last rows. */
function shortened(line: string, rows: number): string {
  const message = parse(line);
  const data = (message.data as unknown[]).slice(0, -rows);
  return `${JSON.stringify({ ...message, count: data.length, data })}\n`;
}

function wrongTotal({ of, by }: Extract<LineFault, { kind: 'wrong-total' }>): LineEditor {
  const field = { domain_start: 'total', domain_end: 'count', complete: 'total_records' }[of];
  return (line, batch) => {
    if (batch !== null || parse(line).type !== of) return [line];
    return [raised(line, field, by)];
  };
}

/** Holds the batch back until the next line is through. */
function reorder(at: number): LineEditor {
  let held: string | null = null;
  return (line, batch) => {
    if (batch === at) {
      held = line;
      return [];
    }
    const behind = held;
    held = null;
    if (behind === null) return [line];
    // the last batch of its domain stays where it was
    return batch === null ? [behind, line] : [line, behind];
  };
}

function manyDomains(count: number): LineEditor {
  const names = Array.from({ length: count }, (_, index) => `domain_${index}`);
  const marks = names.flatMap((domain) => [
    `${JSON.stringify({ type: 'domain_start', domain, total: 0 })}\n`,
    `${JSON.stringify({ type: 'domain_end', domain, count: 0 })}\n`,
  ]);
  return (line, batch) => {
    const message = batch === null ? parse(line) : null;
    if (message?.type !== 'meta') return [line];
    const domains = [...(message.domains as string[]), ...names];
    return [`${JSON.stringify({ ...message, domains })}\n`, ...marks];
  };
}

function errorLine(code: string = SERVER_ERROR_CODES.internalError): string {
  return `${JSON.stringify({ type: 'error', code, message: 'The server failed on its way.' })}\n`;
}

/** An editor that changes one batch only. */
const at =
  (place: number, edit: (line: string) => LineEdit): LineEditor =>
  (line, batch) =>
    batch === place ? edit(line) : [line];

function editorOf(fault: Exclude<LineFault, { kind: 'endless-line' }>): LineEditor {
  switch (fault.kind) {
    case 'malformed-line':
      return at(fault.batch, (line) => [`${line.slice(0, line.length / 2)}\n`]);
    case 'wrong-count':
      return at(fault.batch, (line) => [raised(line, 'count', fault.by)]);
    case 'wrong-total':
      return wrongTotal(fault);
    case 'hole': {
      const { batch: from, batches } = fault;
      return (line, batch) =>
        batch !== null && batch >= from && batch < from + batches ? [] : [line];
    }
    case 'short-batch':
      return at(fault.batch, (line) => [shortened(line, fault.rows)]);
    case 'repeat':
      return at(fault.batch, (line) => [line, line]);
    case 'reorder':
      return reorder(fault.batch);
    case 'error-line':
      return at(fault.batch, () => [errorLine(fault.code), false]);
    case 'many-domains':
      return manyDomains(fault.domains);
  }
}

/** A batch that begins and goes on for so many bytes, and no line end. */
async function* endlessLine(line: string, bytes: number): BodyPieces {
  yield line.slice(0, line.length / 2);
  for (let sent = 0; sent < bytes; sent += ENDLESS_PIECE_BYTES) {
    yield ' '.repeat(Math.min(ENDLESS_PIECE_BYTES, bytes - sent));
  }
  throw new ConnectionCutError('close');
}

/** The lines of a stream as the fault lets them through. */
export async function* disturbLines(chunks: ByteChunks, fault: LineFault): BodyPieces {
  const edit = fault.kind === 'endless-line' ? null : editorOf(fault);
  let batches = 0;
  for await (const line of linesOf(chunks)) {
    const batch = /^\{"type": ?"records"/.test(line) ? batches++ : null;
    if (fault.kind === 'endless-line' && batch === fault.batch) {
      yield* endlessLine(line, fault.bytes);
    }
    for (const piece of edit?.(line, batch) ?? [line]) {
      if (piece === false) return;
      yield piece;
    }
  }
}
