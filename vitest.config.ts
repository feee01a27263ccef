import vue from '@vitejs/plugin-vue';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { CHROMIUM_ARGS } from './scripts/chromiumArgs.mjs';
import { mswServiceWorker } from './scripts/mswServiceWorker.mjs';

/** Chromium, at a number of device pixels a CSS pixel. */
const chromium = (deviceScaleFactor = 1) =>
  playwright({
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: CHROMIUM_ARGS,
    },
    contextOptions: { deviceScaleFactor },
  });
/** Scrolling is rounded to device pixels: its tests run at other factors, too. */
const scrollTests = ['tests/components/*.scroll.browser.test.ts'];

export default defineConfig({
  plugins: [vue(), mswServiceWorker()],
  optimizeDeps: {
    include: ['vue', 'pinia', '@vueuse/core', 'msw', 'msw/browser', '@vue/test-utils', 'hono'],
  },
  define: { __BACKEND_IN_PAGE__: 'true' },
  test: {
    globalSetup: ['tests/support/buildOnce.ts'],
    reporters: ['default', './tests/support/closingLineReporter.ts'],
    setupFiles: ['tests/support/failOnConsole.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          environment: 'node',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/**/*.{dom,browser,redis}.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: { name: 'dom', environment: 'happy-dom', include: ['tests/**/*.dom.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['tests/**/*.browser.test.ts'],
          testTimeout: 30_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: chromium(),
            instances: [
              { browser: 'chromium' },
              ...[1.5, 2].map((factor) => ({
                browser: 'chromium' as const,
                name: `browser at ${factor}`,
                provider: chromium(factor),
                include: scrollTests,
              })),
            ],
          },
        },
      },
    ],
  },
});
