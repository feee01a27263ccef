import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonText, parseLine } from '../../src/stream/parseLine.js';
import { bytesOf } from './bodies.js';

describe('parseLine', () => {
  it('equals JSON.parse for every JSON object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value);
        const parsed = parseLine(bytesOf(text));
        expect(parsed).toEqual({ ok: true, message: JSON.parse(text), nonFiniteNumbers: 0 });
      }),
    );
  });

  it('takes bare NaN, Infinity and -Infinity as null and counts them', () => {
    const text = '{"a":NaN, "b": [Infinity,-Infinity], "c":"NaN \\"Infinity\\\\", "NaN":1}';
    expect(parseLine(bytesOf(text))).toEqual({
      ok: true,
      message: { a: null, b: [null, null], c: 'NaN "Infinity\\', NaN: 1 },
      nonFiniteNumbers: 3,
    });
  });

  it('leaves strings alone, whatever they hold, beside a bare NaN', () => {
    const texts = fc.array(fc.oneof(fc.string(), fc.constantFrom('NaN', '\\"NaN', '\\', '"')));
    fc.assert(
      fc.property(texts, (strings) => {
        const text = `{"x":NaN,"s":${JSON.stringify(strings)},"y":-Infinity}`;
        expect(parseJsonText(text)).toEqual({
          value: { x: null, s: strings, y: null },
          nonFiniteNumbers: 2,
        });
      }),
    );
  });

  it('takes a NaN beside a string of a million characters', () => {
    const long = '\\"'.repeat(500_000);
    expect(parseJsonText(`{"s":"${long}","n":NaN}`).nonFiniteNumbers).toBe(1);
  });

  it.each([
    ['{"a":1NaN}', /JSON/],
    ['{NaN:1}', /JSON/],
    ['{"a":--Infinity}', /JSON/],
    ['{"a":"NaN}', /JSON/],
    ['{"a":', /JSON/],
    ['\ufeff{}', /JSON/],
    ['[1]', /not an object/],
    ['null', /not an object/],
    ['NaN', /not an object/],
    ['"text"', /not an object/],
  ])('takes %s for malformed', (text, reason) => {
    expect(parseLine(bytesOf(text))).toMatchObject({
      ok: false,
      reason: expect.stringMatching(reason),
    });
  });

  it('takes invalid UTF-8 for malformed', () => {
    const bytes = Uint8Array.of(...bytesOf('{"a":"'), 0xe5, 0x9e, ...bytesOf('"}'));
    expect(parseLine(bytes)).toMatchObject({ ok: false, reason: 'is not valid UTF-8' });
  });
});
