import { chromium } from 'playwright';
import { CHROMIUM, findTool } from '../scripts/findTool.mjs';
import { CHROMIUM_ARGS } from '../scripts/chromiumArgs.mjs';

/**
 * Chromium without a window, as the tests and the benchmarks use it.
 * @param {readonly string[]} [args] more arguments for it
 */
export function launchChromium(args = []) {
  return chromium.launch({
    executablePath: findTool(CHROMIUM),
    args: [...CHROMIUM_ARGS, ...args],
  });
}
