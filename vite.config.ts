import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig, type UserConfig } from 'vite';
import dts from 'vite-plugin-dts';
import { PAGE_POLICY } from './mocks/http/pagePolicy.js';
import { metaPolicy } from './scripts/metaPolicy.mjs';
import { mswServiceWorker } from './scripts/mswServiceWorker.mjs';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const packageJson = JSON.parse(readFileSync(path('./package.json'), 'utf8'));
const peers = [
  ...Object.keys(packageJson.peerDependencies),
  ...Object.keys(packageJson.dependencies),
];
/** What users have installed themselves, and what Node brings. */
const external = [...peers.map((name) => new RegExp(`^${name}(/|$)`)), /^node:/];

/** Type declarations of everything that is published; node16 resolution wants `.vue.js`. */
const declarations = () =>
  dts({
    include: ['src', 'mocks'],
    exclude: [
      'mocks/{server,worker,seed,nodeRedisBackend}.ts',
      'mocks/adapters/{bullmq,redis,duckdb,prometheus}/**',
    ],
    entryRoot: '.',
    beforeWriteFile: (filePath, content) => ({
      filePath,
      content: content.replaceAll(/(from ['"][^'"]+\.vue)(['"])/g, '$1.js$2'),
    }),
  });

/** ECharts and MSW are that large; both are loaded when they are needed. */
const chunkSizeWarningLimit = 600;

/** One build a mode: `vite build --mode NAME`. */
const builds: Record<string, UserConfig> = {
  /** The library: dist/index.js, style.css and all type declarations. */
  production: {
    // the worker stands beside the library, wherever that is
    base: './',
    worker: { format: 'es' },
    plugins: [vue(), declarations()],
    build: {
      lib: {
        entry: path('./src/index.ts'),
        formats: ['es'],
        fileName: 'index',
        cssFileName: 'style',
      },
      // making the type declarations takes most of the time, and may
      rolldownOptions: { external, checks: { pluginTimings: false } },
      copyPublicDir: false,
    },
  },
  /** `vue-trace-stream/mocks` for pages. */
  'mocks-browser': {
    base: './',
    build: {
      lib: { entry: path('./mocks/browser.ts'), formats: ['es'], fileName: 'mocks-browser' },
      rolldownOptions: { external },
      emptyOutDir: false,
      copyPublicDir: false,
    },
    worker: { format: 'es' },
  },
  /** `vue-trace-stream/mocks` for Node, with the script of its job threads beside it. */
  'mocks-node': {
    build: {
      ssr: true,
      rolldownOptions: {
        input: {
          'mocks-node': path('./mocks/node.ts'),
          jobThread: path('./mocks/adapters/embedded/jobThread.node.ts'),
          stageThread: path('./mocks/stages/stageThread.node.ts'),
        },
        external,
        output: { entryFileNames: '[name].js', chunkFileNames: 'mocks-[name].js' },
      },
      emptyOutDir: false,
      copyPublicDir: false,
    },
    ssr: { noExternal: ['hono'] },
  },
  /** The server of `npm start`, and what benchmarks run alone; npm packages stay in node_modules. */
  server: {
    build: {
      ssr: true,
      outDir: 'dist-server',
      rolldownOptions: {
        input: {
          server: path('./mocks/server.ts'),
          worker: path('./mocks/worker.ts'),
          seed: path('./mocks/seed.ts'),
          jobThread: path('./mocks/adapters/embedded/jobThread.node.ts'),
          stageThread: path('./mocks/stages/stageThread.node.ts'),
          createSource: path('./mocks/adapters/createSource.ts'),
          createDuckdbSource: path('./mocks/adapters/duckdb/createDuckdbSource.ts'),
          packJob: path('./mocks/jobs/packJob.ts'),
          RecordDecoder: path('./src/records/RecordDecoder.ts'),
        },
        // whatever holds it, the script of the job threads lies beside it
        output: { entryFileNames: '[name].js', chunkFileNames: 'server-[name].js' },
      },
      copyPublicDir: false,
    },
  },
  /** `npm run chaos`. */
  chaos: {
    build: {
      ssr: true,
      outDir: 'dist-chaos',
      rolldownOptions: { input: { chaos: path('./tests/chaos/main.ts') } },
      copyPublicDir: false,
    },
  },
  /** The demo page that the server serves. */
  demo: { plugins: [vue()], base: './', build: { outDir: 'dist-demo', chunkSizeWarningLimit } },
  /** The demo page with its backend inside, for any static server. */
  static: {
    plugins: [vue(), mswServiceWorker(), metaPolicy(PAGE_POLICY)],
    base: './',
    build: { outDir: 'dist-static', chunkSizeWarningLimit },
    worker: { format: 'es' },
  },
};

const DEV_MODE = 'static';

export default defineConfig(({ mode, command }) => {
  const name = command === 'serve' ? DEV_MODE : mode;
  return {
    ...builds[name],
    define: { __BACKEND_IN_PAGE__: JSON.stringify(name === 'static') },
  };
});
