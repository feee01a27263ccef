import type { Browser } from 'playwright';

export declare function launchChromium(args?: readonly string[]): Promise<Browser>;
