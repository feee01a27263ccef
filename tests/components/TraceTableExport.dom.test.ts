import { mount } from '@vue/test-utils';
import { expect, test, vi } from 'vitest';
import { effectScope } from 'vue';
import TraceTableExport from '../../src/components/TraceTable/TraceTableExport.vue';
import { useCsvExport } from '../../src/components/TraceTable/useCsvExport.js';
import { en } from '../../src/locales/en.js';
import type { CsvOptions } from '../../src/records/csv/toCsv.js';
import { tableOf } from './traceTables.js';

/** A file that is being written for as long as nobody gives it up. */
const writing = vi.hoisted(() => ({ signals: [] as AbortSignal[] }));
vi.mock('../../src/records/csv/index.js', () => ({
  csvFileName: () => 'a.csv',
  toCsv: (_table: unknown, { signal }: CsvOptions) =>
    new Promise((_resolve, reject) => {
      const giveUp = () => reject(signal!.reason as Error);
      writing.signals.push(signal!);
      if (signal!.aborted) giveUp();
      else signal!.addEventListener('abort', giveUp);
    }),
}));

const table = tableOf([{ a: 1 }]);
const columns = [{ name: 'a', label: 'a', width: 100, isNumber: true, format: undefined }];
const source = { table, rows: null, columns, name: 'a', isWhole: true, notice: '' };

async function begin() {
  writing.signals.length = 0;
  const scope = effectScope();
  const file = scope.run(() => useCsvExport())!;
  const saved = file.save(source);
  await vi.waitFor(() => expect(writing.signals).toHaveLength(1));
  expect(file.state.value.status).toBe('writing');
  return { scope, file, saved, signal: writing.signals[0]! };
}

test.each(['abort', 'leave'] as const)(
  'a file that is given up (%s) is written no more',
  async (how) => {
    const { scope, file, saved, signal } = await begin();
    if (how === 'abort') file.abort();
    else scope.stop();
    await saved;
    expect([signal.aborted, file.state.value.status]).toEqual([true, 'idle']);
  },
);

test('another file ends the one before', async () => {
  const { scope, file, saved, signal } = await begin();
  const next = file.save(source);
  await saved;
  expect([signal.aborted, file.state.value.status]).toEqual([true, 'writing']);
  scope.stop();
  await next;
});

test.each([
  ['the view that was asked for is not there yet', { isPending: true }, true],
  ['there is no row', { rowCount: 0 }, true],
  ['there is no column', { columns: [] }, true],
  ['there are rows', {}, false],
])('where %s, the file may be asked for, or not', (_where, props, isDisabled) => {
  const shown = { table, rows: null, rowCount: 1, columns, name: 'a', isWhole: true };
  const wrapper = mount(TraceTableExport, {
    props: { ...shown, isPending: false, texts: en.table, ...props },
  });
  expect(wrapper.get('button').element.disabled).toBe(isDisabled);
});
