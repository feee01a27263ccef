/** The keys of a result's chunks, in the order of its stream. */
export async function chunkKeys(redis, jobUrl) {
  const prefix = `mes_wip:trace:job:${new URL(jobUrl).pathname.split('/').at(-1)}:result:`;
  const { domains } = JSON.parse(await redis.get(`${prefix}meta`));
  return Object.entries(domains).flatMap(([domain, { chunks }]) =>
    Array.from({ length: chunks }, (_, index) => `${prefix}${domain}:${index}`),
  );
}
