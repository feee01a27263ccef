import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const FILE_NAME = 'mockServiceWorker.js';

/**
 * A Vite plugin that brings MSW's service worker along, of the version that is installed: beside the
 * page in a build, at the root of a dev server.
 * @returns {import('vite').Plugin}
 */
export function mswServiceWorker() {
  const source = () =>
    readFileSync(createRequire(import.meta.url).resolve(`msw/${FILE_NAME}`), 'utf8');
  return {
    name: 'msw-service-worker',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: FILE_NAME, source: source() });
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        if (request.url?.split('?')[0] !== `/${FILE_NAME}`) return next();
        response.setHeader('Content-Type', 'text/javascript');
        response.end(source());
      });
    },
  };
}
