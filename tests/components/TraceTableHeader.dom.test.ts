import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import TraceTable from '../../src/components/TraceTable/TraceTable.vue';
import { createTable } from './traceTables.js';

function show() {
  const columns = [{ name: 'CONTAINERID' }, { name: 'SPECNAME', label: 'Spec' }, { name: 'ROW' }];
  const wrapper = mount(TraceTable, {
    props: { table: createTable(100), rowCount: 100, label: 'rows', locale: 'en', columns },
  });
  const headings = () => wrapper.findAll('[role=columnheader]').slice(1);
  return {
    click: (index: number, shiftKey = false) =>
      headings()[index]!.get('button').trigger('click', { shiftKey }),
    sorts: () => headings().map((heading) => heading.attributes('aria-sort') ?? null),
    texts: () => headings().map((heading) => heading.text().replace(/\s/g, '')),
    classes: () => headings().map((heading) => heading.get('button').classes().join(' ')),
    headings,
  };
}

test('a click sorts ascending, then descending, then not at all', async () => {
  const { click, sorts } = show();
  expect(sorts()).toEqual([null, null, null]);
  await click(1);
  expect(sorts()).toEqual([null, 'ascending', null]);
  await click(1);
  expect(sorts()).toEqual([null, 'descending', null]);
  await click(1);
  expect(sorts()).toEqual([null, null, null]);
});

test('a click elsewhere leaves one key, Shift+click adds one', async () => {
  const { click, sorts, texts, classes } = show();
  await click(0);
  await click(1);
  expect(sorts()).toEqual([null, 'ascending', null]);
  await click(2, true);
  await click(2, true);
  // aria-sort belongs to one heading at a time
  expect(sorts()).toEqual([null, 'ascending', null]);
  expect(texts()).toEqual(['CONTAINERID', 'Spec1sortkey1,ascending', 'ROW2sortkey2,descending']);
  expect(classes()[2]).toContain('vts-table__sort--descending');
  expect(classes()[0]).not.toContain('cending');
});

test('headings are named by their label, and a tooltip tells how to sort', () => {
  const { headings } = show();
  expect(headings()[1]!.get('button').text()).toBe('Spec');
  expect(headings()[1]!.get('button').element.tagName).toBe('BUTTON');
  expect(headings()[1]!.attributes('title')).toContain('Shift+click');
});
