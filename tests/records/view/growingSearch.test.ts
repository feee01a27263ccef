import { expect, it } from 'vitest';
import { ColumnTable, LineDecoder } from '../../../src/records/index.js';
import { RecordView } from '../../../src/records/view/RecordView.js';
import { decodeRows } from '../decodeRows.js';

const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ name: `lot ${from + i}` }));

it.each([{ search: 'lot' }, { filter: [{ column: 'name', text: 'lot' }] }])(
  'a search finds rows that come while it asks the dictionary: %o',
  async (query) => {
    const decoder = new LineDecoder();
    const table = new ColumnTable();
    const feed = (from: number, to: number) =>
      table.append(decodeRows(decoder, 'd', rows(from, to)));
    let onBreathe = (): void => undefined;
    const view = new RecordView(table, { breathe: async () => onBreathe() });
    feed(0, 100);
    await view.update(query);
    feed(100, 150);
    onBreathe = () => {
      onBreathe = () => undefined;
      feed(150, 650); // a batch that comes while the page breathes
    };
    await view.update(query);
    const found = await view.update(query);
    expect(table.rowCount).toBe(650);
    expect(found!.length).toBe(650);
  },
);
