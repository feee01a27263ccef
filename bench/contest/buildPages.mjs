import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { build } from 'vite';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
export const PAGES_FOLDER = path('../../dist-bench/');
/** The engines of some peers are that large, kB. */
const CHUNK_SIZE_WARNING_LIMIT = 20_000;

/** Builds the pages of the contests in production mode. */
export async function buildPages() {
  process.stderr.write('Building the pages …\n');
  await build({
    configFile: false,
    root: path('../pages/'),
    base: './',
    logLevel: 'error',
    plugins: [vue()],
    // one Vue for the library and for the peers
    resolve: { dedupe: ['vue'] },
    worker: { format: 'es' },
    build: {
      outDir: PAGES_FOLDER,
      emptyOutDir: true,
      target: 'esnext',
      chunkSizeWarningLimit: CHUNK_SIZE_WARNING_LIMIT,
      rolldownOptions: { input: [path('../pages/stream.html'), path('../pages/grid.html')] },
    },
  });
}
