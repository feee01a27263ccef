export declare function ensureBuilt(builds: Record<string, string>): Promise<void>;
