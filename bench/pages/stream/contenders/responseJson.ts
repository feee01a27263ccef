import type { ReadStream, Row } from '../StreamContender.js';

interface Answer {
  results: Record<string, { data: Row[] }>;
}

/** One big answer, parsed at once. */
export const read: ReadStream = async ({ answer, domain }, sink) => {
  const { results } = (await (await fetch(answer)).json()) as Answer;
  sink.takeRows(results[domain]!.data);
};
