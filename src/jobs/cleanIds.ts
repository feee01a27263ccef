/** Ids trimmed, each once, in their order; blanks and what is no text are dropped. */
export function cleanIds(ids: Iterable<unknown>): string[] {
  const clean = new Set<string>();
  for (const id of ids) {
    const trimmed = typeof id === 'string' ? id.trim() : '';
    if (trimmed !== '') clean.add(trimmed);
  }
  return [...clean];
}
