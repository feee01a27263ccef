const SAMPLE_MS = 50;

/** The most memory that a process has resident while `work` is under way, MB. */
export async function mostWhile(server, work) {
  let most = server.memory().rss;
  const timer = setInterval(() => (most = Math.max(most, server.memory().rss)), SAMPLE_MS);
  await work.finally(() => clearInterval(timer));
  return most;
}
