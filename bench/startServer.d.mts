export declare function startServer(
  env?: Record<string, string>,
  nodeOptions?: string[],
): Promise<{
  url: string;
  pid: number;
  log(): string;
  memory(): { rss: number; peak: number };
  stop(): Promise<unknown>;
}>;
