import type { ChaosRun } from './holdChaos.js';
import { type Outcome, VIOLATIONS, type Violation } from './judgeRun.js';

const OUTCOMES: readonly Outcome[] = ['complete', 'incomplete', 'failed', 'hang'];
const NO_FAULT = 'none met';

/** What met a run, each kind once. */
function kindsOf({ end }: ChaosRun): string[] {
  const kinds = end.seen.flatMap(({ kind, fault }) => {
    if (fault === null) return [];
    if (fault.kind === 'status')
      return [`status ${fault.status === 429 ? 429 : '5xx'}, on ${kind}`];
    const end = 'end' in fault ? ` ${fault.end}` : '';
    return [`${fault.kind}${end}, on ${kind}`];
  });
  return kinds.length === 0 ? [NO_FAULT] : [...new Set(kinds)].sort();
}

type Row = Record<Outcome, number>;

function emptyRow(): Row {
  return { complete: 0, incomplete: 0, failed: 0, hang: 0 };
}

function toTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

/** Counts how runs ended. */
export class ChaosTally {
  readonly #byKind = new Map<string, Row>();
  readonly #byTrace = new Map<string, Row>();
  readonly #all = emptyRow();
  readonly #violations = new Map<Violation, number>();
  /** Runs that broke a rule. */
  readonly failures: ChaosRun[] = [];
  /** Runs whose faults fit the budget of tries, and those of them that ended complete. */
  fit = 0;
  fitComplete = 0;
  /** The runs that fit and did not end complete. */
  readonly unfinished: ChaosRun[] = [];
  resumes = 0;

  add(run: ChaosRun): void {
    const { outcome, violations } = run.verdict;
    this.#all[outcome] += 1;
    for (const kind of kindsOf(run)) this.#count(this.#byKind, kind, outcome);
    this.#count(this.#byTrace, run.trace.name, outcome);
    for (const { kind } of violations) {
      this.#violations.set(kind, (this.#violations.get(kind) ?? 0) + 1);
    }
    if (violations.length > 0) this.failures.push(run);
    this.resumes += run.end.resumeCount;
    if (!run.isFit) return;
    this.fit += 1;
    if (outcome === 'complete') this.fitComplete += 1;
    else this.unfinished.push(run);
  }

  get runs(): number {
    return OUTCOMES.reduce((sum, outcome) => sum + this.#all[outcome], 0);
  }

  /** Share of the runs that fit the budget which ended complete; 1 where there was none. */
  get fitShare(): number {
    return this.fit === 0 ? 1 : this.fitComplete / this.fit;
  }

  /** Markdown. */
  toText(): string {
    const counted = (rows: Map<string, Row>) =>
      [...rows].sort().map(([name, row]) => [name, ...OUTCOMES.map((outcome) => row[outcome])]);
    const all = ['all runs', ...OUTCOMES.map((outcome) => this.#all[outcome])];
    const violations = VIOLATIONS.map((kind) => [kind, this.#violations.get(kind) ?? 0]);
    const share = `${this.fitComplete} of ${this.fit}, ${(100 * this.fitShare).toFixed(2)} %`;
    return [
      toTable(['fault that a run met', ...OUTCOMES], counted(this.#byKind)),
      toTable(['server', ...OUTCOMES], [...counted(this.#byTrace), all]),
      toTable(['broken rule', 'count'], violations),
      `Complete, of the runs whose faults fit the budget: ${share}. Streams resumed: ${this.resumes}.\n`,
    ].join('\n');
  }

  #count(rows: Map<string, Row>, name: string, outcome: Outcome): void {
    const row = rows.get(name) ?? emptyRow();
    row[outcome] += 1;
    rows.set(name, row);
  }
}
