const JOB_URL = '/trace/job/bench';

const answerJson = (body: object, status = 200) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json' },
  });

/**
 * A `fetch` for `useTraceProgress` that answers the stages before the stream in the page, with a job
 * that has finished, and leaves the stream to `openStream`: what is measured is the stream alone.
 */
export function answerStages(
  domain: string,
  openStream: (init?: RequestInit) => Promise<Response>,
): typeof globalThis.fetch {
  return async (input, init) => {
    const url = String(input);
    if (url.endsWith('/seed-resolve')) {
      return answerJson({
        stage: 'seed-resolve',
        seeds: [{ container_id: 'bench' }],
        seed_count: 1,
      });
    }
    if (url.endsWith('/lineage')) return answerJson({ stage: 'lineage', ancestors: {}, roots: {} });
    if (url.endsWith('/events')) {
      const job = { job_id: 'bench', status_url: JOB_URL, stream_url: `${JOB_URL}/stream` };
      return answerJson({ stage: 'events', async: true, ...job }, 202);
    }
    if (url.endsWith('/stream')) return openStream(init);
    return answerJson({ job_id: 'bench', status: 'finished', domains: [domain] });
  };
}
