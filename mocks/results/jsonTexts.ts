/** The JSON text of an array, item by item. */
export function* jsonArray(items: Iterable<unknown>): Generator<string> {
  let before = '[';
  for (const item of items) {
    yield before + JSON.stringify(item);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}

/** The JSON text of an object, member by member; the last of equal keys counts for readers. */
export function* jsonObject(members: Iterable<readonly [string, unknown]>): Generator<string> {
  let before = '{';
  for (const [key, value] of members) {
    yield `${before}${JSON.stringify(key)}:${JSON.stringify(value)}`;
    before = ',';
  }
  yield before === '{' ? '{}' : '}';
}
