export declare function sourceChecksums(
  containers: number,
  domains: readonly string[],
): Promise<Record<string, string>>;
