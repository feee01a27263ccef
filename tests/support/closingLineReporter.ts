import type { Reporter, TestModule } from 'vitest/node';

/** Ends the run with one line that counts: `N passed, N failed`. */
class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    let skipped = 0;
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      if (!module.ok() && !tests.some((test) => test.result().state === 'failed')) failed++;
      for (const test of tests) {
        const { state } = test.result();
        if (state === 'passed') passed++;
        else if (state === 'failed') failed++;
        else skipped++;
      }
    }
    const left = skipped > 0 ? `, ${skipped} skipped` : '';
    process.once('exit', () => {
      process.stdout.write(`${passed} passed, ${failed} failed${left}\n`);
    });
  }
}

// eslint-disable-next-line no-restricted-syntax -- vitest takes a reporter as a default export
export default ClosingLineReporter;
