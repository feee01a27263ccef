/** A message without its `data`: what a check of completeness needs, small enough to be kept. */
export interface MessageHeader {
  /** Empty where the line had none. */
  type: string;
  /** Rows in the message's `data`; null where that is no list. */
  rows: number | null;
  /** The other fields, as they came; nothing is known of their types. */
  [field: string]: unknown;
}

/** The header of a message, whatever its line held. */
export function headerOf(message: object): MessageHeader {
  const { data, ...fields } = message as Record<string, unknown>;
  return {
    ...fields,
    type: typeof fields.type === 'string' ? fields.type : '',
    rows: Array.isArray(data) ? data.length : null,
  };
}

/** A whole number ≥ 0 of the wire, else null. */
export function wholeNumber(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;
}

/** The texts of a list of the wire; anything else is left out. */
export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

/** A text of the wire, else null. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The fields of an object of the wire; anything else has none. */
export function fieldsOf(value: unknown): Record<string, unknown> {
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value);
  return plain ? (value as Record<string, unknown>) : {};
}
