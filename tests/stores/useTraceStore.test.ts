import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it, vi } from 'vitest';
import { effectScope, isProxy, nextTick, ref, watch } from 'vue';
import { removeTraceStore, useTraceStore } from '../../src/stores/index.js';

let pinia: ReturnType<typeof createPinia>;
beforeEach(() => {
  pinia = createPinia();
  setActivePinia(pinia);
});

it('keeps the rows of each domain and counts them', () => {
  const store = useTraceStore();
  store.writer.openDomain('holds', 3);
  store.writer.append('holds', [{ a: 1 }, { a: 2 }]);
  store.writer.append('jobs', [{ b: 1 }]);
  store.writer.setStatus('holds', 'receiving');
  expect(store.domains).toEqual([
    { name: 'holds', status: 'receiving', rowCount: 2, total: 3 },
    { name: 'jobs', status: 'waiting', rowCount: 1, total: null },
  ]);
  expect(store.tables.get('holds')!.value(1, 'a')).toBe(2);
  expect(store.tables.get('history')).toBeUndefined();
});

it('tells watchers of rowCount about each batch', async () => {
  const store = useTraceStore();
  const seen: (number | undefined)[] = [];
  const scope = effectScope();
  scope.run(() =>
    watch(
      () => store.domains[0]?.rowCount,
      (count) => void seen.push(count),
    ),
  );
  for (let i = 0; i < 3; i++) {
    store.writer.append('holds', [{}, {}]);
    await nextTick();
  }
  scope.stop();
  expect(seen).toEqual([2, 4, 6]);
});

it('keeps traces with different ids apart', () => {
  useTraceStore('a').writer.append('holds', [{}]);
  useTraceStore('b').writer.append('holds', [{}, {}]);
  expect(useTraceStore('a').domains[0]!.rowCount).toBe(1);
  expect(useTraceStore('b').tables.get('holds')!.rowCount).toBe(2);
});

it('hides the rows from everything that walks the state, devtools included', () => {
  const store = useTraceStore();
  store.writer.append('holds', [{ marker: 'row' }]);
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
  store.writer.append('holds', [{}]);
  store.writer.clear();
  expect(onAction).not.toHaveBeenCalled();
});

it('reads no row of the batches before when it appends one', () => {
  const store = useTraceStore();
  const touched = vi.fn();
  const row = () => new Proxy({ a: 1 }, { ownKeys: (t) => (touched(), Reflect.ownKeys(t)) });
  store.writer.append('holds', [row(), row()]);
  touched.mockClear();
  store.writer.append('holds', [{ a: 2 }]);
  expect(touched).not.toHaveBeenCalled();
});

it('forgets everything', () => {
  const store = useTraceStore('a');
  store.writer.append('holds', [{}]);
  store.writer.setAggregation({ kpi: {}, charts: {} });
  store.writer.clear();
  expect(store.$state).toEqual({ domains: [], aggregation: null });
  expect(store.tables.get('holds')).toBeUndefined();
  removeTraceStore(store, pinia);
  expect(Object.keys(pinia.state.value)).toEqual([]);
});
