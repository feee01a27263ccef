import type { Page } from 'playwright';

export declare function pageChecksums(page: Page): Promise<Record<string, string>>;
