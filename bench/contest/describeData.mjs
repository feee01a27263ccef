const LEAST_DISTINCT = 0.9;

/**
 * What the contests run on, in words.
 * @throws Error where the times of the rows repeat too often to be those of a factory
 */
export function describeData(info) {
  return Object.entries(info).map(([domain, { rows, streamBytes, distinctTimes }]) => {
    const percent = (distinctTimes * 100).toFixed(1);
    if (distinctTimes < LEAST_DISTINCT) {
      throw new Error(`${domain}: only ${percent} % of the timestamps are distinct.`);
    }
    const megabytes = Math.round(streamBytes / 1e6);
    return `${domain}: ${rows.toLocaleString('en-US')} rows, ${megabytes} MB, ${percent} % of their timestamps distinct to the second.`;
  });
}
