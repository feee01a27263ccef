import type { Browser } from 'playwright';

export declare function launchChromium(): Promise<Browser>;
