import { describe, expect, test } from 'vitest';
import { mount } from '@vue/test-utils';
import TraceTable from '../../src/components/TraceTable/TraceTable.vue';
import { cellText } from '../../src/components/TraceTable/cellText.js';
import { createTable } from './traceTables.js';

describe('cellText', () => {
  test('null and missing values have no text, unlike "null" and empty text', () => {
    expect(cellText(null, 0)).toBeNull();
    expect(cellText(undefined, 0)).toBeNull();
    expect(cellText('null', 0)).toBe('null');
    expect(cellText('', 0)).toBe('');
  });

  test('numbers, booleans and nested values are shown as they are', () => {
    expect(cellText(0, 0)).toBe('0');
    expect(cellText(12.5, 0)).toBe('12.5');
    expect(cellText(false, 0)).toBe('false');
    expect(cellText({ a: [1, '二'] }, 0)).toBe('{"a":[1,"二"]}');
  });

  test('a text of megabytes is cut', () => {
    expect(cellText('x'.repeat(5_000_000), 0)!.length).toBeLessThan(1_000);
  });

  test('a format makes the text, but never of nothing', () => {
    const format = (value: unknown, row: number) => `${row}: ${String(value)}`;
    expect(cellText(7, 3, format)).toBe('3: 7');
    expect(cellText(null, 3, format)).toBeNull();
  });
});

test('an empty table says so in the chosen language', () => {
  const table = createTable(0);
  const props = { table, rowCount: 0, label: '上游履歷' };
  const zh = mount(TraceTable, { props: { ...props, locale: 'zh-TW' as const } });
  expect(zh.text()).toContain('尚無資料');
  const en = mount(TraceTable, { props: { ...props, locale: 'en' as const } });
  expect(en.text()).toContain('No rows');
  expect(en.get('[role=table]').attributes('aria-rowcount')).toBe('1');
});

test('columns can be chosen, named and ordered', () => {
  const columns = [{ name: 'TRACKINQTY', label: '數量' }, { name: 'CONTAINERID' }];
  const props = { table: createTable(5), rowCount: 5, label: 'x', columns };
  const wrapper = mount(TraceTable, { props: { ...props, locale: 'en' as const } });
  const headings = wrapper.findAll('[role=columnheader]').map((heading) => heading.text());
  expect(headings).toEqual(['No.', '數量', 'CONTAINERID']);
});
