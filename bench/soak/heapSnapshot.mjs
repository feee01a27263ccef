/** What a heap snapshot holds: instances by the name of their class, and which of some texts. */
export function readSnapshot({ snapshot, nodes, strings }) {
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [typeAt, nameAt] = [fields.indexOf('type'), fields.indexOf('name')];
  const object = types[typeAt].indexOf('object');
  const instances = new Map();
  const texts = new Set();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const name = strings[nodes[at + nameAt]];
    if (nodes[at + typeAt] === object) instances.set(name, (instances.get(name) ?? 0) + 1);
    else if (types[typeAt][nodes[at + typeAt]].includes('string')) texts.add(name);
  }
  return {
    count: (name) => instances.get(name) ?? 0,
    /** Whether a text, or one that contains it, is still held. */
    holds: (text) => texts.has(text) || [...texts].some((held) => held.includes(text)),
  };
}
