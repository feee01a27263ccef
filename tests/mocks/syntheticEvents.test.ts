import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSyntheticSource } from '../../mocks/adapters/synthetic/index.js';
import type { RowBatch } from '../../mocks/ports.js';
import { TRACE_DOMAINS, type TraceDomain, type TraceRow } from '../../src/protocol/index.js';
import { allContainerIds, everyRow } from './support/syntheticFactory.js';

/** The columns of the contract, in its order. */
const COLUMNS: Record<TraceDomain, string> = {
  history:
    'CONTAINERID, WORKCENTERNAME, EQUIPMENTID, EQUIPMENTNAME, SPECNAME, TRACKINTIMESTAMP, TRACKOUTTIMESTAMP, TRACKINQTY, TRACKOUTQTY, FINISHEDRUNCARD, PJ_WORKORDER, CONTAINERNAME, PJ_TYPE, PJ_BOP, WAFER_LOT_ID',
  materials:
    'CONTAINERID, CONTAINERNAME, MATERIALPARTNAME, MATERIALLOTNAME, QTYCONSUMED, WORKCENTERNAME, SPECNAME, EQUIPMENTNAME, TXNDATE',
  rejects:
    'CONTAINERID, CONTAINERNAME, WORKCENTERNAME, WORKCENTER_GROUP, WORKCENTERSEQUENCE_GROUP, PRODUCTLINENAME, PJ_FUNCTION, PJ_TYPE, PRODUCTNAME, SPECNAME, LOSSREASONNAME, EQUIPMENTNAME, REJECTCOMMENT, REJECT_QTY, STANDBY_QTY, QTYTOPROCESS_QTY, INPROCESS_QTY, PROCESSED_QTY, REJECT_TOTAL_QTY, DEFECT_QTY, TXN_TIME, TXNDATE, TXN_DAY',
  holds:
    'CONTAINERID, CONTAINERNAME, WORKCENTERNAME, HOLDTXNDATE, HOLDEMP, HOLDEMPDEPTNAME, HOLDREASONNAME, HOLDCOMMENTS, RELEASETXNDATE, RELEASEEMP, RELEASECOMMENTS, NCRID, HOLD_STATUS, HOLD_HOURS',
  jobs: 'JOBID, RESOURCEID, RESOURCENAME, JOBSTATUS, JOBMODELNAME, JOBORDERNAME, CREATEDATE, COMPLETEDATE, CAUSECODENAME, REPAIRCODENAME, SYMPTOMCODENAME, CONTAINERIDS, CONTAINERNAMES, CONTAINERID',
  upstream_history:
    'CONTAINERID, WORKCENTERNAME, WORKCENTER_GROUP, EQUIPMENTID, EQUIPMENTNAME, SPECNAME, TRACKINTIMESTAMP, TRACKINQTY',
  downstream_rejects:
    'CONTAINERID, WORKCENTERNAME, WORKCENTER_GROUP, LOSSREASONNAME, EQUIPMENTNAME, REJECT_TOTAL_QTY, TXNDATE',
};
/** The column that a container's own rows rise by. */
const TIMES: Record<TraceDomain, string> = {
  history: 'TRACKINTIMESTAMP',
  materials: 'TXNDATE',
  rejects: 'TXNDATE',
  holds: 'HOLDTXNDATE',
  jobs: 'CREATEDATE',
  upstream_history: 'TRACKINTIMESTAMP',
  downstream_rejects: 'TXNDATE',
};
const TIME = /^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$/;
const QUANTITIES = ['REJECT_QTY', 'STANDBY_QTY', 'QTYTOPROCESS_QTY', 'INPROCESS_QTY'];

const source = createSyntheticSource({ containers: 992 });
const ids = await allContainerIds(source);
const made = new Map<TraceDomain, TraceRow[]>();
async function rowsOf(domain: TraceDomain): Promise<TraceRow[]> {
  const rows = made.get(domain) ?? (await everyRow(source, ids, domain));
  made.set(domain, rows);
  return rows;
}

describe.each(TRACE_DOMAINS)('%s', (domain) => {
  it('has the columns of the contract, in its order', async () => {
    for (const row of await rowsOf(domain))
      expect(Object.keys(row).join(', ')).toBe(COLUMNS[domain]);
  });

  it('keeps the rows of a container together, in the order of ids and of time', async () => {
    const rows = await rowsOf(domain);
    const seen = [...new Set(rows.map((row) => row.CONTAINERID))];
    expect(seen).toEqual(ids.filter((id) => seen.includes(id)));
    for (const [index, row] of rows.entries()) {
      const before = rows[index - 1];
      expect(row[TIMES[domain]]).toMatch(TIME);
      if (!before || before.CONTAINERID !== row.CONTAINERID) continue;
      expect(String(row[TIMES[domain]]) >= String(before[TIMES[domain]])).toBe(true);
    }
    const changes = rows.filter((row, at) => row.CONTAINERID !== rows[at - 1]?.CONTAINERID);
    expect(changes).toHaveLength(seen.length);
  });

  it('gives the same rows to everyone who asks, in any order of ids', async () => {
    const again = createSyntheticSource({ containers: 992 });
    const backwards = await everyRow(again, [...ids].reverse(), domain);
    const byId = (rows: TraceRow[]) => rows.map((row) => JSON.stringify(row)).sort();
    expect(byId(backwards)).toEqual(byId(await rowsOf(domain)));
  });

  it('gives the same rows at every batch size, every batch but the last full', async () => {
    const some = ids.slice(0, 300);
    const whole = await everyRow(source, some, domain);
    for (const batchSize of [1, 7, 50, whole.length, whole.length + 1]) {
      const batches = await batchesOf(source.fetchEvents(some, domain, { batchSize }));
      expect(batches.flatMap((batch) => batch.rows())).toEqual(whole);
      expect(batches.map((batch) => batch.rowCount)).toEqual(sizes(whole.length, batchSize));
    }
  });
});

describe('the synthetic factory', () => {
  it('has 1,148,920 rows of upstream_history and 574,460 of materials in all', async () => {
    // Rows repeat their number every five containers; 114,892 are 5 × 22,978 + 2.
    const perId = async (domain: TraceDomain) => countBy(await rowsOf(domain), 'CONTAINERID');
    const full = createSyntheticSource();
    const history = await perId('upstream_history');
    const materials = await perId('materials');
    const steps = ids.slice(0, 5).map((id) => history.get(id) ?? 0);
    const used = ids.slice(0, 5).map((id) => materials.get(id) ?? 0);
    expect(22_978 * sum(steps) + sum(steps.slice(0, 2))).toBe(1_148_920);
    expect(22_978 * sum(used) + sum(used.slice(0, 2))).toBe(574_460);
    for (const [at, id] of ids.entries()) expect(history.get(id)).toBe(steps[at % 5]);
    for (const [at, id] of ids.entries()) expect(materials.get(id)).toBe(used[at % 5]);
    expect(await allContainerIds(full)).toHaveLength(114_892);
  });

  it('has the number of rows that it promises for the other domains', async () => {
    const perContainer = async (domain: TraceDomain) => (await rowsOf(domain)).length / ids.length;
    expect(await perContainer('history')).toBeGreaterThan(10.5);
    expect(await perContainer('rejects')).toBeCloseTo(1, 1);
    expect(await perContainer('downstream_rejects')).toBeCloseTo(1, 1);
    expect(await perContainer('holds')).toBeCloseTo(0.3, 1);
    expect(await perContainer('jobs')).toBeCloseTo(0.2, 1);
  });

  it('has one row of upstream_history a container, workcenter and machine', async () => {
    const rows = await rowsOf('upstream_history');
    const keys = rows.map((row) => `${row.CONTAINERID} ${row.WORKCENTERNAME} ${row.EQUIPMENTID}`);
    expect(new Set(keys).size).toBe(rows.length);
    expect(new Set(rows.map((row) => row.EQUIPMENTID)).size).toBe(396);
  });

  it('holds the latest run of each row of history in upstream_history', async () => {
    const latest = new Map<string, string>();
    for (const row of await rowsOf('history')) {
      expect(String(row.TRACKOUTTIMESTAMP) > String(row.TRACKINTIMESTAMP)).toBe(true);
      latest.set(`${row.CONTAINERID} ${row.EQUIPMENTID}`, String(row.TRACKINTIMESTAMP));
    }
    for (const row of await rowsOf('upstream_history')) {
      expect(latest.get(`${row.CONTAINERID} ${row.EQUIPMENTID}`)).toBe(row.TRACKINTIMESTAMP);
    }
  });

  it('has timestamps that are distinct to the second for at least 90 % of the rows', async () => {
    const full = createSyntheticSource();
    const all = await allContainerIds(full);
    const seen = new Set<unknown>();
    let rows = 0;
    for await (const batch of full.fetchEvents(all, 'upstream_history', { batchSize: 50_000 })) {
      for (const row of batch.rows()) seen.add(row.TRACKINTIMESTAMP);
      rows += batch.rowCount;
    }
    expect(rows).toBe(1_148_920);
    expect(seen.size / rows).toBeGreaterThan(0.9);
  }, 90_000);

  it('sums up the reject quantities', async () => {
    for (const row of await rowsOf('rejects')) {
      const parts = [...QUANTITIES, 'PROCESSED_QTY'].map((name) => Number(row[name]));
      expect(row.REJECT_TOTAL_QTY).toBe(sum(parts));
      expect(row.TXN_DAY).toBe(String(row.TXNDATE).slice(0, 10));
    }
  });

  it('tells held lots from released ones by their release date', async () => {
    const rows = await rowsOf('holds');
    for (const row of rows) {
      expect(row.HOLD_STATUS).toBe(row.RELEASETXNDATE === null ? 'HOLD' : 'RELEASED');
      expect(row.HOLD_HOURS).toBeGreaterThanOrEqual(0);
    }
    expect(new Set(rows.map((row) => row.HOLD_STATUS)).size).toBe(2);
  });

  it('repeats a job for every asked container that its list contains', async () => {
    const rows = await rowsOf('jobs');
    const jobs = new Map(rows.map((row) => [row.JOBID, String(row.CONTAINERIDS)]));
    const expected = [...jobs].flatMap(([job, list]) =>
      ids.filter((id) => list.includes(id)).map((id) => `${job} ${id}`),
    );
    expect(rows.map((row) => `${row.JOBID} ${row.CONTAINERID}`).sort()).toEqual(expected.sort());
    expect(rows.some((row) => String(row.CONTAINERIDS).split(',').length > 1)).toBe(true);
  });

  it('has nulls, Chinese, quotes, backslashes, line breaks and emoji in comments', async () => {
    const rejects = await rowsOf('rejects');
    const holds = await rowsOf('holds');
    const columns = [
      rejects.map((row) => row.REJECTCOMMENT),
      holds.map((row) => row.HOLDCOMMENTS),
      holds.map((row) => row.RELEASECOMMENTS),
    ];
    for (const values of columns) {
      const text = values.join('');
      expect(values).toContain(null);
      for (const part of ['"', '\\', '\n']) expect(text).toContain(part);
      expect(text).toMatch(/\p{Extended_Pictographic}/u);
      expect(text).toMatch(/\p{Script=Han}/u);
    }
  });

  it('has other rows for another seed', async () => {
    const other = createSyntheticSource({ containers: 100, seed: 2 });
    const otherIds = await allContainerIds(other);
    expect(otherIds).toHaveLength(100);
    expect(otherIds.filter((id) => ids.includes(id))).toEqual([]);
  });

  it('knows nothing of other ids', async () => {
    const strange = ['', 'x', '0123456789abcdef', '__proto__', String(ids[0]).toUpperCase()];
    const one = await everyRow(source, [...strange, ids[1] ?? '', ...strange], 'holds');
    expect(one).toEqual(await everyRow(source, [ids[1] ?? ''], 'holds'));
    expect(await batchesOf(source.fetchEvents(strange, 'history', { batchSize: 5 }))).toEqual([]);
  });

  it('refuses options that are no whole numbers', () => {
    for (const containers of [0, -1, 1.5, NaN, 2 ** 40]) {
      expect(() => createSyntheticSource({ containers })).toThrow(TypeError);
    }
    expect(() => createSyntheticSource({ seed: 0.5 })).toThrow(TypeError);
  });
});

describe('fetchEvents of the synthetic factory', () => {
  it('counts the containers that are done with each batch', async () => {
    const mixed = ids.slice(0, 60).flatMap((id, at) => (at % 3 ? [id] : [id, `unknown ${at}`]));
    const counts = new Map<string, number>();
    for (const row of await everyRow(source, mixed, 'rejects')) {
      counts.set(String(row.CONTAINERID), (counts.get(String(row.CONTAINERID)) ?? 0) + 1);
    }
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (batchSize) => {
        let sent = 0;
        for await (const batch of source.fetchEvents(mixed, 'rejects', { batchSize })) {
          sent += batch.rowCount;
          const done = mixed.slice(0, batch.containersDone);
          const next = mixed[batch.containersDone];
          const rowsDone = sum(done.map((id) => counts.get(id) ?? 0));
          expect(rowsDone).toBeLessThanOrEqual(sent);
          // Only the container that straddles the batch's end is not done.
          expect(sent - rowsDone).toBeLessThan(counts.get(next ?? '') ?? 1);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('throws the reason of an abort between batches', async () => {
    const controller = new AbortController();
    const reason = new Error('the user left');
    const { signal } = controller;
    let batches = 0;
    const read = async () => {
      for await (const batch of source.fetchEvents(ids, 'history', { batchSize: 10, signal })) {
        batches += batch.rowCount === 10 ? 1 : 0;
        if (batches === 2) controller.abort(reason);
      }
    };
    await expect(read()).rejects.toBe(reason);
    expect(batches).toBe(2);
  });

  it('throws the reason of an abort among containers that have no rows', async () => {
    const controller = new AbortController();
    const reason = new Error('the user left');
    const { signal } = controller;
    const unknown = Array.from({ length: 50_000 }, (_, at) => `unknown ${at}`);
    setImmediate(() => controller.abort(reason));
    const read = batchesOf(source.fetchEvents(unknown, 'jobs', { batchSize: 10, signal }));
    await expect(read).rejects.toBe(reason);
  });

  it('lets other tasks run between batches', async () => {
    let tasks = 0;
    const timer = setInterval(() => tasks++, 0);
    const batches = await batchesOf(source.fetchEvents(ids, 'history', { batchSize: 500 }));
    clearInterval(timer);
    expect(batches.length).toBeGreaterThan(20);
    expect(tasks).toBeGreaterThan(0);
  });

  it('refuses a batch size that is no whole number from 1', async () => {
    for (const batchSize of [0, -1, 1.5, NaN]) {
      const read = batchesOf(source.fetchEvents(ids, 'jobs', { batchSize }));
      await expect(read).rejects.toThrow(TypeError);
    }
  });
});

async function batchesOf(batches: AsyncIterable<RowBatch>): Promise<RowBatch[]> {
  const all: RowBatch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

function sizes(rows: number, batchSize: number): number[] {
  return Array.from({ length: Math.ceil(rows / batchSize) }, (_, at) =>
    Math.min(batchSize, rows - at * batchSize),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

function countBy(rows: readonly TraceRow[], column: string): Map<unknown, number> {
  const counts = new Map<unknown, number>();
  for (const row of rows) counts.set(row[column], (counts.get(row[column]) ?? 0) + 1);
  return counts;
}
