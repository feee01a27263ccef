import { afterEach, expect, test, vi } from 'vitest';
import { parseCsv } from '../records/csv/parseCsv.js';
import { show } from './tableDriver.js';
import { createTable } from './traceTables.js';

interface Download {
  name: string;
  bytes: Uint8Array;
}

/** What the browser would save. */
function watchDownloads() {
  const downloads: Promise<Download>[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    const { href, download: name } = this;
    expect(href).toMatch(/^blob:/);
    const read = async () => new Uint8Array(await (await fetch(href)).arrayBuffer());
    downloads.push(read().then((bytes) => ({ name, bytes })));
  });
  return downloads;
}
afterEach(() => vi.restoreAllMocks());

type Shown = Awaited<ReturnType<typeof show>>;
const button = ({ wrapper }: Shown) => wrapper.get<HTMLButtonElement>('.vts-table__export');
const told = ({ wrapper }: Shown) =>
  wrapper
    .findAll('.vts-table__toolbar [role=status]')
    .map((status) => status.text())
    .join(' ');

/** Clicks, and reads the file as Excel would. */
async function exported(table: Shown, downloads: Promise<Download>[]) {
  await button(table).trigger('click');
  await vi.waitFor(() => expect(downloads).toHaveLength(1), 10_000);
  const { name, bytes } = (await downloads[0])!;
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  return { name, lines: parseCsv(new TextDecoder().decode(bytes)) };
}

test('a click saves every row of a whole table', async () => {
  const downloads = watchDownloads();
  const data = createTable(5_000);
  const table = await show(data, { label: '上游歷程', isWhole: true });
  expect(button(table).text()).toBe('Export CSV');
  const { name, lines } = await exported(table, downloads);
  expect(name).toMatch(/^上游歷程-\d{8}-\d{6}\.csv$/);
  const names = data.columns.map((column) => column.name);
  expect(lines[0]).toEqual(names);
  expect(lines).toHaveLength(5_001);
  for (const row of [0, 1, 2_500, 4_999]) {
    const cells = names.map((column) => String(data.value(row, column) ?? ''));
    expect(lines[row + 1]).toEqual(cells);
  }
  await vi.waitFor(() => expect(told(table)).toContain('The CSV file is written.'));
});

test('a table that may lack rows says so in the name, in the file and on the page', async () => {
  const downloads = watchDownloads();
  const table = await show(createTable(10), { label: 'History' });
  const { name, lines } = await exported(table, downloads);
  expect(name).toMatch(/^History-\d{8}-\d{6}-incomplete\.csv$/);
  expect(lines[0]).toEqual(['INCOMPLETE: this file does not have every row of the result.']);
  expect(lines).toHaveLength(12);
  await vi.waitFor(() => expect(told(table)).toContain('INCOMPLETE'));
  expect(table.wrapper.get('.vts-table__problem').isVisible()).toBe(true);
});

test('a file has the columns and the rows that are shown, in their order', async () => {
  const downloads = watchDownloads();
  const data = createTable(2_000);
  const [first, second] = data.columns.map(({ name }) => name);
  const table = await show(data, {
    isWhole: true,
    columns: [{ name: second, label: 'B' }, { name: first }],
  });
  await table.wrapper.findAll('.vts-table__sort')[1]!.trigger('click');
  await table.wrapper.findAll('.vts-table__sort')[1]!.trigger('click');
  await vi.waitFor(() => expect(table.wrapper.find('[aria-sort=descending]').exists()).toBe(true));
  await vi.waitFor(() =>
    expect(table.wrapper.get('[role=table]').attributes('aria-busy')).toBe('false'),
  );
  const { lines } = await exported(table, downloads);
  expect(lines[0]).toEqual(['B', first]);
  expect(lines).toHaveLength(2_001);
  const shown = lines.slice(1).map((line) => line[1]!);
  const values = Array.from({ length: 2_000 }, (_, row) => String(data.value(row, first!)));
  expect(new Set(shown)).toEqual(new Set(values));
  const drawn = table.wrapper.findAll('.vts-table__body .vts-table__row')[0]!;
  expect(drawn.text()).toContain(shown[0]);
  expect(shown[0]).not.toBe(values[0]);
});

test('without rows there is nothing to save', async () => {
  const table = await show(createTable(0));
  expect(button(table).element.disabled).toBe(true);
});

test('a second click stops the writing, and so does leaving', async () => {
  const downloads = watchDownloads();
  const table = await show(createTable(200_000), { isWhole: true });
  await button(table).trigger('click');
  await vi.waitFor(() => expect(button(table).text()).toMatch(/^Writing [1-9]\d?% – cancel$/));
  await button(table).trigger('click');
  expect(button(table).text()).toBe('Export CSV');
  await button(table).trigger('click');
  table.wrapper.unmount();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(downloads).toHaveLength(0);
});
