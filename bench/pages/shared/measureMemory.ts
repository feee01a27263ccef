interface MemoryMeasurement {
  bytes: number;
}

declare global {
  interface Performance {
    /** @see https://wicg.github.io/performance-measure-memory/ */
    measureUserAgentSpecificMemory(): Promise<MemoryMeasurement>;
  }
}

/** Bytes that the page holds, its workers and their buffers included, after a collection. */
export async function measureMemory(): Promise<number> {
  return (await performance.measureUserAgentSpecificMemory()).bytes;
}
