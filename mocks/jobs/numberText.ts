const SPACE = 0x20;
const MINUS = 0x2d;
const ZERO = 0x30;
const BASE = 10;

/** Writes whole numbers as one text, those near the one before as little of it. */
export function writeNumbers() {
  const parts: number[] = [];
  let before = 0;
  return {
    plain: (number: number) => void parts.push(number),
    /** As its distance from the one before that was written so. */
    distance(number: number): void {
      parts.push(number - before);
      before = number;
    },
    text: () => parts.join(' '),
  };
}

/** Reads the numbers of a text one by one, as they were written; none is kept. */
export function readNumbers(text: string) {
  let at = 0;
  let before = 0;
  function plain(): number {
    const isNegative = text.charCodeAt(at) === MINUS;
    if (isNegative) at++;
    let number = 0;
    for (; at < text.length && text.charCodeAt(at) !== SPACE; at++) {
      number = number * BASE + text.charCodeAt(at) - ZERO;
    }
    at++;
    return isNegative ? -number : number;
  }
  return {
    hasMore: () => at < text.length,
    plain,
    distance: () => (before += plain()),
  };
}
