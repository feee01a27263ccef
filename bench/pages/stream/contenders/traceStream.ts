import { createPinia } from 'pinia';
import { createApp, h, watch } from 'vue';
import { TraceTable, type TraceDomain, useTraceProgress } from '../../../../src/index.js';
import { answerStages } from '../../shared/answerStages.js';
import type { ReadStream } from '../StreamContender.js';

export const shownRow = '.vts-table__body [role=row]';

/** This library: the rows in its store, the table on screen. */
export const read: ReadStream = async ({ domain, stream }, sink, host) => {
  host.style.height = '800px';
  const stages = answerStages(domain, (init) => fetch(stream, init));
  const name = domain as TraceDomain;
  let ended: Promise<unknown> | undefined;
  const app = createApp({
    setup() {
      const trace = useTraceProgress({
        profile: 'mid_section_defect',
        domains: [name],
        fetch: async (input, init) => {
          const isStream = String(input).endsWith('/stream');
          const answer = await stages(input, init);
          // the worker is started between the last answer and the stream, and counts
          if (!isStream) sink.begin();
          return answer;
        },
      });
      const rowCount = () =>
        trace.store.domains.find((known) => known.name === name)?.rowCount ?? 0;
      watch(rowCount, (rows) => sink.setCount(rows), { flush: 'sync' });
      ended = trace.execute({ direction: 'backward' });
      return () => {
        const rows = rowCount(); // tables are not reactive: the row count tells of them
        const table = trace.store.tables.get(name);
        return table && h(TraceTable, { table, rowCount: rows, label: domain });
      };
    },
  });
  app.use(createPinia()).mount(host);
  const state = (await ended) as { status: string };
  if (state.status !== 'complete') throw new Error(`The trace ended ${JSON.stringify(state)}.`);
  return app;
};
