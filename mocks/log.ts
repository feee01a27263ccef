export type LogLevel = 'info' | 'warning' | 'error';

/** Takes what the operator should see; fields are plain data. */
export type Log = (level: LogLevel, message: string, fields?: Record<string, unknown>) => void;

/** An error as log fields. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  return { error: error.message, stack: error.stack };
}
