import { createPinia } from 'pinia';
import { type App, createApp } from 'vue';
import type { TraceParams } from '../../../src/index.js';
import { drawnWhen } from '../shared/frames.js';
import { measureMemory } from '../shared/measureMemory.js';
import SoakTrace from './SoakTrace.vue';

/** Traces one after another in one page; half of them in a component and a store that stay. */
const STORE_ID = 'soak';
// the browser writes down its first 250 requests, which would look like growth
performance.setResourceTimingBufferSize(0);

const log: string[] = [];
addEventListener('error', ({ message }) => log.push(message));
addEventListener('unhandledrejection', ({ reason }) => log.push(String(reason)));
for (const level of ['error', 'warn'] as const) {
  console[level] = (...what: unknown[]) => void log.push(what.join(' '));
}

const pinia = createPinia();
let app: App | undefined;
let mounted: InstanceType<typeof SoakTrace> | undefined;

/** Mounts the component anew, with a store that outlives it or with one of its own. */
function mount(hasOwnStore: boolean): void {
  app?.unmount();
  app = createApp(SoakTrace, hasOwnStore ? {} : { storeId: STORE_ID });
  mounted = app.use(pinia).mount('#host') as InstanceType<typeof SoakTrace>;
}

/** Every container of the trace that stands in the page. */
function containers(): string[] {
  const { store } = mounted!.trace;
  const ids = new Set<unknown>();
  for (const { name, rowCount } of store.domains) {
    const table = store.tables.get(name)!;
    for (let row = 0; row < rowCount; row++) ids.add(table.value(row, 'CONTAINERID'));
  }
  return [...ids].map(String);
}

const cells = () => [...document.querySelectorAll('#host [role=cell]')];

/** Those of them that are drawn. */
function shown(): string[] {
  const texts = new Set(cells().map((cell) => cell.textContent!.trim()));
  return containers().filter((id) => texts.has(id));
}

/** Runs a trace to its end, until its rows are drawn; its status and its rows. */
async function run(params: TraceParams) {
  const { trace } = mounted!;
  const { status } = await trace.execute(params);
  await drawnWhen(() => cells().length > 0);
  const rows = trace.store.domains.reduce((sum, { rowCount }) => sum + rowCount, 0);
  return { status, rows };
}

/** What the page was told that went wrong. */
const complaints = () => log;

window.bench = { mount, run, containers, shown, complaints, measureMemory };
