import { mount } from '@vue/test-utils';
import { afterEach, expect, test, vi } from 'vitest';
import TraceTable from '../../src/components/TraceTable/TraceTable.vue';
import { loadEngine } from '../../src/composables/useRecordView/engine.js';
import { createFeed } from '../records/view/tables.js';

afterEach(() => vi.restoreAllMocks());

/** A table of three batches, of which the first is there. */
async function show(filter: object) {
  await loadEngine();
  const blobs: Blob[] = [];
  const names: string[] = [];
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    blobs.push(blob as Blob);
    return 'blob:x';
  });
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    names.push(this.download);
  });
  const batch = (from: number) => Array.from({ length: 10 }, (_, i) => ({ n: from + i }));
  const { table, feed } = createFeed([batch(0), batch(10), batch(20)]);
  feed(1);
  const wrapper = mount(TraceTable, {
    props: { table, rowCount: 10, label: 'x', filter: [filter] as never, locale: 'en' },
  });
  const button = () => wrapper.get<HTMLButtonElement>('.vts-table__export');
  const isReady = () => vi.waitFor(() => expect(button().element.disabled).toBe(false));
  return {
    isReady,
    button,
    wrapper,
    /** The last batches come, and the end of the domain. */
    async end() {
      feed();
      await wrapper.setProps({ rowCount: table.rowCount, isWhole: true });
    },
    async saved() {
      await button().trigger('click');
      await vi.waitFor(() => expect(names).toHaveLength(1));
      return { name: names[0], lines: (await blobs[0]!.text()).trim().split('\r\n') };
    },
  };
}

test('a file of a whole table waits for the rows that came last', async () => {
  const shown = await show({ column: 'n', from: 0 });
  await shown.isReady();
  await shown.end();
  expect(shown.button().element.disabled).toBe(true);
  await shown.isReady();
  const { name, lines } = await shown.saved();
  expect(name).not.toContain('incomplete');
  expect(lines).toHaveLength(31);
});

test('while rows come, a file of what is shown is marked', async () => {
  const shown = await show({ column: 'n', from: 0 });
  await shown.isReady();
  expect((await shown.saved()).name).toContain('incomplete');
});
