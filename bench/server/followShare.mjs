import { figuresOf, summary } from '../contest/figures.mjs';
import { playRounds } from '../contest/playRounds.mjs';
import { startJob } from '../traceOverHttp.mjs';
import { duckBackend } from './duckBackend.mjs';

const NAME = 'follow';
const RECORDS = '"type":"records"';
const LONGEST_MS = 1_800_000;

/** Seconds from the 202 to the first rows at a client that follows, and to the stream's end. */
async function follow(server) {
  const { streamUrl } = await startJob(server.url);
  const accepted = performance.now();
  const elapsed = () => (performance.now() - accepted) / 1_000;
  const signal = AbortSignal.timeout(LONGEST_MS);
  const response = await fetch(`${streamUrl}?follow=1`, { signal });
  let firstSeconds;
  let tail = '';
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    // the words may be cut in two
    if (firstSeconds === undefined && (tail + piece).includes(RECORDS)) firstSeconds = elapsed();
    tail = (tail + piece).slice(-RECORDS.length * 10);
  }
  if (!tail.includes('"complete"')) throw new Error(`The stream ended with ${tail}`);
  return { firstSeconds, wholeSeconds: elapsed() };
}

/** How soon a client has rows that opens the stream right after the 202. */
export async function followShare({ rounds, containers }) {
  const backend = await duckBackend(containers);
  try {
    const runs = await playRounds([NAME], rounds, () => follow(backend.server));
    const shares = runs.map(
      ({ firstSeconds, wholeSeconds }) => (100 * firstSeconds) / wholeSeconds,
    );
    const of = (figure) => summary(figuresOf(runs, NAME, figure));
    const rows = [['', of('firstSeconds'), of('wholeSeconds'), summary(shares)]];
    const heading = ['', 'first rows, s', 'whole job, s', 'share, % (≤ 5)'];
    return { tables: [{ title: 'First rows at a client that follows', heading, rows }], runs };
  } finally {
    await backend.stop();
  }
}
