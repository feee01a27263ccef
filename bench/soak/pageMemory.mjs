const MB = 1024 * 1024;

/**
 * Asks a page what it holds, MB, its workers and all buffers included, and for its heap as V8 writes it
 * down; either after a collection.
 */
export async function createPageMemory(page, residentMb) {
  const client = await page.context().newCDPSession(page);
  const collect = async () => {
    await client.send('HeapProfiler.collectGarbage');
    await client.send('HeapProfiler.collectGarbage');
  };
  return {
    async collectedMemory() {
      await collect();
      const all = await page.evaluate(() => window.bench.measureMemory());
      await collect();
      const { usedSize, backingStorageSize = 0 } = await client.send('Runtime.getHeapUsage');
      const [heap, external] = [usedSize / MB, backingStorageSize / MB];
      return { heap, external, all: all / MB, rss: await residentMb() };
    },
    async snapshot() {
      const chunks = [];
      const take = ({ chunk }) => chunks.push(chunk);
      client.on('HeapProfiler.addHeapSnapshotChunk', take);
      await collect();
      await client.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
      client.off('HeapProfiler.addHeapSnapshotChunk', take);
      return JSON.parse(chunks.join(''));
    },
  };
}
