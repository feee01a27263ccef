const MB = 1024 * 1024;
/** What the engine and the browser keep for themselves: styles, entries of `performance`, requests for its tools. */
const OF_THE_ENGINE = new Set(['code', 'native', 'hidden', 'synthetic', 'object shape']);
const BUFFER = 'system / JSArrayBufferData';

/**
 * What a heap snapshot holds: instances by the name of their class, words of texts, and MB of V8's code and
 * of what a page's code made.
 */
export function readSnapshot({ snapshot, nodes, strings }) {
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [typeAt, nameAt, sizeAt] = ['type', 'name', 'self_size'].map((name) =>
    fields.indexOf(name),
  );
  const instances = new Map();
  const words = new Set();
  const bytes = { code: 0, made: 0 };
  for (let at = 0; at < nodes.length; at += fields.length) {
    const type = types[typeAt][nodes[at + typeAt]];
    const name = strings[nodes[at + nameAt]];
    const size = nodes[at + sizeAt];
    if (type === 'object') instances.set(name, (instances.get(name) ?? 0) + 1);
    else if (type.includes('string')) for (const [word] of name.matchAll(/\w+/g)) words.add(word);
    if (type === 'code') bytes.code += size;
    if (!OF_THE_ENGINE.has(type) || name === BUFFER) bytes.made += size;
  }
  return {
    code: bytes.code / MB,
    made: bytes.made / MB,
    count: (name) => instances.get(name) ?? 0,
    /** Whether a word is still held, alone or in a text. */
    holds: (word) => words.has(word),
  };
}
