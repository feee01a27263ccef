import type { Fault } from '../../mocks/faults.js';
import type { TraceState } from '../../src/composables/useTraceProgress/traceState.js';
import type { CompletenessProblem } from '../../src/stream/index.js';
import type { ChaosTrace } from './ChaosTrace.js';
import { judgeTable, type TableVerdict } from './judgeTables.js';
import type { RunEnd } from './runTraceOnce.js';

export const VIOLATIONS = [
  'silent loss',
  'duplicate',
  'wrong order',
  'foreign row',
  'hang',
  'unhandled rejection',
  'not named',
  'wrongly named',
] as const;
export type Violation = (typeof VIOLATIONS)[number];

export type Outcome = 'complete' | 'incomplete' | 'failed' | 'hang';

export interface RunVerdict {
  outcome: Outcome;
  violations: { kind: Violation; text: string }[];
  /** Every row is there. */
  isWhole: boolean;
}

type Tables = ReadonlyMap<string, TableVerdict>;

/** Faults by which a server says of its numbers what is not so. */
const LIES: readonly Fault['kind'][] = ['wrong-count', 'wrong-total'];

/** Problems that say how many rows there are, and should be. */
function countsOf(
  problem: CompletenessProblem,
): { received: number; expected: number | null } | null {
  const counted = problem.kind === 'domain-unfinished' || problem.kind === 'count-mismatch';
  return counted ? problem : null;
}

function domainOf(problem: CompletenessProblem): string | null {
  return 'domain' in problem ? problem.domain : null;
}

function batchRows(
  { from, to }: { from: number; to: number },
  { batchSize }: ChaosTrace,
  rowCount: number,
): readonly [from: number, to: number] {
  return [from * batchSize, Math.min((to + 1) * batchSize, rowCount)];
}

/** What is wrong with how a domain that lacks rows is named. */
function judgeNaming(
  problems: readonly CompletenessProblem[],
  { missing, rowCount }: TableVerdict,
  total: number,
  trace: ChaosTrace,
): string | null {
  if (problems.length === 0) return 'is not named';
  const lacks = new Set(missing);
  for (const problem of problems) {
    const counts = countsOf(problem);
    if (counts && counts.received !== rowCount) return `has ${rowCount} rows, not as told`;
    if (counts && counts.expected !== null && counts.expected !== total) {
      return `should have ${total} rows, not as told`;
    }
    if (problem.kind === 'domain-missing' && rowCount > 0) return 'is called missing, and has rows';
    if (problem.kind === 'batches-missing') {
      const [from, to] = batchRows(problem, trace, total);
      for (let row = from; row < to; row++) {
        if (!lacks.has(row)) return `has row ${row} of a batch that is called missing`;
      }
    }
  }
  if (problems.some((it) => countsOf(it)?.expected === total)) return null;
  if (trace.isFollowed && problems.some((it) => countsOf(it)?.expected === null)) return null;
  if (problems.some(({ kind }) => kind === 'domain-missing' || kind === 'domain-failed'))
    return null;
  const named = problems.flatMap((problem) => {
    if (problem.kind !== 'batches-missing') return [];
    const [from, to] = batchRows(problem, trace, total);
    return to - from;
  });
  const sum = named.reduce((all, rows) => all + rows, 0);
  return sum === missing.length ? null : `lacks ${missing.length} rows, and ${sum} are named`;
}

/** Whether a problem says that its domain lacks rows. */
function callsShort(problem: CompletenessProblem): boolean {
  const counts = countsOf(problem);
  if (counts) return counts.expected === null ? false : counts.received < counts.expected;
  return ['domain-missing', 'domain-failed', 'batches-missing'].includes(problem.kind);
}

function judgeIncomplete(
  problems: readonly CompletenessProblem[],
  tables: Tables,
  trace: ChaosTrace,
  isLiedTo: boolean,
): RunVerdict['violations'] {
  const violations: RunVerdict['violations'] = [];
  if (problems.length === 0) violations.push({ kind: 'not named', text: 'no problem is told' });
  for (const [domain, table] of tables) {
    const named = problems.filter((problem) => domainOf(problem) === domain);
    if (table.missing.length > 0) {
      const { length: total } = trace.expected.get(domain)!;
      const text = isLiedTo && named.length > 0 ? null : judgeNaming(named, table, total, trace);
      const kind = named.length === 0 ? 'not named' : 'wrongly named';
      if (text !== null) violations.push({ kind, text: `${domain} ${text}` });
    } else if (!isLiedTo && named.some(callsShort)) {
      violations.push({ kind: 'wrongly named', text: `${domain} is whole and called short` });
    }
  }
  return violations;
}

function judgeRows(tables: Tables): RunVerdict['violations'] {
  const kinds = {
    repeated: 'duplicate',
    misplaced: 'wrong order',
    foreign: 'foreign row',
  } as const;
  return [...tables].flatMap(([domain, table]) =>
    Object.entries(kinds).flatMap(([field, kind]) => {
      const rows = table[field as keyof typeof kinds];
      return rows > 0 ? [{ kind, text: `${domain}: ${rows} rows` }] : [];
    }),
  );
}

function judgeFailed(
  { error }: Extract<TraceState, { status: 'failed' }>,
  tables: Tables,
): RunVerdict['violations'] {
  const hasRows = [...tables.values()].some(({ rowCount }) => rowCount > 0);
  if (hasRows) return [{ kind: 'not named', text: 'failed with rows, and nothing is named' }];
  if (error.code !== 'UNEXPECTED') return [];
  return [{ kind: 'wrongly named', text: `failed by UNEXPECTED: ${error.message}` }];
}

/** Holds the end of a run to what an end must be: the whole result, or an honest word of what it lacks. */
export function judgeRun(trace: ChaosTrace, end: RunEnd): RunVerdict {
  const { state, tables: texts, seen, completeDomains } = end;
  const judged = [...texts].map(
    ([domain, text]) => [domain, judgeTable(trace, domain, text)] as const,
  );
  const tables: Tables = new Map(judged);
  const lacking = judged.filter(([, table]) => table.missing.length > 0);
  const isWhole = lacking.length === 0;
  const violations = judgeRows(tables);
  for (const [domain] of lacking.filter(([name]) => completeDomains.includes(name))) {
    violations.push({ kind: 'silent loss', text: `${domain} lacks rows and is shown as complete` });
  }
  if (state === null) violations.push({ kind: 'hang', text: 'did not settle' });
  if (state?.status === 'complete' && !isWhole) {
    const text = lacking.map(([domain, { missing }]) => `${domain} lacks ${missing.length} rows`);
    violations.push({ kind: 'silent loss', text: text.join(', ') });
  }
  if (state?.status === 'failed') violations.push(...judgeFailed(state, tables));
  if (state?.status === 'incomplete') {
    const isLiedTo = seen.some(({ fault }) => fault !== null && LIES.includes(fault.kind));
    violations.push(...judgeIncomplete(state.problems, tables, trace, isLiedTo));
  }
  const outcome = state === null ? 'hang' : (state.status as Outcome);
  return { outcome, violations, isWhole };
}
