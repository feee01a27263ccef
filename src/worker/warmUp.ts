import { LineDecoder } from '../records/index.js';

const ROWS = 500;
const ROUNDS = 8;

/** Rows with values of all the common kinds. */
function sampleLine(): Uint8Array {
  const data = Array.from({ length: ROWS }, (_, i) => ({
    id: `00000000${(i >> 2).toString(16)}`,
    name: `型號-${i % 17}`,
    comment: i % 5 === 0 ? null : `${i}`,
    time: new Date(i * 9_999_000).toISOString().replace('T', ' ').slice(0, 19),
    quantity: i * 3,
    rate: i / 8,
  }));
  const line = { type: 'records', domain: 'sample', batch: 0, count: ROWS, data };
  return new TextEncoder().encode(JSON.stringify(line));
}

/**
 * Has the engine compile the decoder while the page still waits for its first rows: cold, a batch
 * takes about ten times as long. In pieces of a few milliseconds, between which messages are handled.
 */
export function warmUp(): void {
  const line = sampleLine();
  let round = 0;
  const decodeSample = () => {
    new LineDecoder().decode(line);
    if (++round < ROUNDS) setTimeout(decodeSample);
  };
  decodeSample();
}
