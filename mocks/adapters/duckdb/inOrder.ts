/**
 * The items of several generators, one generator after the other, while up to `limit` of them are
 * at work on their first item.
 */
export async function* inOrder<T>(
  generators: AsyncIterator<AsyncGenerator<T, void, undefined>, void, undefined>,
  limit: number,
): AsyncGenerator<T, void, undefined> {
  const begun: {
    generator: AsyncGenerator<T, void, undefined>;
    first: Promise<IteratorResult<T>>;
  }[] = [];
  let more = true;
  try {
    for (;;) {
      while (more && begun.length < limit) {
        const { done, value: generator } = await generators.next();
        if (done) more = false;
        else begun.push({ generator, first: begin(generator) });
      }
      const current = begun[0];
      if (!current) return;
      let item = await current.first;
      while (!item.done) {
        yield item.value;
        item = await current.generator.next();
      }
      begun.shift();
    }
  } finally {
    await Promise.allSettled(begun.map(({ generator }) => generator.return()));
  }
}

function begin<T>(generator: AsyncGenerator<T, void, undefined>): Promise<IteratorResult<T>> {
  const first = generator.next();
  // a failure is told when its turn comes, until then it has no one to hear it
  first.catch(() => undefined);
  return first;
}
