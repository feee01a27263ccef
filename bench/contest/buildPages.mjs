import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { build } from 'vite';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
export const PAGES_FOLDER = path('../../dist-bench/');
/** The engines of some peers are that large, kB. */
const CHUNK_SIZE_WARNING_LIMIT = 20_000;

/**
 * Builds pages in production mode, those of the contests or others.
 * @param {readonly string[]} [pages]
 * @param {{ minify?: boolean }} [options] a heap snapshot wants the classes' own names
 */
export async function buildPages(pages = ['stream', 'grid'], { minify = true } = {}) {
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
      minify,
      rolldownOptions: { input: pages.map((page) => path(`../pages/${page}.html`)) },
    },
  });
}
