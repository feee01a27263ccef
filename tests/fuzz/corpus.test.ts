import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { runFuzz } from './runFuzz.js';
import { FUZZ_TARGETS } from './targets.js';

interface CorpusEntry {
  /** What the input is, or what it once broke. */
  note: string;
  input: never;
}

const folder = new URL('./corpus/', import.meta.url);

describe.each(Object.keys(FUZZ_TARGETS))('the fuzz corpus of %s', (name) => {
  const target = FUZZ_TARGETS[name]!();
  afterAll(() => target.close?.());
  const entries = JSON.parse(
    readFileSync(new URL(`${name}.json`, folder), 'utf8'),
  ) as CorpusEntry[];

  it.each(entries)('is taken as the oracle says: $note', async ({ input }) => {
    await target.check(input);
  });

  it('stands beside inputs that nobody wrote', async () => {
    expect(await runFuzz(target, { milliseconds: 500, seed: 1 })).toMatchObject({ failure: null });
  });
});

it('the corpus has a file for each target, and no other', () => {
  const names = Object.keys(FUZZ_TARGETS).map((name) => `${name}.json`);
  expect(readdirSync(folder).sort()).toEqual(names.sort());
});
