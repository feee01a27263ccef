import type { RunQuery } from './streamQuery.js';
import { parseRows } from './rowChunk.js';
import { askedSql, bindTexts, orderedSql } from './sql.js';

/** Containers whose numbers are looked up at once: the table of containers is read whole for it. */
export const RESOLVED_IDS = 20_000;

const SQL = orderedSql(
  `asked AS (${askedSql('ids', 'CONTAINERID', 'VARCHAR')})`,
  `SELECT ord, 0 AS key, encode(LOTNO::VARCHAR) AS json
  FROM asked JOIN containers USING (CONTAINERID)`,
);

/** The LOTNO of each container, −1 where there is none. */
export async function resolveLots(
  containerIds: readonly string[],
  run: RunQuery,
  signal: AbortSignal,
): Promise<Int32Array> {
  const lots = new Int32Array(containerIds.length).fill(-1);
  for await (const fetched of run({ sql: SQL, values: { ids: bindTexts(containerIds) } }, signal)) {
    for (const rows of fetched) {
      for (const [row, lot] of parseRows<number>(rows).entries()) {
        lots[(rows.ordinals[row] as number) - 1] = lot;
      }
    }
  }
  return lots;
}
