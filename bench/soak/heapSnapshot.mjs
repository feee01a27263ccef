const MB = 1024 * 1024;
/** Machine code, and what the browser keeps for itself: styles, entries of `performance`, requests for its tools. */
const OF_THE_ENGINE = new Set(['code', 'native', 'hidden', 'synthetic', 'object shape']);
const BUFFER = 'system / JSArrayBufferData';

/** What a heap snapshot holds: instances by the name of their class, texts, and bytes of what a page's code made. */
export function readSnapshot({ snapshot, nodes, strings }) {
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [typeAt, nameAt, sizeAt] = ['type', 'name', 'self_size'].map((name) =>
    fields.indexOf(name),
  );
  const instances = new Map();
  const texts = [];
  let bytes = 0;
  for (let at = 0; at < nodes.length; at += fields.length) {
    const type = types[typeAt][nodes[at + typeAt]];
    const name = strings[nodes[at + nameAt]];
    if (type === 'object') instances.set(name, (instances.get(name) ?? 0) + 1);
    else if (type.includes('string')) texts.push(name);
    if (!OF_THE_ENGINE.has(type) || name === BUFFER) bytes += nodes[at + sizeAt];
  }
  return {
    made: bytes / MB,
    count: (name) => instances.get(name) ?? 0,
    /** Whether a text, or one that contains it, is still held. */
    holds: (text) => texts.some((held) => held.includes(text)),
  };
}
