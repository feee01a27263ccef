/** Counts how streams ended, by what kind of stream it was, and keeps what must not be. */
export function createTally(jobs) {
  const streams = {};
  const faults = [];
  return {
    faults,
    note(kind, outcome) {
      const { end, code } = outcome;
      const name = `${kind}: ${code ? `${end} ${code}` : end}`;
      streams[name] = (streams[name] ?? 0) + 1;
      if (!jobs.isHonest(outcome)) faults.push({ kind, ...outcome });
    },
    rows: () =>
      Object.entries(streams)
        .sort()
        .map(([name, times]) => [`streams, ${name}`, times]),
    /** @throws Error where there was anything that must not be */
    check(deaths) {
      const all = [...faults, ...deaths];
      if (all.length > 0) throw new Error(JSON.stringify(all, null, 1));
    },
  };
}
