/** The order of texts; Chinese by strokes, as Taiwan sorts. */
const collator = new Intl.Collator('zh-Hant');
const baseCollator = new Intl.Collator('zh-Hant', { sensitivity: 'base' });

const FIRST_PRINTABLE = 0x20;
const END_OF_PRINTABLE = 0x7f;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;

export const compareTexts: (a: string, b: string) => number = collator.compare;

/**
 * Place of each printable ASCII character in the collation, from 1 on, by its code; a letter has one
 * place, upper case or lower. 0 for every other byte. Texts of such characters alone are in the order
 * of their places and, where these are all the same, of their first letter of unlike case, the
 * lower one first: Unicode collation, UTS #10, has no more to say of them.
 */
export const asciiPlaces: Uint8Array = findPlaces();

/** Bits of the largest place. */
export const PLACE_BITS = 7;

export function isUpper(byte: number): boolean {
  return byte >= UPPER_A && byte <= UPPER_Z;
}

function findPlaces(): Uint8Array {
  const places = new Uint8Array(256);
  const characters: string[] = [];
  for (let code = FIRST_PRINTABLE; code < END_OF_PRINTABLE; code++) {
    characters.push(String.fromCharCode(code));
  }
  characters.sort(collator.compare);
  let place = 1;
  characters.forEach((character, i) => {
    if (i > 0 && baseCollator.compare(characters[i - 1]!, character) !== 0) place++;
    places[character.charCodeAt(0)] = place;
  });
  return places;
}
