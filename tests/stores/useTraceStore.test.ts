import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it, vi } from 'vitest';
import { effectScope, isProxy, nextTick, ref, watch } from 'vue';
import { LineDecoder } from '../../src/records/index.js';
import { decodeRows } from '../records/decodeRows.js';
import { removeTraceStore, useTraceStore } from '../../src/stores/index.js';

let decoder: LineDecoder;
const batchOf = (domain: string, rows: Record<string, unknown>[]) =>
  decodeRows(decoder, domain, rows);
let pinia: ReturnType<typeof createPinia>;
beforeEach(() => {
  pinia = createPinia();
  setActivePinia(pinia);
  decoder = new LineDecoder();
});

it('keeps the rows of each domain and counts them', () => {
  const store = useTraceStore();
  store.writer.openDomain('holds', 3);
  store.writer.append('holds', batchOf('holds', [{ a: 1 }, { a: 2 }]));
  store.writer.append('jobs', batchOf('jobs', [{ b: 1 }]));
  store.writer.setStatus('holds', 'receiving');
  expect(store.domains).toEqual([
    { name: 'holds', status: 'receiving', rowCount: 2, total: 3 },
    { name: 'jobs', status: 'waiting', rowCount: 1, total: null },
  ]);
  expect(store.tables.get('holds')!.value(1, 'a')).toBe(2);
  expect(store.tables.get('history')).toBeUndefined();
});

it('tells watchers of rowCount about the first batch at once, of more ten times a second', async () => {
  vi.useFakeTimers();
  const store = useTraceStore();
  const seen: (number | undefined)[] = [];
  const scope = effectScope();
  scope.run(() =>
    watch(
      () => store.domains[0]?.rowCount,
      (count) => void seen.push(count),
    ),
  );
  const append = async (ms: number) => {
    store.writer.append('holds', batchOf('holds', [{}, {}]));
    await nextTick();
    await vi.advanceTimersByTimeAsync(ms);
  };
  await append(0);
  expect(seen).toEqual([2]);
  await append(50);
  await append(49);
  expect(seen).toEqual([2]);
  expect(store.tables.get('holds')!.rowCount).toBe(6);
  await vi.advanceTimersByTimeAsync(1);
  expect(seen).toEqual([2, 6]);
  await append(100);
  await append(0);
  store.writer.setStatus('holds', 'complete');
  await nextTick();
  expect(seen).toEqual([2, 6, 8, 10]);
  expect(vi.getTimerCount()).toBe(0);
  await append(0);
  store.writer.clear();
  expect(vi.getTimerCount()).toBe(0);
  scope.stop();
  vi.useRealTimers();
});

it('keeps traces with different ids apart', () => {
  useTraceStore('a').writer.append('holds', batchOf('holds', [{}]));
  useTraceStore('b').writer.append('holds', batchOf('holds', [{}, {}]));
  expect(useTraceStore('a').domains[0]!.rowCount).toBe(1);
  expect(useTraceStore('b').tables.get('holds')!.rowCount).toBe(2);
});

it('hides the rows from everything that walks the state, devtools included', () => {
  const store = useTraceStore();
  store.writer.append('holds', batchOf('holds', [{ marker: 'row' }]));
  expect(JSON.stringify(pinia.state.value)).not.toContain('marker');
  expect(Object.keys(store.$state).sort()).toEqual(['aggregation', 'domains']);
  expect(isProxy(store.tables.get('holds'))).toBe(false);
  expect(isProxy(store.tables.get('holds')!.row(0))).toBe(false);
  expect(isProxy(ref({ table: store.tables.get('holds') }).value.table)).toBe(false);
});

it('records no batch as the argument of an action', () => {
  const store = useTraceStore();
  const onAction = vi.fn();
  store.$onAction(onAction);
  store.writer.append('holds', batchOf('holds', [{}]));
  store.writer.clear();
  expect(onAction).not.toHaveBeenCalled();
});

it('reads nothing of the batches before when it appends one', () => {
  const store = useTraceStore();
  const touched = vi.fn();
  const first = batchOf('holds', [{ a: 1 }, { a: 2 }]);
  const chunk = first.columns[0]!.chunk as { numbers: object };
  chunk.numbers = new Proxy(chunk.numbers, {
    get: (target, key) => (touched(), Reflect.get(target, key)),
  });
  store.writer.append('holds', first);
  touched.mockClear();
  store.writer.append('holds', batchOf('holds', [{ a: 3 }]));
  expect(touched).not.toHaveBeenCalled();
  expect(store.tables.get('holds')!.rowCount).toBe(3);
});

it('forgets everything', () => {
  const store = useTraceStore('a');
  store.writer.append('holds', batchOf('holds', [{}]));
  store.writer.setAggregation({ kpi: {}, charts: {} });
  store.writer.clear();
  expect(store.$state).toEqual({ domains: [], aggregation: null });
  expect(store.tables.get('holds')).toBeUndefined();
  removeTraceStore(store, pinia);
  expect(Object.keys(pinia.state.value)).toEqual([]);
});

it('a store tells whoever filled it last that another one does, once, unless he has left', () => {
  const { writer } = useTraceStore('owned');
  const [first, second, third] = [vi.fn(), vi.fn(), vi.fn()];
  writer.take(first);
  writer.take(first);
  expect(first).not.toHaveBeenCalled();
  writer.take(second);
  expect(first).toHaveBeenCalledOnce();
  writer.release(first);
  writer.release(second);
  writer.take(third);
  expect(second).not.toHaveBeenCalled();
  expect(first).toHaveBeenCalledOnce();
});
