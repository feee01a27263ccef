import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { SERVER_ERROR_CODES, TRACE_ERROR_CODES } from '../../src/protocol/errorCodes.js';

const page = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const headings = page.split('\n').filter((line) => line.startsWith('### '));

describe('docs/errors.md', () => {
  it('has one heading for each code, and no other', () => {
    expect(headings.map((line) => line.slice(4)).sort()).toEqual([...TRACE_ERROR_CODES].sort());
  });

  it('says of each code what it means, why it happens and what to do', () => {
    const sections = page.split(/^### /m).slice(1);
    const marks = ['**Meaning.**', '**Why.**', '**What to do.**'];
    for (const section of sections) {
      expect(
        marks.filter((mark) => !section.includes(mark)),
        section.split('\n')[0],
      ).toEqual([]);
    }
  });

  it('lists each code of a server', () => {
    const rows = new Set([...page.matchAll(/^\| `([A-Z_]+)`/gm)].map((match) => match[1]));
    expect([...rows].sort()).toEqual(Object.values(SERVER_ERROR_CODES).sort());
  });
});
