export interface PythonJsonOptions {
  /** Keys in their order, and what is not ASCII escaped: plain answers, not streams. @default false */
  plainAnswer?: boolean;
}

const escaped = (text: string) =>
  text.replace(/[\u0080-\uffff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });

/** JSON as Python writes it: a blank behind each comma and colon. */
export function pythonJson(value: unknown, options: PythonJsonOptions = {}): string {
  const { plainAnswer = false } = options;
  if (Array.isArray(value)) return `[${value.map((it) => pythonJson(it, options)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) {
    const text = JSON.stringify(value) ?? 'null';
    return plainAnswer ? escaped(text) : text;
  }
  const keys = Object.keys(value);
  if (plainAnswer) keys.sort();
  const members = keys.map((key) => {
    const name = plainAnswer ? escaped(JSON.stringify(key)) : JSON.stringify(key);
    return `${name}: ${pythonJson((value as Record<string, unknown>)[key], options)}`;
  });
  return `{${members.join(', ')}}`;
}
