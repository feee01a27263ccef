/** Processes that must not outlive this one. */
const children = new Set();

process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
// by default these end a process without its 'exit'
for (const [signal, code] of Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 })) {
  process.once(signal, () => process.exit(code));
}

/**
 * Ends a child process with this one, where that does not end it itself.
 * @template {import('node:child_process').ChildProcess} T
 * @param {T} child
 */
export function endWithParent(child) {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}
