import { tableChecksum } from './tableChecksum.mjs';

/**
 * Rows and checksum of each table of the demo page, over all cells.
 * @param {import('playwright').Page} page
 * @returns {Promise<Record<string, string>>}
 */
export function pageChecksums(page) {
  return page.evaluate((source) => {
    const checksum = new Function(`return (${source})`)();
    const { $pinia } = document.querySelector('#app').__vue_app__.config.globalProperties;
    const [store] = $pinia._s.values();
    const sums = {};
    for (const { name } of store.domains) {
      const table = store.tables.get(name);
      const columns = table.columns.map((column) => column.name);
      const value = (row, column) => table.value(row, column);
      sums[name] = `${table.rowCount} rows, ${checksum(table.rowCount, columns, value)}`;
    }
    return sums;
  }, tableChecksum.toString());
}
