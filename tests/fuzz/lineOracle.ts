/** What a line is to a reader that takes it whole; null where it must be refused. */
export interface ExpectedLine {
  header: Record<string, unknown>;
  /** The rows of a `records` line whose `data` is a list; null for all others. */
  rows: Record<string, unknown>[] | null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON.parse, and bare NaN, Infinity and -Infinity outside of texts as null: a character at a time. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // it may be of Python
  }
  let repaired = '';
  for (let i = 0, inText = false; i < text.length; i++) {
    const word = inText
      ? undefined
      : ['NaN', '-Infinity', 'Infinity'].find((w) => text.startsWith(w, i));
    if (word) {
      repaired += 'null';
      i += word.length - 1;
      continue;
    }
    repaired += text[i];
    if (inText && text[i] === '\\') repaired += text[++i] ?? '';
    else if (text[i] === '"') inText = !inText;
  }
  return JSON.parse(repaired);
}

/** The keys of an object as they stand, repeats included; of a text that is JSON. */
function topKeys(text: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  for (const { 0: token } of text.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[[\]{}]/gs)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth === 1 && token.endsWith(':')) {
      keys.push(JSON.parse(token.slice(0, -1)) as string);
    }
  }
  return keys;
}

/** Where a row belongs must be said once: what is said again is refused, not taken by its last value. */
function isAmbiguous(text: string, fields: Record<string, unknown>): boolean {
  const keys = topKeys(text);
  const repeats = (name: string) => keys.filter((key) => key === name).length > 1;
  const isRecords = fields.type === 'records';
  return repeats('type') || (isRecords && (repeats('domain') || repeats('data')));
}

/** Reads a line by JSON.parse alone; `'either'` where it says something twice. */
export function expectedLine(bytes: Uint8Array): ExpectedLine | 'either' | null {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = parse(text);
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  if (isAmbiguous(text, value)) return 'either';
  const { data, ...header } = value;
  if (value.type !== 'records' || !Array.isArray(data)) return { header, rows: null };
  if (typeof value.domain !== 'string') return { header, rows: null };
  return (data as unknown[]).every(isObject)
    ? { header, rows: data as Record<string, unknown>[] }
    : null;
}
