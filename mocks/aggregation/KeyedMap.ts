type Part = string | null;

/** A map whose keys have three parts, each a text or null; unlike joined texts they never collide. */
export class KeyedMap<T> {
  readonly #tree = new Map<Part, Map<Part, Map<Part, T>>>();
  readonly #values: T[] = [];

  /** The value of a key; makes it where there is none. */
  get(first: Part, second: Part, third: Part, make: () => T): T {
    let seconds = this.#tree.get(first);
    if (!seconds) this.#tree.set(first, (seconds = new Map()));
    let thirds = seconds.get(second);
    if (!thirds) seconds.set(second, (thirds = new Map()));
    let value = thirds.get(third);
    if (value === undefined) {
      value = make();
      thirds.set(third, value);
      this.#values.push(value);
    }
    return value;
  }

  values(): readonly T[] {
    return this.#values;
  }
}
