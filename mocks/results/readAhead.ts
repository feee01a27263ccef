/**
 * What `read` gives for each index from `from` to before `to`, in order; one is read while the one
 * before it is used.
 */
export async function* readAhead<T>(
  from: number,
  to: number,
  read: (index: number) => Promise<T>,
): AsyncGenerator<T, void, void> {
  let next = from < to ? begin(from) : null;
  for (let index = from; next !== null; index++) {
    const value: T = await next;
    next = index + 1 < to ? begin(index + 1) : null;
    yield value;
  }

  function begin(index: number): Promise<T> {
    const reading = read(index);
    // it is awaited later, or never where nobody asks any more
    reading.catch(() => undefined);
    return reading;
  }
}
