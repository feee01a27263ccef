/** Parameters of an MSD trace, backward, over the whole synthetic factory. */
export const MSD_PARAMS = {
  mode: 'date_range',
  direction: 'backward',
  station: '測試',
  start_date: '2025-09-01',
  end_date: '2026-02-27',
};

const POLL_MS = 2_000;

async function post(url, body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}

/** Runs the first two stages; resolves with the body of the third. */
export async function eventsRequest(base, params = MSD_PARAMS) {
  const profile = 'mid_section_defect';
  const { seeds } = await post(`${base}api/trace/seed-resolve`, { profile, params });
  const seedIds = seeds.map((seed) => seed.container_id);
  const { ancestors, seed_roots } = await post(`${base}api/trace/lineage`, {
    profile,
    params,
    container_ids: seedIds,
  });
  const ids = new Set(seedIds);
  for (const id of seedIds) for (const ancestor of ancestors[id] ?? []) ids.add(ancestor);
  return {
    profile,
    params,
    container_ids: [...ids],
    seed_container_ids: seedIds,
    domains: ['upstream_history', 'materials'],
    lineage: { ancestors, seed_roots },
  };
}

/** Runs the three stages; resolves with the URLs of the job. */
export async function startJob(base, params = MSD_PARAMS) {
  const accepted = await post(`${base}api/trace/events`, await eventsRequest(base, params));
  const absolute = (url) => String(new URL(url, base));
  return { statusUrl: absolute(accepted.status_url), streamUrl: absolute(accepted.stream_url) };
}

/** Resolves when a job has finished. */
export async function finished({ statusUrl }, pollMs = POLL_MS) {
  for (;;) {
    const status = await (await fetch(statusUrl)).json();
    if (status.status === 'finished') return;
    if (status.status === 'failed') throw new Error(status.error);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Runs the three stages and waits for the job; resolves with the URL of its stream. */
export async function runJob(base, params = MSD_PARAMS) {
  const job = await startJob(base, params);
  await finished(job);
  return job.streamUrl;
}
