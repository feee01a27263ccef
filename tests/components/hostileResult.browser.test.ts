import { mount, type VueWrapper } from '@vue/test-utils';
import { createPinia } from 'pinia';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { defineComponent, h } from 'vue';
import { demoTexts } from '../../demo/demoTexts.js';
import ParetoChart from '../../demo/ParetoChart.vue';
import ResultTabs from '../../demo/ResultTabs.vue';
import { TraceProgress, useTraceProgress, type UseTraceProgressReturn } from '../../src/index.js';
import { createTraceServer, json, lines, ndjson } from '../composables/traceServer.js';

const HTML = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
const URL_TEXT = 'javascript:window.hacked=1';
const CSS = 'red;background:url(//evil.test/x)}*{display:none';
/** Every text of a result, its names included. */
const NASTY = [HTML, URL_TEXT, CSS, '__proto__', 'constructor', 'toString', '" onclick="hacked=1'];

let wrapper: VueWrapper | undefined;
let trace: UseTraceProgressReturn;
const inherited = Object.getOwnPropertyNames(Object.prototype).sort();
beforeEach(() => {
  Reflect.deleteProperty(window, 'hacked');
  // a chart wants room
  const style = Object.assign(document.createElement('style'), { id: 'sizes' });
  style.textContent = '.pareto { display: block; width: 600px; height: 400px }';
  document.head.append(style);
});
afterEach(() => {
  wrapper?.unmount();
  document.head.querySelector('#sizes')?.remove();
});

const row = () =>
  JSON.stringify(Object.fromEntries(NASTY.map((name, i) => [name, NASTY.at(-1 - i)])));
/** As text, for an object literal has no key of its own that is called __proto__. */
const records = (domain: string) =>
  `{"type":"records","domain":${JSON.stringify(domain)},"batch":0,"count":2,"data":[${row()},{"__proto__":{"polluted":1},"a":[{"__proto__":{"polluted":1}}]}]}\n`;

function hostileServer() {
  const entries = NASTY.map((name) => ({ name, defect_qty: 3, cumulative_pct: 50 }));
  const charts = Object.fromEntries(NASTY.map((name) => [name, entries]));
  const kpi = Object.fromEntries(NASTY.map((name) => [name, name]));
  const body =
    lines([{ type: 'meta', domains: NASTY, profile: HTML }]) +
    NASTY.map(
      (domain) => lines([{ type: 'domain_start', domain, total: 2 }]) + records(domain),
    ).join('') +
    lines([
      { type: 'aggregation', data: { kpi, charts } },
      { type: 'warning', code: HTML, message: HTML },
      { type: HTML },
      { type: 'quality_meta', quality_meta: { note: HTML } },
      { type: 'error', code: HTML, message: HTML },
    ]);
  const job = { job_id: HTML, status_url: '/job', stream_url: '/job/stream' };
  return createTraceServer({
    'POST /api/trace/events': () => json({ stage: 'events', async: true, ...job }, { status: 202 }),
    'GET /job': () => json({ job_id: HTML, status: 'finished', progress: HTML, profile: HTML }),
    'GET /job/stream': () => ndjson(body),
  });
}

const Page = defineComponent(() => {
  trace = useTraceProgress({ profile: 'mid_section_defect', fetch: hostileServer().fetch });
  return () => [
    h(TraceProgress, { trace, locale: 'en' }),
    h(ResultTabs, {
      store: trace.store,
      texts: demoTexts.en,
      locale: 'en' as const,
      domainLabel: (name: string) => name,
      dark: false,
    }),
  ];
});

/** Nothing of the wire is an element, an address, a style or a handler, and no prototype has changed. */
function expectClean(): void {
  const html = document.body;
  expect(html.querySelectorAll('img, script, iframe, object, embed, base, link')).toHaveLength(0);
  for (const element of html.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      expect(name).not.toMatch(/^on/);
      if (['href', 'src', 'action', 'srcdoc'].includes(name)) expect(value).not.toContain('script');
      if (name === 'style') expect(value).not.toMatch(/url\(|display:none/);
    }
  }
  expect(window).not.toHaveProperty('hacked');
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(inherited);
}

it('draws a result of hostile names and texts as texts', async () => {
  wrapper = mount(Page, { global: { plugins: [createPinia()] }, attachTo: document.body });
  const state = await trace.execute({ mode: 'date_range' });
  expect(state.status).toBe('incomplete');
  expect(trace.store.domains.map(({ name }) => name)).toEqual(expect.arrayContaining(NASTY));
  const tabs = wrapper.findAll('[role=tab]');
  expect(tabs).toHaveLength(trace.store.domains.length + 1);
  for (const tab of tabs) {
    await tab.trigger('click');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expectClean();
  }
  const own =
    wrapper.findAll('[role=tab]')[trace.store.domains.findIndex(({ name }) => name === HTML)]!;
  await own.trigger('click');
  await vi.waitFor(() => {
    expect(wrapper!.get('.vts-table__header').text()).toContain('__proto__');
    expect(wrapper!.get('.vts-table__body').text()).toContain(URL_TEXT);
  });
  expect(wrapper.text()).toContain('<img src=x');
  const table = trace.store.tables.get('__proto__')!;
  expect(table.row(1)).toEqual(
    JSON.parse('{"__proto__":{"polluted":1},"a":[{"__proto__":{"polluted":1}}]}'),
  );
  expectClean();
});

it('draws names in the tooltip of a chart, and makes no HTML of them', async () => {
  const entries = [HTML, '__proto__'].map((name) => ({ name, defect_qty: 3, cumulative_pct: 50 }));
  wrapper = mount(ParetoChart, {
    props: { entries: entries as never, title: HTML, texts: demoTexts.en, dark: false },
    attrs: { style: 'width: 600px; height: 400px' },
    attachTo: document.body,
  });
  await vi.waitFor(() => expect(wrapper!.find('canvas').exists()).toBe(true));
  const canvas = wrapper.get('canvas').element;
  const drawn = vi.spyOn(CanvasRenderingContext2D.prototype, 'fillText');
  const { left, top } = canvas.getBoundingClientRect();
  const at = { clientX: left + 150, clientY: top + 200, bubbles: true };
  await vi.waitFor(() => {
    for (const type of ['mouseover', 'mousemove']) canvas.dispatchEvent(new MouseEvent(type, at));
    const texts = drawn.mock.calls.map(([text]) => text).join('');
    expect(texts).toContain('onerror');
    // of the tooltip alone, for the axis has no figures of it
    expect(texts).toContain(demoTexts.en.defects);
  });
  drawn.mockRestore();
  expectClean();
});
