import type { Plugin } from 'vite';

export declare function mswServiceWorker(): Plugin;
