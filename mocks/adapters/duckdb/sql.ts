/** Unpaired surrogates, which JSON cannot hand to the database, make a name that no row has. */
export function bindTexts(texts: readonly string[]): string {
  return JSON.stringify(texts.map((text) => (/\p{Surrogate}/u.test(text) ? '' : text)));
}

/** The values of the JSON array that is bound as `$name`, with their number, from 1. */
export function askedSql(name: string, column: string, type: 'VARCHAR' | 'INTEGER'): string {
  // parsed once: the list of so many ids is the larger part of what a short query holds
  return `SELECT unnest(list) AS ${column}, generate_subscripts(list, 1)::INTEGER AS ord
  FROM (SELECT from_json($${name}, '["${type}"]') AS list)`;
}

/** A row as the UTF-8 of a JSON object: `members` are `name := expression`. */
export function jsonSql(members: string): string {
  return `encode(to_json(struct_pack(${members}))::VARCHAR)`;
}

/**
 * A query whose rows, of the columns ord, key and json, come in the order of `ord` and `key`, and
 * after them a row of nulls: a stream that breaks off, even for want of memory, ends in DuckDB as if
 * it had no more rows.
 */
export function orderedSql(ctes: string, rows: string): string {
  return `WITH RECURSIVE ${ctes}
  SELECT ord, json FROM (
    SELECT ord::INTEGER AS ord, key, json FROM (${rows})
    UNION ALL SELECT NULL, NULL, NULL)
  ORDER BY ord NULLS LAST, key`;
}
