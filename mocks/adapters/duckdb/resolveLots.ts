import type { RunQuery } from './fetchRows.js';
import { askedSql, bindTexts } from './readJson.js';
import { orderedSql } from './streamQuery.js';

/** Containers whose numbers are looked up at once: the table of containers is read whole for it. */
export const RESOLVED_IDS = 50_000;

const SQL = orderedSql(
  `asked AS (${askedSql('ids', 'CONTAINERID', 'VARCHAR')})`,
  'ord, LOTNO',
  'SELECT ord, 0 AS key, LOTNO FROM asked JOIN containers USING (CONTAINERID)',
);

/** The LOTNO of each container, −1 where there is none. */
export async function resolveLots(
  containerIds: readonly string[],
  run: RunQuery,
  signal: AbortSignal,
): Promise<Int32Array> {
  const lots = new Int32Array(containerIds.length).fill(-1);
  for await (const fetched of run({ sql: SQL, values: { ids: bindTexts(containerIds) } }, signal)) {
    for (const { chunk, rowCount } of fetched) {
      const [ordinals = [], numbers = []] = chunk.getColumns() as number[][];
      for (let row = 0; row < rowCount; row++) {
        lots[(ordinals[row] as number) - 1] = numbers[row] as number;
      }
    }
  }
  return lots;
}
