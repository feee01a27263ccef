import { mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import TraceTable from '../../src/components/TraceTable/TraceTable.vue';
import { createTable } from './traceTables.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function show(rowCount: number, props: Record<string, unknown> = {}) {
  const table = createTable(rowCount);
  const wrapper = mount(TraceTable, {
    props: { table, rowCount, label: 'rows', locale: 'en' as const, ...props },
    attachTo: document.body,
  });
  return wrapper;
}
const count = (wrapper: VueWrapper) => wrapper.get('.vts-table__count').text();
const status = (wrapper: VueWrapper) => wrapper.get('[role=status]').text();
const input = (wrapper: VueWrapper) => wrapper.get<HTMLInputElement>('input[type=search]');
/** Lets a view be made. */
const settle = () => vi.advanceTimersByTimeAsync(1_000);

describe('search', () => {
  test('the box has a label and asks once, 150 ms after the last letter', async () => {
    const wrapper = show(1_000);
    expect(wrapper.get(`label[for="${input(wrapper).element.id}"]`).text()).toBe('Search');
    await input(wrapper).setValue('CONTAINERID-12');
    await vi.advanceTimersByTimeAsync(149);
    await input(wrapper).setValue('CONTAINERID-123');
    await vi.advanceTimersByTimeAsync(149);
    expect(wrapper.get('[role=table]').attributes('aria-busy')).toBe('false');
    expect(count(wrapper)).toBe('1,000 rows');
    await settle();
    expect(count(wrapper)).toBe('1 of 1,000 rows');
    expect(wrapper.get('[role=table]').attributes('aria-rowcount')).toBe('2');
  });

  test('Enter asks at once', async () => {
    const wrapper = show(1_000);
    await input(wrapper).setValue('CONTAINERID-123');
    await input(wrapper).trigger('keydown', { key: 'Enter' });
    expect(wrapper.get('[role=table]').attributes('aria-busy')).toBe('true');
    await settle();
    expect(count(wrapper)).toBe('1 of 1,000 rows');
  });

  test('the button clears the box at once and leaves the focus in it', async () => {
    const wrapper = show(1_000);
    expect(wrapper.find('[aria-label="Clear the search"]').exists()).toBe(false);
    await input(wrapper).setValue('CONTAINERID-123');
    await settle();
    await wrapper.get('[aria-label="Clear the search"]').trigger('click');
    expect(count(wrapper)).toBe('1,000 rows');
    expect(input(wrapper).element.value).toBe('');
    expect(document.activeElement).toBe(input(wrapper).element);
    expect(wrapper.find('[aria-label="Clear the search"]').exists()).toBe(false);
  });

  test('Escape clears the box, but not the text of an input method, and belongs to the page in an empty box', async () => {
    const wrapper = show(1_000);
    const keys: string[] = [];
    const listen = ({ key }: KeyboardEvent) => keys.push(key);
    document.addEventListener('keydown', listen);
    await input(wrapper).setValue('CONTAINERID-123');
    await input(wrapper).trigger('keydown', { key: 'Escape', isComposing: true });
    expect(input(wrapper).element.value).toBe('CONTAINERID-123');
    keys.length = 0;
    await input(wrapper).trigger('keydown', { key: 'Escape' });
    expect(input(wrapper).element.value).toBe('');
    expect(keys).toEqual([]);
    await input(wrapper).trigger('keydown', { key: 'Escape' });
    expect(keys).toEqual(['Escape']);
    document.removeEventListener('keydown', listen);
  });

  test('a search that matches nothing says so, unlike a table without rows', async () => {
    const wrapper = show(1_000);
    await input(wrapper).setValue('no such thing');
    await settle();
    expect(wrapper.get('.vts-table__empty').text()).toBe('No row matches');
    expect(count(wrapper)).toBe('0 of 1,000 rows');
    expect(show(0).get('.vts-table__empty').text()).toBe('No rows');
  });

  test('a filter of the page narrows the rows, too', async () => {
    const filter = [{ column: 'WORKCENTER_GROUP', values: ['WORKCENTER_GROUP-3'] }];
    const wrapper = show(1_200, { filter });
    await settle();
    expect(count(wrapper)).toBe('100 of 1,200 rows');
    await wrapper.setProps({ filter: undefined });
    await settle();
    expect(count(wrapper)).toBe('1,200 rows');
  });
});

describe('what a screen reader hears', () => {
  test('the matches of a search, once; neither batches nor sorting', async () => {
    const wrapper = show(1_000);
    expect(status(wrapper)).toBe('');
    await input(wrapper).setValue('CONTAINERID-12');
    await settle();
    expect(status(wrapper)).toBe('11 rows match');
    await wrapper.get('.vts-table__sort').trigger('click');
    await settle();
    const before = status(wrapper);
    const table = createTable(2_000);
    await wrapper.setProps({ table, rowCount: 2_000 });
    await settle();
    expect(status(wrapper)).toBe(before);
  });
});

describe('the follow button', () => {
  const button = (wrapper: VueWrapper) => wrapper.find('.vts-table__follow');

  test('is there only where follow is given', async () => {
    const wrapper = show(10);
    expect(button(wrapper).exists()).toBe(false);
    await wrapper.setProps({ follow: false });
    expect(button(wrapper).attributes('aria-pressed')).toBe('false');
    await wrapper.setProps({ follow: true });
    expect(button(wrapper).attributes('aria-pressed')).toBe('true');
  });

  test('asks the page for the other state', async () => {
    const wrapper = show(10, { follow: false });
    await button(wrapper).trigger('click');
    expect(wrapper.emitted('update:follow')).toEqual([[true]]);
  });
});
